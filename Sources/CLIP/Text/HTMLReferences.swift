/// Character references of HTML, read in the two ways that the clean-up of a prompt needs.
enum HTMLReferences {
  private struct Named {
    let text: Scalars
    let semicolonIsOptional: Bool
  }

  private static let named: [String: Named] = {
    var table: [String: Named] = [:]
    table.reserveCapacity(2200)
    for entry in namedEntities.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let parts = entry.split(separator: "=")
      guard parts.count == 2 else { continue }
      let optional = parts[0].hasSuffix("?")
      let codes = parts[1].split(separator: "+").compactMap { UInt32($0, radix: 16) }
      table[String(optional ? parts[0].dropLast() : parts[0])] = Named(
        text: codes.map { Unicode.Scalar(code: $0) }, semicolonIsOptional: optional)
    }
    return table
  }()

  /// Names in capitals that stand for the capital letter although the standard lacks them:
  /// `&EACUTE;` for É.
  private static let capitals: [String: Scalars] = {
    var table: [String: Scalars] = [:]
    for (name, entity) in named where name == name.lowercased() {
      let capital = name.uppercased()
      // Not where a browser would see a reference in it, as in `&LT;` or `&COPY;`.
      guard named[capital] == nil, longestPrefix(of: Scalars(capital)) == nil else { continue }
      table[capital] = entity.text.flatMap { $0.properties.uppercaseMapping.unicodeScalars }
    }
    return table
  }()

  /// What a browser shows for the text: Python's `html.unescape`.
  ///
  /// Semicolons may be missing where the standard says so (`&ampx` is `&x`).
  static func unescaped(_ text: Scalars) -> Scalars {
    guard text.contains("&") else { return text }
    var result = Scalars()
    var i = 0
    while i < text.count {
      if text[i] == "&", let (replacement, end) = reference(in: text, at: i + 1) {
        result += replacement
        i = end
      } else {
        result.append(text[i])
        i += 1
      }
    }
    return result
  }

  /// The cautious reading: only references of 1 to 24 letters or digits that end in a semicolon,
  /// with those in capitals.
  ///
  /// "this&not that" stays as it is. A numeric reference whose semicolon would be left over stays
  /// too.
  static func unescapedWhereCertain(_ text: Scalars) -> Scalars {
    guard text.contains("&") else { return text }
    var result = Scalars()
    var i = 0
    while i < text.count {
      guard text[i] == "&", let end = certainEnd(text, i + 1) else {
        result.append(text[i])
        i += 1
        continue
      }
      let whole = Scalars(text[i..<end])
      let name = Scalars(text[i + 1..<end - 1]).string
      if let text = named[name]?.text ?? capitals[name] {
        result += text
      } else if whole[1] == "#" {
        let text = unescaped(whole)
        result += text.contains(";") ? whole : text
      } else {
        result += whole
      }
      i = end
    }
    return result
  }

  /// Where `#?[0-9A-Za-z]{1,24};` ends that starts at `start`.
  private static func certainEnd(_ text: Scalars, _ start: Int) -> Int? {
    var i = start
    if i < text.count, text[i] == "#" { i += 1 }
    let first = i
    while i < text.count, text[i].isASCIILetter || text[i].isASCIIDigit { i += 1 }
    guard (1...24).contains(i - first), i < text.count, text[i] == ";" else { return nil }
    return i + 1
  }

  /// The replacement of the reference whose `&` is before `start`, and where it ends.
  private static func reference(in text: Scalars, at start: Int) -> (Scalars, Int)? {
    if start < text.count, text[start] == "#" { return numeric(in: text, at: start + 1) }
    var end = start
    while end < text.count, end - start < 32, !"\t\n\u{0C} <&#;".unicodeScalars.contains(text[end])
    {
      end += 1
    }
    guard end > start else { return nil }
    let name = Scalars(text[start..<end])
    if end < text.count, text[end] == ";", let entity = named[name.string] {
      return (entity.text, end + 1)
    }
    guard let (entity, length) = longestPrefix(of: name) else { return nil }
    return (entity.text, start + length)
  }

  /// The longest reference, of those that need no semicolon, that `name` begins with.
  private static func longestPrefix(of name: Scalars) -> (Named, Int)? {
    // The shortest has two letters (`&lt`), the longest six (`&Yacute`).
    for length in stride(from: min(name.count, 6), through: 2, by: -1) {
      if let entity = named[Scalars(name[..<length]).string], entity.semicolonIsOptional {
        return (entity, length)
      }
    }
    return nil
  }

  /// The character of `#65`, `#x41` (with or without a semicolon), read from behind the `#`.
  private static func numeric(in text: Scalars, at start: Int) -> (Scalars, Int)? {
    var i = start
    let hexadecimal = i < text.count && (text[i] == "x" || text[i] == "X")
    if hexadecimal { i += 1 }
    let first = i
    var code: UInt32 = 0
    while i < text.count, text[i].isASCII,
      let digit = Character(text[i]).hexDigitValue, hexadecimal || digit < 10
    {
      code = min(code * (hexadecimal ? 16 : 10) + UInt32(digit), 0x11_0000)
      i += 1
    }
    guard i > first else { return nil }
    return (character(of: code), i < text.count && text[i] == ";" ? i + 1 : i)
  }

  /// What the standard makes of a number: code page 1252 for 0x80…0x9F, nothing for most controls
  /// and noncharacters.
  private static func character(of code: UInt32) -> Scalars {
    switch code {
    case 0, 0xD800...0xDFFF, 0x11_0000...: return ["\u{FFFD}"]
    case 0x0D: return ["\r"]
    case 0x80...0x9F: return [CodePage.windows1252.scalar(UInt8(code))]
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
    case _ where code & 0xFFFE == 0xFFFE: return []
    default: return [Unicode.Scalar(code: code)]
    }
  }
}
