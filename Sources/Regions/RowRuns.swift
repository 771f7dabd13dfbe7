/// A mask's pixels as horizontal runs, row after row, in the picture's coordinates.
///
/// What labelling and contour tracing work on: they cost a step a run, not a step a pixel.
struct RowRuns {
  /// The rows that are described: `rows.lowerBound` is entry 0 of `rowStarts`.
  let rows: Range<Int>
  /// For each row the index of its first run, and at the end the number of runs.
  private(set) var rowStarts: [Int]
  /// The first column of each run.
  private(set) var starts: [Int32]
  /// The column after the last of each run.
  private(set) var ends: [Int32]

  /// The number of runs.
  var count: Int { starts.count }

  /// The runs of row `y`, which must lie in `rows`.
  @inline(__always)
  func indices(inRow y: Int) -> Range<Int> {
    rowStarts[y - rows.lowerBound]..<rowStarts[y - rows.lowerBound + 1]
  }

  /// The runs of pixels that are in the mask; rows are the window's.
  init(_ mask: Mask) {
    let window = mask.window, perRow = mask.wordsPerRow
    rows = window.y..<window.endY
    var rowStarts = [Int](repeating: 0, count: window.height + 1)
    // A run starts where a pixel is set and the one left of it is not.
    mask.words.withUnsafeBufferPointer { words in
      var count = 0
      for row in 0..<window.height {
        rowStarts[row] = count
        var carry: UInt64 = 0
        for i in row * perRow..<(row + 1) * perRow {
          let word = words[i]
          count &+= (word & ~(word &<< 1 | carry)).nonzeroBitCount
          carry = word &>> 63
        }
      }
      rowStarts[window.height] = count
    }
    let count = rowStarts[window.height]
    var starts = [Int32](repeating: 0, count: count), ends = starts
    mask.words.withUnsafeBufferPointer { words in
      starts.withUnsafeMutableBufferPointer { starts in
        ends.withUnsafeMutableBufferPointer { ends in
          for row in 0..<window.height {
            var nextStart = rowStarts[row], nextEnd = nextStart
            var carry: UInt64 = 0
            for i in 0..<perRow {
              let word = words[row * perRow + i]
              let shifted = word &<< 1 | carry
              carry = word &>> 63
              let x = window.x + i * 64
              var opening = word & ~shifted, closing = ~word & shifted
              while opening != 0 {
                starts[nextStart] = Int32(truncatingIfNeeded: x + opening.trailingZeroBitCount)
                nextStart &+= 1
                opening &= opening &- 1
              }
              while closing != 0 {
                ends[nextEnd] = Int32(truncatingIfNeeded: x + closing.trailingZeroBitCount)
                nextEnd &+= 1
                closing &= closing &- 1
              }
            }
            if carry != 0 { ends[nextEnd] = Int32(truncatingIfNeeded: window.endX) }
          }
        }
      }
    }
    self.rowStarts = rowStarts
    self.starts = starts
    self.ends = ends
  }

  /// The runs of pixels that are not in the mask, over all rows of the picture.
  init(outside mask: Mask) {
    let inside = RowRuns(mask)
    rows = 0..<mask.height
    rowStarts = []
    rowStarts.reserveCapacity(mask.height + 1)
    starts = []
    ends = []
    starts.reserveCapacity(inside.count + mask.height)
    ends.reserveCapacity(inside.count + mask.height)
    for y in 0..<mask.height {
      rowStarts.append(starts.count)
      var x: Int32 = 0
      if inside.rows.contains(y) {
        for run in inside.indices(inRow: y) {
          if inside.starts[run] > x {
            starts.append(x)
            ends.append(inside.starts[run])
          }
          x = inside.ends[run]
        }
      }
      if x < mask.width {
        starts.append(x)
        ends.append(Int32(mask.width))
      }
    }
    rowStarts.append(starts.count)
  }
}

extension Mask {
  /// Calls `body` with each horizontal run of pixels in the mask, row after row, left to right:
  /// its row, its first column and the column after its last.
  public func forEachRun(_ body: (_ row: Int, _ start: Int, _ end: Int) -> Void) {
    let runs = RowRuns(self)
    for y in runs.rows {
      for run in runs.indices(inRow: y) { body(y, Int(runs.starts[run]), Int(runs.ends[run])) }
    }
  }

  /// Puts the pixels of row `y` from column `start` up to, not including, `end` into the mask.
  ///
  /// - Precondition: they lie in the window.
  mutating func fill(row y: Int, from start: Int, to end: Int) {
    guard start < end else { return }
    let base = (y - window.y) * wordsPerRow
    let first = start - window.x, last = end - 1 - window.x
    let head = ~UInt64(0) << UInt64(first & 63), tail = ~UInt64(0) >> UInt64(63 - last & 63)
    if first >> 6 == last >> 6 {
      words[base + first >> 6] |= head & tail
    } else {
      words[base + (first >> 6)] |= head
      for i in (first >> 6) + 1..<(last >> 6) { words[base + i] = ~0 }
      words[base + (last >> 6)] |= tail
    }
  }
}
