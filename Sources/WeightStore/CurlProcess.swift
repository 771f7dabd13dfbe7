#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One run of the program `curl`.
///
/// Why a program: downloading happens once a year, and whoever builds this should not pay for it
/// otherwise. Linking a network stack would make every start slower and the single-file
/// executable three times as large; the system's curl knows its proxies and certificates, and is
/// kept up to date by whoever keeps the system.
struct CurlProcess {
  /// How it ended.
  struct Outcome {
    /// curl's exit status; 0 is success.
    let exitStatus: Int
    /// The last HTTP status, 0 where there was none.
    let httpStatus: Int
    /// curl's own words.
    let message: String
  }

  /// Runs curl with `arguments`, calling `goesOn` ten times a second; false ends it.
  ///
  /// - Throws: `curlMissing`.
  static func run(_ arguments: [String], while goesOn: () -> Bool) throws(WeightStoreError)
    -> Outcome
  {
    var channel: [Int32] = [0, 0]
    guard pipe(&channel) == 0 else { throw .curlMissing }
    defer { close(channel[0]) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, channel[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addclose(&actions, channel[0])
    posix_spawn_file_actions_addclose(&actions, channel[1])

    // `-q` first: no configuration file of the user changes what these arguments mean.
    let format = #"%{http_code}\n%{errormsg}"#
    let words = ["curl", "-q", "--silent", "--write-out", format] + arguments
    var vector: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for word in vector { free(word) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, "curl", &actions, nil, &vector, environ)
    close(channel[1])
    guard failure == 0 else { throw .curlMissing }

    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    var isWanted = true
    while true {
      var question = pollfd(fd: channel[0], events: Int16(POLLIN), revents: 0)
      let ready = poll(&question, 1, 100)
      if isWanted, !goesOn() {
        isWanted = false
        kill(process, SIGTERM)
      }
      guard ready > 0 else { continue }
      let count = read(channel[0], &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      output += piece[..<count]
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let exited = status & 0x7f == 0
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n", maxSplits: 1)
    return Outcome(
      exitStatus: exited ? Int(status >> 8) & 0xff : -1,
      httpStatus: lines.first.flatMap { Int($0) } ?? 0,
      message: lines.count > 1
        ? String(lines[1].prefix { !$0.isNewline }) : "curl ended with status \(status >> 8 & 0xff)"
    )
  }
}
