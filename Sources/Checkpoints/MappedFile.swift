#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file as read-only memory, or bytes that are part of the program.
///
/// A file's pages are loaded when they are first touched, and shared between processes.
///
/// The only place that knows a raw address; everything else asks for bytes by offset and gets them
/// checked. Whoever replaces a weights file must rename a new one over it, as the writer here does:
/// a mapped file that shrinks under its readers ends them with a bus error.
final class MappedFile: @unchecked Sendable {
  // Sendable: the mapping is read-only and lives until `deinit`.
  let path: String
  let count: Int
  private let base: UnsafeRawPointer
  private let isMapped: Bool

  /// Bytes that live as long as the program.
  init(staticBytes: UnsafeRawBufferPointer, name: String) throws(CheckpointError) {
    guard let base = staticBytes.baseAddress, !staticBytes.isEmpty else {
      throw .unreadable(path: name, reason: "it is empty")
    }
    self.path = name
    self.count = staticBytes.count
    self.base = base
    self.isMapped = false
  }

  init(path: String) throws(CheckpointError) {
    // Non-blocking, so that a named pipe is refused and not waited for.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .missingFile(path: path) : .unreadable(path: path, reason: systemReason())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: systemReason())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "not a regular file")
    }
    guard status.st_size > 0 else { throw .unreadable(path: path, reason: "the file is empty") }
    let mapping = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw .unreadable(path: path, reason: systemReason())
    }
    self.path = path
    self.count = Int(status.st_size)
    self.base = UnsafeRawPointer(mapping)
    self.isMapped = true
  }

  deinit { if isMapped { munmap(UnsafeMutableRawPointer(mutating: base), count) } }

  /// Calls `body` with the bytes of `range`, which must lie inside the file.
  func withBytes<R, E: Error>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "MappedFile: \(range)")
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Gives back the memory of whole pages in `range`; they are loaded again when they are touched.
  ///
  /// Weights are read once, when a network is prepared: kept, they would be there twice.
  func release(_ range: Range<Int>) {
    guard isMapped else { return }
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard first < end else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
  }

  /// The byte at `offset`, which must lie inside the file.
  subscript(offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < count, "MappedFile: byte \(offset) of \(count)")
    return base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The little-endian integer at `offset`, which must lie inside the file.
  func integer<I: FixedWidthInteger & BitwiseCopyable>(_ type: I.Type, at offset: Int) -> I {
    precondition(
      offset >= 0 && offset <= count - MemoryLayout<I>.size,
      "MappedFile: byte \(offset) of \(count)")
    return I(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: I.self))
  }

  /// Throws unless `needed` bytes at `offset` lie inside the file; safe for any two numbers.
  func require(_ needed: Int, at offset: Int, for what: @autoclosure () -> String)
    throws(CheckpointError)
  {
    guard offset >= 0, needed >= 0, offset <= count, needed <= count - offset else {
      throw .truncated(path: path, what: what(), offset: offset, needed: needed, fileSize: count)
    }
  }

  /// The UTF-8 text of `range`; broken sequences become replacement characters.
  func text(_ range: Range<Int>) -> String {
    withBytes(range) { String(decoding: $0, as: UTF8.self) }
  }

  /// True where the bytes of `range` spell `text`.
  func spells(_ text: StaticString, _ range: Range<Int>) -> Bool {
    range.count == text.utf8CodeUnitCount
      && withBytes(range) { bytes in
        bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: range.count))
      }
  }
}

/// What the system says about the last failed call.
func systemReason() -> String { String(cString: strerror(errno)) }
