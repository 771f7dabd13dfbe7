// Comparing rows of floats with a threshold, 64 at a time, into the words of a mask.

/// The words of 64 columns that `columns` columns take.
func wordCount(_ columns: Int) -> Int { (columns + 63) / 64 }

/// Bit i says whether `row[i]` exceeds the threshold, for 64 floats.
@inline(__always)
func bits(_ row: UnsafePointer<Float>, above threshold: Float) -> UInt64 {
  let floats = UnsafeRawPointer(row)
  let t = SIMD16<Float>(repeating: threshold)
  return packed(
    floats.loadUnaligned(as: SIMD16<Float>.self) .> t,
    floats.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self) .> t,
    floats.loadUnaligned(fromByteOffset: 128, as: SIMD16<Float>.self) .> t,
    floats.loadUnaligned(fromByteOffset: 192, as: SIMD16<Float>.self) .> t)
}

/// The lanes of four vectors as one word, the first lane lowest.
@inline(__always)
private func packed(
  _ a: SIMDMask<SIMD16<Int32>>, _ b: SIMDMask<SIMD16<Int32>>, _ c: SIMDMask<SIMD16<Int32>>,
  _ d: SIMDMask<SIMD16<Int32>>
) -> UInt64 {
  // Each lane keeps its own bit, so that the lanes can be joined by "or".
  let lane = SIMD16<UInt32>(
    1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11,
    1 << 12, 1 << 13, 1 << 14, 1 << 15)
  let zero = SIMD16<UInt32>.zero
  let low = zero.replacing(with: lane, where: a) | zero.replacing(with: lane &<< 16, where: b)
  let high = zero.replacing(with: lane, where: c) | zero.replacing(with: lane &<< 16, where: d)
  return UInt64(joined(low)) | UInt64(joined(high)) << 32
}

@inline(__always)
private func joined(_ lanes: SIMD16<UInt32>) -> UInt32 {
  let eight = lanes.lowHalf | lanes.highHalf
  let four = eight.lowHalf | eight.highHalf
  let two = four.lowHalf | four.highHalf
  return two[0] | two[1]
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
