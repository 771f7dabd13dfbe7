#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that appears at its path whole or not at all.
///
/// Bytes go to a hidden neighbour in the same folder; `commit` flushes it to the disk and renames it
/// over the target, which is one step for every reader. Released without `commit`, it leaves nothing.
final class ReplacementFile {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isCommitted = false

  init(path: String) throws(CheckpointError) {
    self.path = path
    // Beside the target, because a rename cannot cross file systems.
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let unique = "\(getpid())-\(UInt32.random(in: 0 ... .max))"
    temporaryPath = path[..<slash] + ".\(path[slash...]).\(unique)"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporaryPath) }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .unwritable(path: path, reason: systemReason()) }
      rest = rest.dropFirst(written)
    }
  }

  func commit() throws(CheckpointError) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw .unwritable(path: path, reason: "it is a folder")
    }
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
      throw .unwritable(path: path, reason: systemReason())
    }
    isCommitted = true
  }
}
