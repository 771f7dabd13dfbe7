#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The small text files that lie beside a model's weights.
struct CompanionFiles {
  /// The folder with its slash, or nothing.
  private let folder: String

  init(besideWeights path: String) {
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// The merges under one of their usual names, with the path; nil where there is none.
  func merges() throws(CLIPError) -> (text: String, path: String)? {
    for name in ["merges.txt", "bpe_simple_vocab_16e6.txt"] {
      if let text = try Self.text(at: folder + name) { return (text, folder + name) }
    }
    return nil
  }

  /// What a configuration beside the weights says that shapes cannot.
  ///
  /// Hugging Face's `config.json` names the activation (QuickGELU where it does not) and the heads;
  /// open_clip's `open_clip_config.json` has GELU unless it says otherwise.
  func hints(_ layout: WeightLayout) throws(CLIPError) -> CLIPConfiguration.Hints {
    var hints = CLIPConfiguration.Hints()
    switch layout {
    case .huggingFace:
      let path = folder + "config.json"
      guard let json = try values(at: path) else { return hints }
      hints.imageHeads = json["vision_config.num_attention_heads"].flatMap { Int($0) }
      hints.textHeads = json["text_config.num_attention_heads"].flatMap { Int($0) }
      let names = ["vision_config.hidden_act", "text_config.hidden_act"]
      let activations = Set(names.map { json[$0] ?? "quick_gelu" })
      switch activations {
      case ["quick_gelu"]: hints.activation = .quickGELU
      case ["gelu"]: hints.activation = .gelu
      default:
        throw .badConfiguration(
          path,
          "the activation \(activations.sorted().joined(separator: " and ")) is not known here")
      }
    case .openAI:
      guard let json = try values(at: folder + "open_clip_config.json") else { return hints }
      hints.activation = json["model_cfg.quick_gelu"] == "true" ? .quickGELU : .gelu
    }
    return hints
  }

  private func values(at path: String) throws(CLIPError) -> [String: String]? {
    guard let text = try Self.text(at: path) else { return nil }
    guard let values = flattenedJSON(text) else { throw .badConfiguration(path, "is not JSON") }
    return values
  }

  /// The text of a file of at most 16 MB; nil where there is no file.
  static func text(at path: String) throws(CLIPError) -> String? {
    let limit = 16 << 20
    guard let file = fopen(path, "rb") else {
      if errno == ENOENT { return nil }
      throw .unreadable(path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while true {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: 1 << 18))
      let count = bytes.withUnsafeMutableBytes {
        fread($0.baseAddress.map { $0 + start }, 1, 1 << 18, file)
      }
      bytes.removeLast((1 << 18) - count)
      if count == 0 { break }
      if bytes.count > limit { throw .unreadable(path, reason: "over \(limit) bytes") }
    }
    if ferror(file) != 0 { throw .unreadable(path, reason: String(cString: strerror(errno))) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unreadable(path, reason: "is not UTF-8 text")
    }
    return text
  }
}
