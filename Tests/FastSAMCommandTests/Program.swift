import FastSAM
import Foundation
import TestSupport

/// The built program in a folder of its own, run as a user would, with nothing in the cache.
final class Program: Sendable {
  /// Where it runs; removed with all that lies there when released.
  let folder: String

  /// What a run gave.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The lines on standard error.
    var errorLines: [Substring] { errors.split(separator: "\n") }
  }

  init() throws {
    folder = NSTemporaryDirectory() + "fastsam-command-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs `fastsam` with these words in `folder`.
  func run(_ words: [String], input: String = "") throws -> Outcome {
    let process = Process()
    // Tests and program are built side by side.
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("fastsam")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["XDG_CACHE_HOME": folder + "/cache", "LC_ALL": "C"]
    let stdin = Pipe()
    process.standardInput = stdin
    // Files, since a pipe that nobody empties would stop the program.
    let (output, errors) = (folder + "/.output", folder + "/.errors")
    for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// Runs `fastsam segment` on a small network.
  func segment(_ words: String...) throws -> Outcome {
    try run(["segment", "--size", "160", "--confidence", "0.1"] + words)
  }

  /// Puts a small picture of discs on a noisy ground into the folder.
  func draw(_ name: String, width: Int = 120, height: Int = 90, seed: UInt64 = 1) throws {
    var random = SeededGenerator(seed: seed)
    let ground = (0..<width * height * 3).map { _ in UInt8.random(in: 90...110, using: &random) }
    var image = Image(width: width, height: height, pixels: ground)
    for i in 0..<6 {
      image.drawDisc(
        x: .random(in: 0..<Double(width), using: &random),
        y: .random(in: 0..<Double(height), using: &random),
        radius: .random(in: 8...25, using: &random), .distinct(i))
    }
    try write(name.hasSuffix(".png") ? image.encodedPNG() : image.encodedJPEG(), to: name)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = URL(fileURLWithPath: folder + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
  }

  /// What lies in a folder, sorted, without hidden files.
  func list(_ name: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + name)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }
}

/// A result document, as far as tests look at it.
struct Result: Decodable {
  struct Picture: Decodable { let file: String, width: Int, height: Int }
  struct Model: Decodable { let name: String, parameters: Int, size: [Int] }
  struct Match: Decodable { let text: String, similarity: Float }
  struct Segmentation: Decodable { let size: [Int], counts: String }
  struct Place: Decodable { let id: Int, similarity: Float }
  struct Ranking: Decodable { let text: String, instances: [Place] }
  struct Instance: Decodable {
    let id: Int
    let score: Float?
    let members: [Int]?
    let matches: [Match]?
    let box: [Float]
    let area: Int?
    let segmentation: Segmentation?
  }

  let image: Picture?
  let model: Model?
  let profile: String?
  let rankings: [Ranking]?
  let instances: [Instance]?
  let error: String?
  let timings: [String: Double]?

  init(_ json: Data) throws { self = try JSONDecoder().decode(Result.self, from: json) }

  init(_ json: some StringProtocol) throws { try self.init(Data(json.utf8)) }

  /// The ids of the instances.
  var ids: [Int] { instances?.map(\.id) ?? [] }
}

/// A file of `Tests/Golden/clip`.
func goldenPath(_ name: String, from file: String = #filePath) -> String {
  URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden/clip/\(name)").path
}
