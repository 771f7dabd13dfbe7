import CLIP
import Checkpoints
import Foundation
import Imaging
import Tensors

/// The files of `Tests/Golden/clip`, made by `generate.py` there.
enum GoldenFiles {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Golden/clip")

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// OpenAI's layout in half precision as TorchScript, and Hugging Face's.
  static let models = ["openai.pt", "huggingface/model.safetensors"]

  /// The generator's constants.
  static let context = 24
  static let vocabulary = 600
  static let prompts = [
    "a dog", "The large RED car&hellip;", "", "Don't stop!",
    String(repeating: "a photo of the cat on the chair ", count: 9),
  ]
  static let pictures = [(40, 32), (32, 57), (33, 90), (7, 5), (200, 64)].map(picture)

  /// `picture` of the generator.
  private static func picture(_ width: Int, _ height: Int) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<3 {
          pixels.append(UInt8((x * 7 + y * 13 + c * 31 + (x * y) % 17 * 5) % 256))
        }
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  /// What the original libraries make of the pictures and prompts.
  static func expected(_ name: String) throws -> Tensor {
    let checkpoint = try Checkpoint(path: path("expected.safetensors"))
    guard let tensor = checkpoint[name] else {
      throw CheckpointError.missingTensor(path: checkpoint.path, name: name)
    }
    return tensor.floats()
  }

  static func tokenizer() throws -> BytePairTokenizer {
    let merges = try String(
      contentsOf: folder.appendingPathComponent("merges.txt"), encoding: .utf8)
    return try BytePairTokenizer(
      merges: merges, vocabularySize: vocabulary, source: "merges.txt")
  }
}

/// A folder for temporary files, removed with what lies in it when released.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("fastsam-clip-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Copies a golden file under a name of its own.
  @discardableResult
  func copy(_ golden: String, as name: String) throws -> String {
    try FileManager.default.copyItem(atPath: GoldenFiles.path(golden), toPath: path(name))
    return path(name)
  }

  @discardableResult
  func write(_ text: String, as name: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }
}
