/// JSON, written as it comes: the order of keys and the text of numbers are ours.
///
/// (Foundation's encoder offers neither, and loading Foundation costs more than writing.)
package struct JSONText {
  package private(set) var bytes: [UInt8] = []

  /// Nothing yet.
  package init() {}

  /// Appends text that is JSON already.
  package mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends `"key": `.
  package mutating func key(_ name: String) {
    string(name)
    raw(": ")
  }

  /// Appends a string in quotes, with what must be escaped escaped.
  package mutating func string(_ text: String) {
    var text = text
    bytes.append(UInt8(ascii: "\""))
    // Runs of plain bytes are copied whole: the run lengths of masks are megabytes of them.
    text.withUTF8 { utf8 in
      var plain = 0
      for (i, byte) in utf8.enumerated()
      where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        bytes.append(contentsOf: utf8[plain..<i])
        plain = i + 1
        escape(byte)
      }
      bytes.append(contentsOf: utf8[plain...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x0A: raw("\\n")
    case 0x0D: raw("\\r")
    case 0x09: raw("\\t")
    case 0..<0x20:
      raw("\\u00")
      bytes.append(contentsOf: [JSONText.digit(byte >> 4), JSONText.digit(byte & 15)])
    default: bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// Appends a number that is known to be printable ASCII without quotes or backslashes.
  package mutating func number(_ value: Int) { raw(String(value)) }

  /// Appends the shortest decimal that gives the same number back; `null` where JSON has none.
  package mutating func number(_ value: Float?) {
    raw(value.map { $0.isFinite ? "\($0)" : "null" } ?? "null")
  }

  /// Appends the shortest decimal that gives the same number back; `null` where JSON has none.
  package mutating func number(_ value: Double) { raw(value.isFinite ? "\(value)" : "null") }

  /// Appends `[a, b, …]`.
  package mutating func array(_ values: [Int]) {
    list(values) { $0.number($1) }
  }

  /// Appends `[a, b, …]`.
  package mutating func array(_ values: [Float]) {
    list(values) { $0.number($1) }
  }

  /// Appends `[…]` with each element written by `write`.
  package mutating func list<Element>(
    _ elements: [Element], _ write: (inout JSONText, Element) -> Void
  ) {
    raw("[")
    for (index, element) in elements.enumerated() {
      if index > 0 { raw(", ") }
      write(&self, element)
    }
    raw("]")
  }
}
