// What OpenAI's tokenizer does to a prompt before it looks for words: `ftfy.fix_text`,
// `html.unescape` twice, spaces collapsed, lower case. All of ftfy's default repairs are made (its
// version 6.3.1, an Apache-licensed work of Robyn Speer, is the definition); Unicode data is that
// of the Swift runtime.

extension Scalars {
  /// The prompt as the tokenizer sees it.
  var cleanedPrompt: Scalars {
    HTMLReferences.unescaped(HTMLReferences.unescaped(repaired)).spacesCollapsed.lowercased
  }

  /// The text with glitches of encoding and typing mended, line by line: Python's `ftfy.fix_text`.
  var repaired: Scalars {
    var result = Scalars()
    var unescapes = true
    var start = 0
    while start < count {
      let end = self[start...].firstIndex(of: "\n").map { $0 + 1 } ?? count
      let line = Scalars(self[start..<end])
      // A `<` says that this is real HTML, whose references are meant: from here on they stay.
      if line.contains("<") { unescapes = false }
      result += line.lineRepaired(unescaping: unescapes)
      start = end
    }
    return result
  }

  private func lineRepaired(unescaping: Bool) -> Scalars {
    // Each repair may uncover work for another.
    var text = self
    while true {
      var next = unescaping ? HTMLReferences.unescapedWhereCertain(text) : text
      next = next.encodingRepaired.controlsReplaced
      next = next.flatMap(\.standardForms).lineBreaksUnified
      next = next.terminalEscapesRemoved.filter { !$0.isStrayControl }.composed
      if next == text { return text }
      text = next
    }
  }

  /// All kinds of line breaks as "\n".
  private var lineBreaksUnified: Scalars {
    var result = Scalars()
    result.reserveCapacity(count)
    for (i, scalar) in enumerated() {
      switch scalar {
      case "\r": if i + 1 == count || self[i + 1] != "\n" { result.append("\n") }
      case "\u{2028}", "\u{2029}", "\u{85}": result.append("\n")
      default: result.append(scalar)
      }
    }
    return result
  }

  /// Without `ESC [ 1 ; 32 m` and its like, the colours of a terminal.
  private var terminalEscapesRemoved: Scalars {
    guard contains("\u{1B}") else { return self }
    var result = Scalars()
    var i = 0
    while i < count {
      if self[i] == "\u{1B}", i + 1 < count, self[i + 1] == "[" {
        let isArgument = { (s: Unicode.Scalar) in
          s == ";" || s.properties.generalCategory == .decimalNumber
        }
        if let end = self[(i + 2)...].firstIndex(where: { !isArgument($0) }),
          self[end].isASCIILetter
        {
          i = end + 1
          continue
        }
      }
      result.append(self[i])
      i += 1
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Itself, or what plain typing would have given: letters for a ligature, standard for full or
  /// half width, straight for curly quotes.
  fileprivate var standardForms: Scalars {
    if value < 0x132 { return [self] }
    if let letters = ligatures[self] {
      return letters.flatMap { $0.plainForms }
    }
    return plainForms
  }

  /// Standard width and straight quotes.
  private var plainForms: Scalars {
    switch value {
    case 0x3000: [" "]
    case 0xFF01...0xFF5E: [Unicode.Scalar(code: value - 0xFEE0)]
    case 0xFF5F...0xFFEF: Scalars(standardWidths[Int(value - 0xFF5F)])
    case 0x201C...0x201F: ["\""]
    case 0x2BC, 0x2018...0x201B: ["'"]
    default: [self]
    }
  }

  /// Controls that have no effect but to disturb, and marks such as the byte order mark.
  fileprivate var isStrayControl: Bool {
    switch value {
    case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
    default: false
    }
  }
}

/// Ligatures and digraphs of Latin letters that are one character for typographical or historical
/// reasons, as their letters; not æ and œ, which are meant.
private let ligatures: [Unicode.Scalar: Scalars] = [
  "Ĳ": ["I", "J"], "ĳ": ["i", "j"], "ŉ": ["ʼ", "n"],
  "Ǳ": ["D", "Z"], "ǲ": ["D", "z"], "ǳ": ["d", "z"],
  "Ǆ": ["D", "Ž"], "ǅ": ["D", "ž"], "ǆ": ["d", "ž"],
  "Ǉ": ["L", "J"], "ǈ": ["L", "j"], "ǉ": ["l", "j"],
  "Ǌ": ["N", "J"], "ǋ": ["N", "j"], "ǌ": ["n", "j"],
  "ﬀ": ["f", "f"], "ﬁ": ["f", "i"], "ﬂ": ["f", "l"], "ﬃ": ["f", "f", "i"], "ﬄ": ["f", "f", "l"],
  "ﬅ": ["ſ", "t"], "ﬆ": ["s", "t"],
]
