#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

// Not Foundation's file handles: Foundation brings megabytes of tables for languages and calendars,
// which a single-file executable would carry and a dynamic one would load on every start.

/// Prints a line for people: on standard error, so that results on standard output stay clean.
func standardError(_ line: String, terminator: String = "\n") {
  _ = write(Array((line + terminator).utf8), to: STDERR_FILENO)
}

/// Writes a result to standard output.
///
/// - Throws: `Failure` (73) where nobody takes it.
func standardOutput(_ bytes: [UInt8]) throws {
  guard write(bytes, to: STDOUT_FILENO) else {
    throw Failure(.unwritable, "standard output: \(String(cString: strerror(errno)))")
  }
}

/// True where standard error is a terminal, so that a line may be written over.
var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}
