/// What can be wrong with CLIP's files and prompts.
public enum CLIPError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A merges file that is not one; the line counts from 1.
  case badMerges(String, line: Int?, String)
  /// A prompt with more tokens, those of start and end included, than the model's context.
  case promptTooLong(String, tokens: Int, context: Int)

  /// One line that names the file and the fault.
  public var description: String {
    switch self {
    case .badMerges(let source, let line, let fault):
      "\(source)\(line.map { ":\($0)" } ?? ""): \(fault)"
    case .promptTooLong(let prompt, let tokens, let context):
      "the prompt '\(prompt.prefix(40))…' has \(tokens) tokens, of which \(context) are the limit"
    }
  }
}
