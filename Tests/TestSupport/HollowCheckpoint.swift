import Checkpoints
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A safetensors file that has names and shapes of half-precision tensors but a hole for numbers.
///
/// It takes no room on the disk, however large the network: to test what is decided by shapes alone.
public final class HollowCheckpoint {
  private let file = TemporaryFile(suffix: ".safetensors")

  /// Where the file lies; it goes with this object.
  public var path: String { file.path }

  /// A file of these tensors.
  ///
  /// - Throws: `CheckpointError` where the folder for temporary files cannot be written.
  public init(_ tensors: [YOLOv8Layout.Entry]) throws(CheckpointError) {
    var end = 0
    let fields = tensors.map { entry in
      let begin = end
      end += 2 * entry.shape.count
      let extents = entry.shape.extents.map(String.init).joined(separator: ",")
      return "\"\(entry.name)\":{\"dtype\":\"F16\",\"shape\":[\(extents)],"
        + "\"data_offsets\":[\(begin),\(end)]}"
    }
    let header = Array("{\(fields.joined(separator: ","))}".utf8)
    var bytes = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
    bytes += header
    guard let stream = fopen(file.path, "wb") else {
      throw .unwritable(path: file.path, reason: "cannot be opened")
    }
    defer { fclose(stream) }
    fwrite(bytes, 1, bytes.count, stream)
    fflush(stream)
    guard ftruncate(fileno(stream), off_t(bytes.count + end)) == 0 else {
      throw .unwritable(path: file.path, reason: "cannot be lengthened")
    }
  }
}
