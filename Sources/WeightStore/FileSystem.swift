import CZlib

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The few questions that the store asks the file system.
enum FileSystem {
  /// The size of the file at `path` in bytes; nil where there is none.
  static func byteCount(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Makes the folder at `path` and those above it.
  static func makeFolder(_ path: String) throws(WeightStoreError) {
    var parent = ""
    for part in path.split(separator: "/") {
      parent += "/" + part
      guard mkdir(parent, 0o755) == 0 || errno == EEXIST else {
        throw .unwritable(path: parent, reason: String(cString: strerror(errno)))
      }
    }
  }

  /// The bytes that may still be written to the disk of `folder`.
  static func freeByteCount(_ folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        .partialValue)
  }

  /// The SHA-256 of the file at `path`, read in pieces; nil where it cannot be read.
  static func sha256(_ path: String) -> String? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var hash = SHA256()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = fread(piece.baseAddress, 1, piece.count, file)
      if count == 0 { return ferror(file) == 0 ? hash.finish() : nil }
      hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }

  /// The content of a file that may be compressed with gzip; nil where it is damaged, or larger
  /// than `limit`, which ends a bomb.
  static func unpacked(_ path: String, limit: Int) -> [UInt8]? {
    guard let file = gzopen(path, "rb") else { return nil }
    defer { gzclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Int(gzread(file, &piece, UInt32(piece.count)))
      guard count >= 0, bytes.count + count <= limit else { return nil }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }

  /// The text of a small file; empty where it cannot be read.
  static func text(_ path: String) -> String {
    guard let file = fopen(path, "rb") else { return "" }
    defer { fclose(file) }
    let limit = 1 << 16
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { bytes, count in
      count = fread(bytes.baseAddress, 1, limit, file)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A lock on a file that the system releases when the process ends, however it ends.
final class FileLock {
  private let descriptor: Int32

  /// Waits until nobody else holds the lock at `path`; calls `waiting` once if it must wait.
  init(path: String, waiting: () -> Void) throws(WeightStoreError) {
    // Not closed in programs that this one runs: should it be killed, the lock stays for as long as
    // an orphaned download still writes.
    descriptor = open(path, O_RDWR | O_CREAT, 0o644)
    guard descriptor >= 0 else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
    waiting()
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
  }

  deinit { close(descriptor) }
}
