import JSON

/// The numbers, words and strings of a JSON object by their dotted path, numbers as they are written.
///
/// `text_config.hidden_act` is such a path. Nil where the text is not a JSON object; what lies in
/// arrays is left out.
func flattenedJSON(_ text: String) -> [String: String]? {
  Array(text.utf8).withUnsafeBytes { bytes in
    var json = JSONReader(bytes)
    var values: [String: String] = [:]
    guard json.kind() == .object,
      (try? flatten(&json, path: "", depth: 0) { values[$0] = $1 }) != nil, json.isAtEnd()
    else { return nil }
    return values
  }
}

private func flatten(
  _ json: inout JSONReader, path: String?, depth: Int, _ keep: (String, String) -> Void
) throws(JSONReader.Fault) {
  guard depth < 32 else { throw JSONReader.Fault(offset: json.offset, reason: "nested too deeply") }
  switch json.kind() {
  case .object:
    try json.object(
      { (json, key) throws(JSONReader.Fault) in
        let below = path.map { $0.isEmpty ? key : $0 + "." + key }
        try flatten(&json, path: below, depth: depth + 1, keep)
      }, fault: { $0 })
  case .array:
    _ = try json.array { (json) throws(JSONReader.Fault) in
      try flatten(&json, path: nil, depth: depth + 1, keep)
    }
  case .string:
    let string = try json.string()
    if let path { keep(path, string) }
  case .other:
    let (offset, word) = json.word()
    guard !word.isEmpty else { throw JSONReader.Fault(offset: offset, reason: "expected a value") }
    if let path { keep(path, word) }
  }
}
