#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whole files as bytes, without Foundation: its start-up would cost more than the reading.
package enum FileContents {
  /// The most that is read: more than the largest picture takes uncompressed.
  private static let limit = 1 << 30

  /// The bytes of the picture at `path`; pipes and devices are read to their end.
  ///
  /// Of what does not begin as a picture does only the beginning is read: a device may have no end.
  static func bytes(of path: String) throws(ImageError) -> [UInt8] {
    try bytes(of: path) { ImageFormat(sniffing: $0) != nil }
  }

  /// The bytes of the file at `path`; pipes and devices are read to their end.
  ///
  /// - Parameter isWanted: told what has been read so far, at least eight bytes; where it says no,
  ///   reading ends.
  /// - Throws: `ImageError.missing` or `.unreadable`, also for more than a gigabyte.
  package static func bytes(
    of path: String, while isWanted: (UnsafeBufferPointer<UInt8>) -> Bool
  ) throws(ImageError) -> [UInt8] {
    // Opening without blocking, so that a named pipe that nobody writes is empty and not waited for;
    // reading with, so that the writer of a pipe has its time.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw .missing(path: path) }
      throw .unreadable(path: path, reason: lastSystemError())
    }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFL, O_RDONLY)

    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: lastSystemError())
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw .unreadable(path: path, reason: "it is a directory")
    }
    let tooLong = ImageError.unreadable(path: path, reason: "longer than \(limit) bytes")
    guard status.st_size <= limit else { throw tooLong }
    // One more than the size, so that the end is seen without growing.
    var bytes = [UInt8](repeating: 0, count: max(Int(status.st_size), 1 << 16) + 1)
    var count = 0
    while true {
      guard count <= limit else { throw tooLong }
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: count)) }
      let got = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      }
      if got == 0 { break }
      if got < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: path, reason: lastSystemError())
      }
      count += got
      let goesOn = bytes.withUnsafeBufferPointer { bytes in
        isWanted(UnsafeBufferPointer(rebasing: bytes[..<count]))
      }
      if count >= 8 && !goesOn { break }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}

/// The system's words for what the last call complained of.
func lastSystemError() -> String { String(cString: strerror(errno)) }
