import Checkpoints

/// What can be wrong with CLIP's files and prompts; `description` is one line that names the file.
public enum CLIPError: Error, Equatable, Sendable {
  /// The weights file cannot be read, or lacks a tensor, or has one of another shape.
  case weights(CheckpointError)
  /// A readable weights file whose sizes fit no CLIP model.
  case notCLIP(String, String)
  /// Neither the weights file nor its folder has the tokenizer's merges.
  case missingMerges(weights: String)
  /// A merges file that is not one; the line counts from 1.
  case badMerges(String, line: Int?, String)
  /// A text file beside the weights that cannot be read.
  case unreadable(String, reason: String)
  /// A configuration beside the weights that is no JSON, at this byte, or says what cannot be.
  case badConfiguration(String, String)
  /// A prompt with more tokens, those of start and end included, than the model's context.
  case promptTooLong(String, tokens: Int, context: Int)
}

extension CLIPError: CustomStringConvertible {
  /// The file or prompt and the fault, in one line.
  public var description: String {
    switch self {
    case .weights(let error): error.description
    case .notCLIP(let path, let fault): "\(path): not a CLIP model: \(fault)"
    case .missingMerges(let path):
      "\(path): the tokenizer's merges are missing: put merges.txt, or bpe_simple_vocab_16e6.txt"
        + " (unpacked with gunzip), beside it"
    case .badMerges(let path, let line, let fault):
      "\(path)\(line.map { ":\($0)" } ?? ""): no merges file: \(fault)"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .badConfiguration(let path, let fault): "\(path): \(fault)"
    case .promptTooLong(let prompt, let tokens, let context):
      "the prompt '\(prompt.prefix(40))…' has \(tokens) tokens; the model reads at most \(context)"
    }
  }
}
