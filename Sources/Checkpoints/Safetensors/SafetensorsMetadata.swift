import JSON

/// How the size of pictures and the names of classes are written as strings in a safetensors file.
///
/// `imgsz` is `640` or `[576, 1024]` (height first), `names` a JSON object `{"0": "object"}`.
/// A value that cannot be read so stays a plain string: it is a remark, not weights.
extension CheckpointContents {
  mutating func interpretMetadata() {
    if let text = metadata["imgsz"] {
      imageSize = Self.parse(text) { (json) throws(JSONReader.Fault) in
        ImageSize(sides: text.contains("[") ? try json.integers() : [try json.integer()])
      }
    }
    if let text = metadata["names"] {
      classNames =
        Self.parse(text) { (json) throws(JSONReader.Fault) in
          var names: [Int: String] = [:]
          try json.object(
            { (json, key) throws(JSONReader.Fault) in
              let name = try json.string()
              if let index = Int(key) { names[index] = name }
            }, fault: { $0 })
          return names
        } ?? [:]
    }
  }

  /// The strings for `imageSize` and `classNames`.
  static func describe(imageSize: ImageSize?, classNames: [Int: String]) -> [String: String] {
    var strings: [String: String] = [:]
    strings["imgsz"] = imageSize.map {
      $0.height == $0.width ? "\($0.height)" : "[\($0.height), \($0.width)]"
    }
    if !classNames.isEmpty {
      let names = classNames.sorted { $0.key < $1.key }
      strings["names"] =
        "{" + names.map { "\"\($0.key)\": \(quoted($0.value))" }.joined(separator: ", ") + "}"
    }
    return strings
  }

  private static func parse<Value>(
    _ text: String, _ body: (inout JSONReader) throws(JSONReader.Fault) -> Value?
  ) -> Value? {
    Array(text.utf8).withUnsafeBytes { bytes in
      var json = JSONReader(bytes)
      guard let value = try? body(&json), json.isAtEnd() else { return nil }
      return value
    }
  }
}

/// A JSON string literal of `text`.
func quoted(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}
