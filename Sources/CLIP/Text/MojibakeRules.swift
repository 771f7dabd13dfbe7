// Which characters in a row betray text that was decoded with the wrong encoding ("â€œ" for a
// quotation mark). The kinds of characters and the telltale sequences are those of ftfy 6.3.1
// (Robyn Speer, https://github.com/rspeer/python-ftfy, Apache License 2.0), as data for a matcher
// of our own.

/// Characters by the part they play in mojibake, each class a string of characters and ranges.
private enum Kind {
  static let common = "\u{A0}\u{AD}´·–-―’…"
  static let control = "\u{80}-\u{9F}"
  static let bad = "¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊\u{FFFD}"
  static let law = "§¶"
  static let currency = "¢£¥₧€"
  static let opening = "¡©«¿΄΅‘‚“„•‹\u{F8FF}"
  static let closing = "®»˝”›™"
  static let numeric = "±-³µ¹¼-¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥"
  static let kaomoji = "°Ò-ÖÙ-Üò-öø-üŌŐŪŲ"
  static let upperAccented = "À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ"
  static let lowerAccented = "ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ"
  static let upperCommon = "ÞΆΈ-ΊΌΎΏΑ-ΫЁ-Я"
  static let lowerCommon = "ά-ωа-џ"
  static let box = "│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓"

  static let lower = "a-z"
  static let letter = "A-Za-z"
  static let accented = lowerAccented + upperAccented
  static let quotes = opening + closing

  // Classes that no list of characters could give; `Classes` knows them by these names.
  static let space = "\\s"
  static let word = "\\w"
  static let notLetter = "^A-Za-z"
  static let notNewline = "."
}

/// The telltale sequences, one class for each character.
private let sequences: [[String]] = {
  typealias K = Kind
  let symbols = K.box + K.closing + K.currency + K.numeric
  let odd = K.accented + symbols + K.opening + K.law
  let arabic = K.common + K.currency + K.bad + K.numeric + K.opening + "ŸŠ®°µ»"
  let cyrillic = K.control + K.bad + K.quotes + K.currency + "°µ"
  let greek = K.control + K.bad + K.quotes + K.currency + "°"
  return [
    [K.control],
    [K.bad + odd, K.bad],
    [K.letter, K.lowerCommon + K.upperCommon, K.bad],
    [K.bad, odd],
    [K.lowerAccented + K.lowerCommon + symbols, K.upperAccented],
    [symbols, K.lowerAccented],
    [K.lowerAccented + K.box + K.closing, K.currency],
    [K.space, K.upperAccented, K.currency],
    [K.upperAccented + K.box, K.numeric + K.law],
    [K.accented + K.box + K.currency + K.closing, K.opening, K.numeric],
    [K.accented + K.currency + K.numeric + K.box + K.law, K.closing, K.opening],
    [K.currency + K.numeric + K.box, K.opening],
    [K.lower, K.upperAccented, K.opening + K.currency],
    [K.box, K.kaomoji],
    [K.accented + K.currency + K.numeric + K.quotes + K.law, K.box],
    [K.box, K.closing],
    [K.accented, K.quotes, K.word],
    // The ligature œ before anything but an unaccented letter; a degree sign after a capital.
    ["Œœ", K.notLetter],
    [K.upperAccented, "°"],
    // Windows-1252.
    ["ÂÃÎÐ", "€œŠš¢£Ÿž\u{A0}\u{AD}®©°·»–—´" + K.quotes],
    ["×", "²³"],
    ["ØÙ", arabic, "ØÙ", arabic],
    ["à", "²µ¹¼½¾"],
    ["Ã", "\u{A0}¡"],
    [K.lower, "ÃÂ", " "],
    [K.lower, K.space, "ÃÂ", " "],
    [K.lower + ".,?!" + K.closing, "Â", " " + K.quotes],
    // Mac Roman.
    ["√", "±∂†≠®™´≤≥¥µø"],
    ["≈", "°¢"],
    ["‚", "Ä", "ìîïòôúùû†°¢π"],
    ["‚", "âó", "àä°ê"],
    // Windows-1251, -1253, -1257.
    ["в", "Ђ"],
    ["ВГРС", cyrillic, "ВГРС"],
    ["Г", "ў", "В", "Ђ", "В", K.notNewline, K.letter + " "],
    ["β", "€", "™\u{A0}Ά\u{AD}®°"],
    ["ΒΓΞΟ", greek, "ΒΓΞΟ"],
    ["ā", "€"],
  ]
}()

/// The sequences with each class as one bit of a mask.
private struct Classes: Sendable {
  private(set) var sequences: [[UInt128]] = []
  private var masks: [Unicode.Scalar: UInt128] = [:]
  private var bits: [String: UInt128] = [:]

  init(_ named: [[String]]) {
    sequences = named.map { sequence in sequence.map { bit(for: $0) } }
  }

  private mutating func bit(for name: String) -> UInt128 {
    if let bit = bits[name] { return bit }
    let bit = UInt128(1) << UInt128(bits.count)
    bits[name] = bit
    if [Kind.space, Kind.word, Kind.notLetter, Kind.notNewline].contains(name) { return bit }
    let scalars = Scalars(name)
    var i = 0
    while i < scalars.count {
      let isRange = i + 2 < scalars.count && scalars[i + 1] == "-"
      for code in scalars[i].value...scalars[isRange ? i + 2 : i].value {
        masks[Unicode.Scalar(code: code), default: 0] |= bit
      }
      i += isRange ? 3 : 1
    }
    return bit
  }

  /// All classes that the character is in.
  func mask(_ scalar: Unicode.Scalar) -> UInt128 {
    var mask = masks[scalar] ?? 0
    if scalar.isPythonSpace { mask |= bits[Kind.space] ?? 0 }
    if scalar == "_" || scalar.isLetter || scalar.properties.numericType != nil {
      mask |= bits[Kind.word] ?? 0
    }
    if !scalar.isASCIILetter { mask |= bits[Kind.notLetter] ?? 0 }
    if scalar != "\n" { mask |= bits[Kind.notNewline] ?? 0 }
    return mask
  }
}

private let classes = Classes(sequences)

extension Scalars {
  /// True where some characters in a row are far likelier mojibake than meant.
  var looksLikeMojibake: Bool {
    if allSatisfy(\.isASCII) { return false }
    if count > 1, self[0] == "Ã" || self[0] == "Â", self[1] == " " { return true }
    let masks = map { classes.mask($0) }
    return masks.indices.contains { start in
      classes.sequences.contains { sequence in
        start + sequence.count <= masks.count
          && sequence.indices.allSatisfy { masks[start + $0] & sequence[$0] != 0 }
      }
    }
  }
}
