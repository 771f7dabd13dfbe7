// Undoes UTF-8 that was decoded as something else, by the procedure of ftfy 6.3.1 (Robyn Speer,
// Apache License 2.0), written anew: encode the text in the suspected code page, mend the bytes,
// decode as UTF-8. OpenAI's tokenizer runs ftfy on every prompt, so a prompt with mojibake in it
// has the same tokens only if the same repair is made.

extension Scalars {
  /// The text with its encoding mended, step after step until nothing changes.
  var encodingRepaired: Scalars {
    var text = self
    while true {
      let repaired = text.encodingRepairedOnce
      if repaired == text { return text }
      text = repaired
    }
  }

  private var encodingRepairedOnce: Scalars {
    guard looksLikeMojibake else { return self }
    for page in CodePage.suspects {
      guard var bytes = page.encoded(self) else { continue }
      if page.mayLoseNoBreakSpaces { bytes = bytes.restoringNoBreakSpaces }
      if page.keepsLost { bytes = bytes.replacingLostSequences }
      if let text = decodeUTF8(bytes) { return text }
    }
    let patched = embeddedMojibakeRepaired
    if patched != self { return patched }
    // C1 controls are of no use: they were Windows-1252. All at once if all can be decoded, else
    // each.
    if let bytes = CodePage.latin1.encoded(self),
      !bytes.contains(where: { [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains($0) })
    {
      let text = bytes.map { $0 == 0x1A ? "\u{1A}" : CodePage.windows1252.scalar($0) }
      if text != self { return text }
    }
    return controlsReplaced
  }

  /// C1 controls as the characters of Windows-1252 at their place.
  var controlsReplaced: Scalars {
    map { (0x80...0x9F).contains($0.value) ? CodePage.windows1252.scalar(UInt8($0.value)) : $0 }
  }

  /// Repairs runs that look like UTF-8 inside a text that as a whole does not decode.
  private var embeddedMojibakeRepaired: Scalars {
    var result = Scalars()
    var i = 0
    while i < count {
      let end = i > 0 && Clues.strictContinuation.contains(self[i - 1]) ? i : endOfClues(from: i)
      guard end > i else {
        result.append(self[i])
        i += 1
        continue
      }
      let run = Scalars(self[i..<end])
      // Only a shorter text, or the repair would call itself for ever.
      result += run.count < count && run.looksLikeMojibake ? run.encodingRepaired : run
      i = end
    }
    return result
  }

  /// Where the sequences end that begin at `start` and would be UTF-8 characters in some code page.
  private func endOfClues(from start: Int) -> Int {
    var end = start
    search: while end < count {
      for (first, continuations) in Clues.sequences
      where first.contains(self[end]) && end + continuations < count {
        if self[end + 1...end + continuations].allSatisfy(Clues.continuation.contains) {
          end += continuations + 1
          continue search
        }
      }
      break
    }
    return end
  }
}

/// The characters that the bytes of UTF-8 sequences become in the Latin-like code pages.
private enum Clues {
  static let sequences: [(first: Set<Unicode.Scalar>, continuations: Int)] = [
    (scalars(of: Array(0xC2...0xDF)), 1), (scalars(of: Array(0xE0...0xEF)), 2),
    (scalars(of: [0xF0, 0xF3]), 3),
  ]
  static let continuation = scalars(of: Array(0x80...0xBF)).union([" "])
  /// Without what often stands beside mojibake in its own right: dashes, quotes, bullet, ellipsis.
  static let strictContinuation = scalars(of: Array(0x80...0xBF)).subtracting(
    Scalars("–—―‘’‚“”„•…"))

  private static func scalars(of bytes: [UInt8]) -> Set<Unicode.Scalar> {
    Set(CodePage.latinLike.flatMap { page in bytes.map(page.scalar) })
  }
}
