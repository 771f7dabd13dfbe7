/// A pattern of bytes: one set of ranges for each.
private typealias BytePattern = [[ClosedRange<UInt8>]]

extension [UInt8] {
  /// Puts back 0xA0 where a space in its place spoils a likely UTF-8 sequence.
  ///
  /// Which lead bytes count was weighed by ftfy: those whose characters are common before a space.
  var restoringNoBreakSpaces: [UInt8] {
    let space: [ClosedRange<UInt8>] = [0x20...0x20], any: [ClosedRange<UInt8>] = [0x80...0xBF]
    let some: [ClosedRange<UInt8>] = [0x80...0x84, 0x86...0x9F, 0xA1...0xBF]
    let patterns: [BytePattern] = [
      [[0xC2...0xC3, 0xC5...0xC5, 0xCE...0xCE, 0xD0...0xD0, 0xD9...0xD9], space],
      [[0xE2...0xE3], space, some], [[0xE0...0xE3], some, space],
      [[0xF0...0xF0], space, any, any], [[0xF0...0xF0], any, space, any],
      [[0xF0...0xF0], any, any, space],
    ]
    guard firstMatch(of: patterns) != nil else { return self }
    return separatingGraveAs.replacing(patterns) { $0.map { $0 == 0x20 ? 0xA0 : $0 } }
  }

  /// "Ã la mode" with the space kept: à is mostly a word, save where Portuguese às, àquele and
  /// their like go on.
  private var separatingGraveAs: [UInt8] {
    let exceptions = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }
    var result: [UInt8] = []
    for (i, byte) in enumerated() {
      result.append(byte)
      guard byte == 0xC3, i + 1 < count, self[i + 1] == 0x20 else { continue }
      let rest = self[(i + 2)...]
      if !exceptions.contains(where: { rest.starts(with: $0) }) { result.append(0xA0) }
    }
    return result
  }

  /// Sequences that lack bytes (0x1A, once a question mark) as U+FFFD.
  var replacingLostSequences: [UInt8] {
    let lost: [ClosedRange<UInt8>] = [0x1A...0x1A, 0x3F...0x3F]
    let some: [ClosedRange<UInt8>] = [0x1A...0x1A, 0x80...0xBF]
    let most: [ClosedRange<UInt8>] = some + lost
    let high: [ClosedRange<UInt8>] = [0xA0...0xAF], low: [ClosedRange<UInt8>] = [0xB0...0xBF]
    let three: [ClosedRange<UInt8>] = [0xE0...0xEF], four: [ClosedRange<UInt8>] = [0xF0...0xF4]
    let surrogate: [ClosedRange<UInt8>] = [0xED...0xED]
    return replacing([
      [[0xC2...0xDF], [0x1A...0x1A]], [[0xC2...0xC3], [0x3F...0x3F]],
      [surrogate, high, lost, surrogate, low, most], [surrogate, high, most, surrogate, low, lost],
      [three, lost, some], [three, some, lost],
      [four, lost, some, some], [four, some, lost, some], [four, some, some, lost],
      [[0x1A...0x1A]],
    ]) { _ in [0xEF, 0xBF, 0xBD] }
  }

  private func firstMatch(of patterns: [BytePattern]) -> Int? {
    indices.first { match(patterns, at: $0) != nil }
  }

  /// The length of the first pattern that matches at `start`.
  private func match(_ patterns: [BytePattern], at start: Int) -> Int? {
    patterns.first { pattern in
      start + pattern.count <= count
        && pattern.indices.allSatisfy { i in pattern[i].contains { $0.contains(self[start + i]) } }
    }?.count
  }

  private func replacing(
    _ patterns: [BytePattern], with replacement: (ArraySlice<UInt8>) -> [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var i = 0
    while i < count {
      if let length = match(patterns, at: i) {
        result += replacement(self[i..<i + length])
        i += length
      } else {
        result.append(self[i])
        i += 1
      }
    }
    return result
  }
}

/// Decodes UTF-8, nil where it is none.
///
/// Two deviations that other systems write are read too: surrogate pairs in six bytes (CESU-8) and
/// 0xC0 0x80 for a zero.
func decodeUTF8(_ bytes: [UInt8]) -> Scalars? {
  var standard: [UInt8] = []
  standard.reserveCapacity(bytes.count)
  var i = 0
  while i < bytes.count {
    if bytes[i] == 0xC0, i + 1 < bytes.count, bytes[i + 1] == 0x80 {
      standard.append(0)
      i += 2
    } else if let scalar = surrogatePair(bytes[i...]) {
      standard += Array(String(scalar).utf8)
      i += 6
    } else {
      standard.append(bytes[i])
      i += 1
    }
  }
  guard let string = String(validating: standard, as: UTF8.self) else { return nil }
  return Scalars(string)
}

/// The character of a six-byte CESU-8 sequence at the start of `bytes`.
private func surrogatePair(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
  let b = Array(bytes.prefix(6))
  guard b.count == 6, b[0] == 0xED, b[3] == 0xED, 0xA0...0xAF ~= b[1], 0xB0...0xBF ~= b[4],
    0x80...0xBF ~= b[2], 0x80...0xBF ~= b[5]
  else { return nil }
  let high = UInt32(b[1] & 0x0F) << 16 | UInt32(b[2] & 0x3F) << 10
  return Unicode.Scalar(code: 0x1_0000 + high + (UInt32(b[4] & 0x0F) << 6 | UInt32(b[5] & 0x3F)))
}
