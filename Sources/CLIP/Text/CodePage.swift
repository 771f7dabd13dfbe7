/// A one-byte encoding through which UTF-8 may have been misread.
///
/// Bytes that a Windows code page leaves undefined stand for the code of the same number, as
/// browsers have it, and 0x1A stands for U+FFFD: a character that was lost on the way.
struct CodePage: Sendable {
  private let scalars: Scalars
  private let bytes: [Unicode.Scalar: UInt8]

  /// True where a lost character is a byte of its own.
  let keepsLost: Bool
  /// False for Mac Roman, where an en dash before a space would look like a broken à.
  let mayLoseNoBreakSpaces: Bool

  private init(upperHalf: [String], sloppy: Bool = true, mayLoseNoBreakSpaces: Bool = true) {
    var scalars = (0..<0x80).map { Unicode.Scalar(code: $0) }
    for scalar in upperHalf.joined().unicodeScalars {
      scalars.append(scalar == "\u{FFFD}" ? Unicode.Scalar(code: scalars.count) : scalar)
    }
    if sloppy { scalars[0x1A] = "\u{FFFD}" }
    self.scalars = scalars
    self.bytes = Dictionary(
      zip(scalars, UInt8.min...UInt8.max), uniquingKeysWith: { first, _ in first })
    self.keepsLost = sloppy
    self.mayLoseNoBreakSpaces = mayLoseNoBreakSpaces
  }

  /// The character of a byte.
  func scalar(_ byte: UInt8) -> Unicode.Scalar { scalars[Int(byte)] }

  /// The bytes of a text, nil where it has characters that the code page lacks.
  func encoded(_ text: Scalars) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }

  static let latin1 = CodePage(
    upperHalf: [(0x80...0xFF).map { Unicode.Scalar(code: $0) }.string], sloppy: false)
  static let windows1252 = CodePage(upperHalf: CodePageTable.windows1252)

  /// Latin-1 and its relatives, where mojibake mostly comes from.
  static let latinLike = [
    latin1, windows1252, CodePage(upperHalf: CodePageTable.windows1251),
    CodePage(upperHalf: CodePageTable.windows1250), CodePage(upperHalf: CodePageTable.windows1253),
    CodePage(upperHalf: CodePageTable.windows1254), CodePage(upperHalf: CodePageTable.windows1257),
  ]

  /// All that are tried, in this order.
  static let suspects =
    latinLike + [
      CodePage(upperHalf: CodePageTable.latin2, sloppy: false),
      CodePage(upperHalf: CodePageTable.macRoman, sloppy: false, mayLoseNoBreakSpaces: false),
      CodePage(upperHalf: CodePageTable.ibm437, sloppy: false),
    ]
}
