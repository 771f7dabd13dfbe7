import Checkpoints
import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// The files of `Tests/Golden/checkpoints`, made by `generate.py` there.
enum GoldenFiles {
  static let all = [
    "model-half.pt", "ema-only.pt", "state-dict.pt", "nested.pt", "script.pt", "zip64.pt",
    "library.safetensors",
  ]

  static func path(_ name: String, from file: String = #filePath) -> String {
    let tests = file.split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(tests)/Golden/checkpoints/\(name)"
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    guard let file = fopen(path(name), "rb") else { throw CheckpointError.missingFile(path: name) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return bytes
  }

  /// `ramp` of the generator.
  static func ramp(_ shape: Shape, seed: Int) -> Tensor {
    Tensor(shape, (0..<shape.count).map { Float((7 * $0 + seed) % 31 - 15) / 8 })
  }
}

/// A path in the folder for temporary files, removed with what lies there when released.
final class TemporaryPath {
  let path: String

  init(_ suffix: String = "") {
    path = "/tmp/fastsam-checkpoints-\(getpid())-\(UInt64.random(in: 0 ... .max))\(suffix)"
  }

  deinit { unlink(path) }

  func write(_ bytes: [UInt8]) throws {
    guard let file = fopen(path, "wb") else { throw CheckpointError.missingFile(path: path) }
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
  }
}

/// The error of opening these bytes as a checkpoint, and of reading every tensor.
func fault(of bytes: [UInt8]) throws -> CheckpointError? {
  let file = TemporaryPath()
  try file.write(bytes)
  do throws(CheckpointError) {
    for tensor in try Checkpoint(path: file.path).tensors { _ = tensor.floats() }
    return nil
  } catch { return error }
}

/// A safetensors file of this header and these numbers.
func safetensors(_ header: String, _ numbers: [UInt8] = [], headerCount: UInt64? = nil) -> [UInt8] {
  let count = headerCount ?? UInt64(header.utf8.count)
  return withUnsafeBytes(of: count.littleEndian, Array.init) + header.utf8 + numbers
}
