#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Fetches one address into a partial file, and continues where an earlier attempt ended.
///
/// Beside the partial file lies the tag that the server gave its version of the file (`ETag`). A
/// later attempt asks for the rest only if that version still stands, so that the halves of two
/// different files are never joined.
struct Download {
  /// More than any weights that this program knows how to use.
  static let byteCountLimit = 4 << 30
  /// How often a connection may end early before it is called a failure.
  static let attemptLimit = 5

  let address: String
  /// Where the bytes go.
  let path: String
  /// The size of the whole file, where that is certain.
  let expectedByteCount: Int?
  /// True where a wrong file will be noticed by its hash.
  let hashIsKnown: Bool

  private var headersPath: String { path + ".headers" }
  private var tagPath: String { path + ".tag" }

  /// Fetches the file, whole, to `path`; bytes that came before a failure stay there.
  ///
  /// - Parameter progress: Called with the bytes that are there, and those that there will be.
  func run(progress: (Int, Int?) -> Void) throws(WeightStoreError) {
    if !canContinue { discard() }
    var hasRestarted = false
    var attempt = 1
    while true {
      let before = FileSystem.byteCount(path) ?? 0
      // Also where an earlier process ended between the last byte and the import.
      if before > 0, before == total { return }
      let outcome = try fetch(from: before, progress)
      let received = FileSystem.byteCount(path) ?? 0
      guard received <= Self.byteCountLimit, outcome.exitStatus != 63 else {
        discard()
        throw .tooLarge(address: address, limit: Self.byteCountLimit)
      }
      let missesBytes = received < expectedByteCount ?? 0
      switch (outcome.exitStatus, outcome.httpStatus) {
      // What came is all that the server promised; whether it is the right file is seen later.
      case (0, _) where !missesBytes || header("content-length") != nil: return
      case (33, _) where !hasRestarted, (22, 416) where !hasRestarted:
        // The server cannot continue, or has another version: begin anew, once.
        hasRestarted = true
        discard()
      case (22, let status): throw .refused(address: address, status: status)
      case (23, _): throw .noSpace(path: path)
      case (33, _):
        throw .interrupted(address: address, received: received, expected: total)
      case (0, _), (18, _), (28, 1...), (55, 1...), (56, 1...), (92, 1...):
        guard received > before, attempt < Self.attemptLimit else {
          throw .interrupted(address: address, received: received, expected: total)
        }
        attempt += 1
      default: throw .unreachable(address: address, reason: outcome.message)
      }
    }
  }

  /// True where the rest of a partial file is sure to fit: its version is noted, or its hash known.
  private var canContinue: Bool {
    noteVersion()
    return hashIsKnown || FileSystem.byteCount(tagPath) != nil
  }

  /// Removes everything that was received.
  func discard() {
    for path in [path, headersPath, tagPath] { unlink(path) }
  }

  private func fetch(from start: Int, _ progress: (Int, Int?) -> Void)
    throws(WeightStoreError) -> CurlProcess.Outcome
  {
    noteVersion()
    unlink(headersPath)
    // Never from a secure address to an insecure one.
    let scheme = address.hasPrefix("http://") ? "=http,https" : "=https"
    var arguments = [
      "--fail", "--location", "--max-redirs", "5", "--proto", scheme, "--proto-redir", scheme,
      "--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "60",
      "--max-filesize", String(Self.byteCountLimit), "--dump-header", headersPath,
      "--output", path,
    ]
    if start > 0 {
      arguments += ["--continue-at", String(start)]
      let tag = FileSystem.text(tagPath)
      if !tag.isEmpty { arguments += ["--header", "If-Range: " + tag] }
    }
    return try CurlProcess.run(arguments + ["--", address]) {
      let received = FileSystem.byteCount(path) ?? 0
      progress(received, total)
      return received <= Self.byteCountLimit
    }
  }

  /// The size that the whole file will have, as the manifest or the server's last answer says.
  private var total: Int? {
    if let expectedByteCount { return expectedByteCount }
    // `bytes 100-199/200`, or the length of the whole.
    if let range = header("content-range") {
      return range.split(separator: "/").last.flatMap { Int($0) }
    }
    return header("content-length").flatMap { Int($0) }
  }

  /// The value of a header field in the server's last answer, if that was the file.
  private func header(_ name: String) -> String? {
    let lines = FileSystem.text(headersPath).split(whereSeparator: \.isNewline)
    guard let status = lines.lastIndex(where: { $0.hasPrefix("HTTP/") }),
      lines[status].contains(" 200") || lines[status].contains(" 206")
    else { return nil }
    return lines[status...].first { $0.lowercased().hasPrefix(name + ":") }
      .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
  }

  /// Notes which version of the file the last answer was about, if the server named it.
  ///
  /// Done before the next attempt and not after the last, which may have ended with the process.
  private func noteVersion() {
    guard let tag = header("etag"), tag.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }),
      // A weak tag does not promise equal bytes.
      !tag.hasPrefix("W/"), let file = fopen(tagPath, "wb")
    else { return }
    fputs(tag, file)
    fclose(file)
  }
}
