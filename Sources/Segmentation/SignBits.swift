// Comparing rows of floats with a threshold, 64 at a time, into the words of a mask.

import CProcessor

/// The words of 64 columns that `columns` columns take.
func wordCount(_ columns: Int) -> Int { (columns + 63) / 64 }

/// Bit i says whether `row[i]` exceeds the threshold, for 64 floats.
@inline(__always)
func bits(_ row: UnsafePointer<Float>, above threshold: Float) -> UInt64 {
  let limit = lanes_t(repeating: threshold)
  var word: UInt64 = 0
  for x in stride(from: 0, to: 64, by: 16) {
    let lanes = UnsafeRawPointer(row + x).loadUnaligned(as: lanes_t.self)
    word |= UInt64(lanes_greater(lanes, limit)) << UInt64(x)
  }
  return word
}

/// What the bits of a range say.
enum Agreement {
  case none, all, mixed

  /// The agreement of the bits `range` of `words`; `.none` where it is empty.
  static func of(_ range: Range<Int>, in words: UnsafePointer<UInt64>) -> Agreement {
    guard !range.isEmpty else { return .none }
    let firstWord = range.lowerBound >> 6, lastWord = (range.upperBound - 1) >> 6
    var anySet = false, anyClear = false
    for word in firstWord...lastWord {
      var mask = UInt64.max
      if word == firstWord { mask &= .max << UInt64(range.lowerBound & 63) }
      if word == lastWord { mask &= .max >> UInt64(63 - (range.upperBound - 1) & 63) }
      let set = words[word] & mask
      if set != 0 { anySet = true }
      if set != mask { anyClear = true }
      if anySet && anyClear { return .mixed }
    }
    return anySet ? .all : .none
  }
}
