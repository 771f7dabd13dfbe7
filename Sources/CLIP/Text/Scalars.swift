// Python's strings are sequences of code points, and so is a text while it is being cleaned:
// Swift's grapheme clusters would merge what the regular expressions of the tokenizer tell apart.

@_spi(_Unicode) import Swift

/// A text as code points.
typealias Scalars = [Unicode.Scalar]

extension Unicode.Scalar {
  /// What Python's `str.split()` and `str.strip()` take for a space.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// A letter: `\p{L}`.
  var isLetter: Bool {
    if value < 0x80 { return isASCIILetter }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return false
    }
  }

  /// A number of any kind: `\p{N}`.
  var isNumber: Bool {
    if value < 0x80 { return isASCIIDigit }
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  /// A…Z or a…z.
  var isASCIILetter: Bool { isASCIILowercase || (0x41...0x5A).contains(value) }

  /// a…z.
  var isASCIILowercase: Bool { (0x61...0x7A).contains(value) }

  /// 0…9.
  var isASCIIDigit: Bool { (0x30...0x39).contains(value) }

  /// The scalar of this code, or U+FFFD where there is none.
  init(code: some BinaryInteger) {
    self = UInt32(exactly: code).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
  }
}

extension Scalars {
  /// The code points of a string.
  init(_ string: String) { self = Array(string.unicodeScalars) }

  /// The string of these code points.
  var string: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: self)
    return String(view)
  }

  /// Normalization form C: letters joined with the accents that follow them.
  ///
  /// The standard library's own, so that a program which cleans a prompt need not load Foundation.
  var composed: Scalars {
    allSatisfy { $0.value < 0x300 } ? self : Array(string._nfc)
  }

  /// Python's `str.lower()`: full case mapping, and ς for a capital sigma that ends a word.
  var lowercased: Scalars {
    var result = Scalars()
    result.reserveCapacity(count)
    for (i, scalar) in enumerated() {
      if scalar == "Σ" {
        result.append(endsWord(i) ? "ς" : "σ")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// True where a cased letter stands before position `i` and none after it, case-ignorable
  /// characters left out of account (the Unicode standard, section 3.13, Final_Sigma).
  private func endsWord(_ i: Int) -> Bool {
    guard let before = self[..<i].last(where: { !$0.properties.isCaseIgnorable }),
      before.properties.isCased
    else { return false }
    let after = self[(i + 1)...].first { !$0.properties.isCaseIgnorable }
    return !(after?.properties.isCased ?? false)
  }

  /// The words between spaces, joined by single ones: Python's `" ".join(text.split())`.
  var spacesCollapsed: Scalars {
    Scalars(split(whereSeparator: \.isPythonSpace).joined(separator: [" "]))
  }
}
