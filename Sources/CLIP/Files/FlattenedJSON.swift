// Enough of JSON for a model's configuration. Foundation's decoder would be the heaviest thing that
// this room loads, and would want a type for every field that nobody asks for.

/// The numbers, words and strings of a JSON object by their dotted path, as they are written.
///
/// `text_config.hidden_act` is such a path. Nil where the text is not a JSON object; what lies in
/// arrays is left out.
func flattenedJSON(_ text: String) -> [String: String]? {
  var parser = FlatteningParser(bytes: Array(text.utf8))
  guard parser.value(path: "", depth: 0), parser.isAtEnd, parser.sawObject else { return nil }
  return parser.values
}

private struct FlatteningParser {
  let bytes: [UInt8]
  private var offset = 0
  private(set) var values: [String: String] = [:]
  private(set) var sawObject = false

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool {
    mutating get {
      skipSpaces()
      return offset == bytes.count
    }
  }

  /// Reads a value and keeps it unless `path` is nil; false where there is none.
  mutating func value(path: String?, depth: Int) -> Bool {
    guard depth < 32 else { return false }
    skipSpaces()
    switch offset < bytes.count ? bytes[offset] : 0 {
    case UInt8(ascii: "{"):
      if depth == 0 { sawObject = true }
      return list(until: "}") { parser in
        parser.skipSpaces()
        guard let key = parser.string(), parser.take(":") else { return false }
        let below = path.map { $0.isEmpty ? key : $0 + "." + key }
        return parser.value(path: below, depth: depth + 1)
      }
    case UInt8(ascii: "["):
      return list(until: "]") { $0.value(path: nil, depth: depth + 1) }
    case UInt8(ascii: "\""):
      guard let string = string() else { return false }
      if let path { values[path] = string }
      return true
    default:
      let start = offset
      while offset < bytes.count, isWordByte(bytes[offset]) { offset += 1 }
      if let path { values[path] = String(decoding: bytes[start..<offset], as: UTF8.self) }
      return offset > start
    }
  }

  private mutating func list(
    until end: Unicode.Scalar, _ element: (inout FlatteningParser) -> Bool
  ) -> Bool {
    offset += 1
    if take(end) { return true }
    repeat { guard element(&self) else { return false } } while take(",")
    return take(end)
  }

  /// A string; escapes are kept as written, since no name that matters has any.
  private mutating func string() -> String? {
    guard take("\"") else { return nil }
    let start = offset
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
      offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard offset < bytes.count else { return nil }
    offset += 1
    return String(decoding: bytes[start..<offset - 1], as: UTF8.self)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpaces() {
    while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
  }

  /// A byte of a number, or of true, false, null.
  private func isWordByte(_ byte: UInt8) -> Bool {
    let scalar = Unicode.Scalar(byte)
    return scalar.isASCIILetter || scalar.isASCIIDigit || "+-.".unicodeScalars.contains(scalar)
  }
}
