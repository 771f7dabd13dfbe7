import Checkpoints

/// One way in which getting or checking weights can fail; `description` is the line for the user.
public enum WeightStoreError: Error, Equatable, Sendable {
  /// Neither a file nor a known name.
  case unknownName(name: String, known: [String])
  /// A known name that has not been downloaded to this machine.
  case notDownloaded(name: String)
  /// The program `curl`, which downloads, is not installed.
  case curlMissing
  /// No connection: no network, no such host, connection refused, certificate not trusted.
  case unreachable(address: String, reason: String)
  /// The server answers with this HTTP status instead of the file.
  case refused(address: String, status: Int)
  /// The connection ended early, again and again; what came is kept for the next attempt.
  case interrupted(address: String, received: Int, expected: Int?)
  /// The server sends more than any weights have.
  case tooLarge(address: String, limit: Int)
  /// The file is complete but has another size than the published one.
  case wrongSize(address: String, expected: Int, found: Int)
  /// The file is complete but is not the published one.
  case wrongHash(address: String, expected: String, found: String)
  /// The published text that belongs to the weights cannot be unpacked.
  case damagedText(address: String)
  /// The disk is full, or too small for the file.
  case noSpace(path: String)
  /// The folder or a file in it cannot be written.
  case unwritable(path: String, reason: String)
  /// The file cannot be read as weights.
  case notWeights(CheckpointError)
}

extension WeightStoreError: CustomStringConvertible {
  /// What went wrong and what helps, in one line.
  public var description: String {
    switch self {
    case .unknownName(let name, let known):
      "\(name): no such file, and no weights of that name (known: \(known.joined(separator: ", ")))"
    case .notDownloaded(let name):
      "\(name) is not on this machine yet; get it with: fastsam weights get \(name)"
    case .curlMissing:
      "downloads need the program curl, which is not installed (apt-get install curl);"
        + " or fetch the file by other means and use: fastsam weights import"
    case .unreachable(let address, let reason): "\(address): \(reason)"
    case .refused(let address, let status): "\(address): the server answers with status \(status)"
    case .interrupted(let address, let received, let expected):
      "\(address): the connection ended after \(received)"
        + (expected.map { " of \($0)" } ?? "") + " bytes; run the command again to continue"
    case .tooLarge(let address, let limit):
      "\(address): the server sends more than \(limit) bytes, which no weights need"
    case .wrongSize(let address, let expected, let found):
      "\(address): the file has \(found) bytes, the published one \(expected); nothing was kept"
    case .wrongHash(let address, let expected, let found):
      "\(address): the file has SHA-256 \(found), the published one \(expected); nothing was kept"
    case .damagedText(let address): "\(address): damaged, or no text; nothing was kept"
    case .noSpace(let path): "\(path): no space left on the disk"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .notWeights(let error): error.description
    }
  }
}
