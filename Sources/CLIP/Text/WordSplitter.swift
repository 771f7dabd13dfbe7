extension Scalars {
  /// The pieces that byte pairs are merged within, of a text that is clean and in lower case.
  ///
  /// The matches of OpenAI's pattern, without regard to case:
  /// `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`
  var words: [ArraySlice<Unicode.Scalar>] {
    var words: [ArraySlice<Unicode.Scalar>] = []
    var i = 0
    while i < count {
      let end = endOfWord(from: i)
      if end > i { words.append(self[i..<end]) }
      i = Swift.max(end, i + 1)
    }
    return words
  }

  private func endOfWord(from start: Int) -> Int {
    for literal in fixedWords where start + literal.count <= count {
      if literal.indices.allSatisfy({ sameLetter(self[start + $0], literal[$0]) }) {
        return start + literal.count
      }
    }
    let first = self[start]
    if first.isLetter { return self[start...].firstIndex { !$0.isLetter } ?? count }
    if first.isNumber { return start + 1 }
    return self[start...].firstIndex { !$0.isSign } ?? count
  }
}

/// In the order of the pattern's alternatives.
private let fixedWords = [
  "<|startoftext|>", "<|endoftext|>", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d",
].map { Scalars($0) }

/// Equality of letters without regard to case, of which one case survives lower-casing: ſ is an s.
private func sameLetter(_ a: Unicode.Scalar, _ b: Unicode.Scalar) -> Bool {
  a == b || a == "ſ" && b == "s"
}

extension Unicode.Scalar {
  /// Neither a letter nor a number nor a space.
  ///
  /// U+0345, a combining iota, is in none of the pattern's sets once case is ignored, since its
  /// capital is a letter and it is not: it drops out.
  fileprivate var isSign: Bool {
    !isLetter && !isNumber && !properties.isWhitespace && value != 0x345
  }
}
