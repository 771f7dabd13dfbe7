import Imaging

/// Why something cannot be judged.
public enum EvaluationError: Error, Equatable, Sendable {
  /// The file is missing or cannot be read.
  case unreadable(ImageError)
  /// The file is not what it should be; `offset` is the byte that shows it.
  case malformed(path: String, offset: Int, reason: String)
  /// The parts of a file, or two files, contradict each other.
  case contradiction(path: String, reason: String)
}

extension EvaluationError: CustomStringConvertible {
  /// One line that names the file and the fault.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .malformed(let path, let offset, let reason): "\(path): at byte \(offset): \(reason)"
    case .contradiction(let path, let reason): "\(path): \(reason)"
    }
  }
}
