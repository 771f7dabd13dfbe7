/// Transposes a 64×64 square of bits in place: bit x of word y becomes bit y of word x.
///
/// Six rounds, each swapping the off-diagonal halves of ever smaller squares (Warren, "Hacker's
/// Delight", 2nd ed., §7-3, with bit 0 as the leftmost): 64·6 word operations instead of
/// 4096 single bits.
func transposeBits(_ square: UnsafeMutablePointer<UInt64>) {
  var half = 32
  var mask: UInt64 = 0x0000_0000_FFFF_FFFF
  while half != 0 {
    let shift = UInt64(half)
    var block = 0
    while block < 64 {
      // The upper right of this block (high bits of the early words) changes places with the
      // lower left (low bits of the late words).
      for y in block..<block + half {
        let swapped = (square[y] &>> shift ^ square[y + half]) & mask
        square[y] ^= swapped &<< shift
        square[y + half] ^= swapped
      }
      block += 2 * half
    }
    half >>= 1
    mask ^= mask &<< UInt64(truncatingIfNeeded: half)
  }
}

/// The bits of a mask column by column, 64 columns of its window at a time.
struct ColumnStrip {
  /// 64-bit words a column: bit `i % 64` of word `i / 64` is row `window.y + i`.
  let wordsPerColumn: Int
  /// The first words of 64 columns, then their second ones, and so on: squares of 64×64 bits, which are
  /// transposed where they stand.
  let words: UnsafeMutablePointer<UInt64>

  /// Room for columns of `height` pixels; `deallocate` it.
  init(height: Int) {
    wordsPerColumn = (height + 63) / 64
    words = .allocate(capacity: 64 * max(1, wordsPerColumn))
  }

  func deallocate() { words.deallocate() }

  /// Reads word `index` of each of the window's `height` rows; returns which columns hold a pixel.
  ///
  /// Bits past the last row mean nothing.
  func load(
    _ rows: UnsafePointer<UInt64>, wordsPerRow: Int, index: Int, height: Int
  ) -> UInt64 {
    var seen: UInt64 = 0
    for block in 0..<wordsPerColumn {
      let square = words + block &* 64
      let top = block &* 64, count = min(64, height &- top)
      var any: UInt64 = 0, all = ~UInt64(0)
      var source = rows + (top &* wordsPerRow &+ index)
      for y in 0..<count {
        let word = source.pointee
        square[y] = word
        any |= word
        all &= word
        source += wordsPerRow
      }
      seen |= any
      if any == all {
        // Every row is the same word (outside or well inside an object): each column is all 0 or
        // all 1. Half of a typical mask's squares take this way.
        for x in 0..<64 { square[x] = 0 &- (any &>> UInt64(truncatingIfNeeded: x) & 1) }
        continue
      }
      for y in count..<64 { square[y] = 0 }
      transposeBits(square)
    }
    return seen
  }

  /// Writes the columns as word `index` of each of the window's `height` rows; they are lost here.
  func store(
    to rows: UnsafeMutablePointer<UInt64>, wordsPerRow: Int, index: Int, height: Int
  ) {
    for block in 0..<wordsPerColumn {
      let square = words + block * 64
      let top = block * 64
      transposeBits(square)
      for y in 0..<min(64, height - top) { rows[(top + y) * wordsPerRow + index] = square[y] }
    }
  }
}
