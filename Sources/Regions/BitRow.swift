/// One row of a mask's window, readable 64 pixels at a time from any column.
///
/// All operations between masks whose windows start at different columns go through here: a
/// word of one is compared with the two neighbouring words of the other, shifted together.
struct BitRow {
  let words: UnsafePointer<UInt64>
  let count: Int

  /// Pixels `offset ..< offset + 64` of the row, bit 0 first; 0 outside the row.
  @inline(__always)
  func bits(from offset: Int) -> UInt64 {
    let index = offset >> 6, shift = UInt64(truncatingIfNeeded: offset & 63)
    let low = index >= 0 && index < count ? words[index] : 0
    if shift == 0 { return low }
    let high = index >= -1 && index < count - 1 ? words[index + 1] : 0
    return low &>> shift | high &<< (64 - shift)
  }
}

extension Mask {
  /// Calls `body` with the words of all rows.
  @inline(__always)
  func withRows<Result>(_ body: (MaskRows) -> Result) -> Result {
    words.withUnsafeBufferPointer { words in
      body(MaskRows(words: words.baseAddress, wordsPerRow: wordsPerRow, window: window))
    }
  }
}

/// A mask's rows, addressed by the picture's row numbers.
struct MaskRows {
  let words: UnsafePointer<UInt64>?
  let wordsPerRow: Int
  let window: PixelRectangle

  /// Row `y` of the picture; an empty row where the window does not reach it.
  @inline(__always)
  subscript(y: Int) -> BitRow? {
    guard let words, y >= window.y, y < window.endY, wordsPerRow > 0 else { return nil }
    return BitRow(words: words + (y - window.y) * wordsPerRow, count: wordsPerRow)
  }
}
