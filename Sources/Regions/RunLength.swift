// Goals, in this order: the very counts and bytes of pycocotools; nothing that a foreign string can
// say makes us crash or allocate more than the string's own length warrants; speed proportional to
// the window's words and the mask's outline, not to its pixels.

/// A mask as COCO stores it: the lengths of alternating runs of pixels outside and inside, column by
/// column, starting outside (so that the first count may be 0).
///
/// - SeeAlso: the COCO API, `maskApi.c`.
public struct RunLength: Sendable, Hashable {
  /// The size of the picture in pixels.
  public let width: Int, height: Int
  /// Run lengths in column-major order, first the pixels outside; they sum to `width * height`.
  public let counts: [Int]

  /// The codes of `counts`, as they are.
  ///
  /// - Throws: `RunLengthError` where a count is negative or they do not add up to the picture.
  public init(width: Int, height: Int, counts: [Int]) throws(RunLengthError) {
    let pixels = try RunLength.pixelCount(width, height)
    var sum = 0
    for (index, count) in counts.enumerated() {
      guard count >= 0 else { throw .negativeCount(index: index, count: count) }
      guard count <= pixels - sum else { throw .wrongTotal(found: nil, expected: pixels) }
      sum += count
    }
    guard sum == pixels else { throw .wrongTotal(found: sum, expected: pixels) }
    self.width = width
    self.height = height
    self.counts = counts
  }

  /// Runs that are known to fit.
  init(width: Int, height: Int, uncheckedCounts counts: [Int]) {
    self.width = width
    self.height = height
    self.counts = counts
  }

  /// The number of pixels of a picture whose sizes come from outside.
  static func pixelCount(_ width: Int, _ height: Int) throws(RunLengthError) -> Int {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    // Both sizes fit the 32-bit counts that the format has everywhere else.
    guard width >= 0, height >= 0, !overflow, pixels <= Int(UInt32.max) else {
      throw .impossibleSize(width: width, height: height)
    }
    return pixels
  }

  /// The runs of a mask.
  ///
  /// Cost: the bits are turned column-major by 64×64 squares, then only places where a column
  /// changes are visited. A mask of one megapixel takes about a tenth of a millisecond.
  public init(_ mask: Mask) {
    let height = mask.height
    var runs = RunCounts(expecting: 4 * mask.window.width + 16)
    let window = mask.window
    if !window.isEmpty {
      let strip = ColumnStrip(height: window.height)
      defer { strip.deallocate() }
      mask.words.withUnsafeBufferPointer { words in
        guard let rows = words.baseAddress else { return }
        for index in 0..<mask.wordsPerRow {
          let seen = strip.load(
            rows, wordsPerRow: mask.wordsPerRow, index: index, height: window.height)
          if seen == 0 {
            runs.close()
            continue
          }
          for column in 0..<min(64, window.width - index * 64) {
            runs.add(
              column: strip.words + column, count: strip.wordsPerColumn,
              rows: window.height,
              position: (window.x + index * 64 + column) * height + window.y)
          }
        }
      }
      runs.close()
    }
    width = mask.width
    self.height = height
    counts = runs.counts(total: mask.width * height)
  }

  /// The mask that these runs describe, stored in its smallest window.
  public func mask() -> Mask {
    guard let box = boundingRectangle else {
      return Mask(width: width, height: height, window: .empty)
    }
    var mask = Mask(width: width, height: height, window: box)
    let strip = ColumnStrip(height: box.height)
    defer { strip.deallocate() }
    let perRow = mask.wordsPerRow
    mask.words.withUnsafeMutableBufferPointer { words in
      guard let rows = words.baseAddress else { return }
      var run = 0, runStart = 0
      for index in 0..<perRow {
        strip.words.update(repeating: 0, count: 64 * strip.wordsPerColumn)
        for column in 0..<min(64, box.width - index * 64) {
          let top = (box.x + index * 64 + column) * height
          let target = strip.words + column
          // Runs may go over from one column to the next: the one that reaches past this column's
          // end is looked at again for the next.
          while run < counts.count, runStart < top + height {
            let runEnd = runStart + counts[run]
            if run & 1 == 1 {
              let first = max(runStart, top + box.y) - top - box.y
              let end = min(runEnd, top + box.endY) - top - box.y
              RunLength.setBits(target, first, end)
            }
            if runEnd > top + height { break }
            runStart = runEnd
            run += 1
          }
        }
        strip.store(to: rows, wordsPerRow: perRow, index: index, height: box.height)
      }
    }
    return mask
  }

  /// Sets bits `first ..< end` of a column of a ``ColumnStrip``; none where `end` is not above `first`.
  private static func setBits(_ words: UnsafeMutablePointer<UInt64>, _ first: Int, _ end: Int) {
    guard first < end else { return }
    let last = end - 1
    let head = ~UInt64(0) &<< UInt64(first & 63), tail = ~UInt64(0) &>> UInt64(63 - last & 63)
    if first >> 6 == last >> 6 {
      words[first >> 6 * 64] |= head & tail
    } else {
      words[first >> 6 * 64] |= head
      for i in (first >> 6) + 1..<(last >> 6) { words[i * 64] = ~0 }
      words[last >> 6 * 64] |= tail
    }
  }

  /// The number of pixels inside.
  public var area: Int {
    var sum = 0
    for i in stride(from: 1, to: counts.count, by: 2) { sum += counts[i] }
    return sum
  }

  /// The smallest rectangle that holds every pixel; nil for an empty mask.
  public var boundingRectangle: PixelRectangle? {
    var left = Int.max, right = -1, top = Int.max, bottom = -1
    var position = 0
    for (index, count) in counts.enumerated() {
      defer { position += count }
      guard index & 1 == 1, count > 0 else { continue }
      let first = position, last = position + count - 1
      let firstColumn = first / height, lastColumn = last / height
      left = min(left, firstColumn)
      right = max(right, lastColumn)
      if firstColumn == lastColumn {
        top = min(top, first - firstColumn * height)
        bottom = max(bottom, last - lastColumn * height)
      } else {
        // From one column into the next: through the picture's bottom and top.
        top = 0
        bottom = height - 1
      }
    }
    guard right >= 0 else { return nil }
    return PixelRectangle(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }
}

/// The lengths of a mask's runs, growing as columns are added.
private struct RunCounts: ~Copyable {
  private var lengths: UnsafeMutablePointer<Int>
  private var count = 0, capacity: Int
  /// Where the last run ended, and the position after the last column that was added; both column-major.
  private var last = 0, end = 0

  init(expecting capacity: Int) {
    self.capacity = capacity
    lengths = .allocate(capacity: capacity)
  }

  deinit { lengths.deallocate() }

  /// Makes room for so many more runs.
  private mutating func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    capacity = max(2 * capacity, count + more)
    let grown = UnsafeMutablePointer<Int>.allocate(capacity: capacity)
    grown.moveInitialize(from: lengths, count: count)
    lengths.deallocate()
    lengths = grown
  }

  /// Ends a run that the last column left open.
  mutating func close() {
    guard count & 1 == 1 else { return }
    reserve(1)
    (lengths + count).initialize(to: end - last)
    count += 1
    last = end
  }

  /// Adds a column of a ``ColumnStrip`` with `rows` pixels whose first one is pixel `position` of the picture.
  mutating func add(column: UnsafePointer<UInt64>, count words: Int, rows: Int, position: Int) {
    // A run goes on from one column into the next only where the window is as high as the picture.
    if position != end { close() }
    // The room is made once: a column of noise has a run in every row.
    reserve(64 * words)
    var place = lengths + count
    var last = last
    var carry = UInt64(count & 1)
    for i in 0..<words {
      let word = column[64 &* i]
      var changes = word ^ (word &<< 1 | carry)
      carry = word &>> 63
      // Bits past the last row are no pixels.
      if i &+ 1 == words { changes &= .max &>> UInt64(64 &* words &- rows) }
      if changes == 0 { continue }
      // How many there are no processor foresees. So eight are written, and what is too much will be written over;
      // more than eight of a word are rare.
      let first = position &+ i &* 64
      let final = first &+ 63 &- changes.leadingZeroBitCount
      let end = place + changes.nonzeroBitCount
      while place < end {
        for k in 0..<8 {
          let change = first &+ changes.trailingZeroBitCount
          (place + k).initialize(to: change &- last)
          last = change
          changes &= changes &- 1
        }
        place += 8
      }
      place = end
      last = final
    }
    count = place - lengths
    self.last = last
    end = position + rows
  }

  /// The lengths, and that of what is left of `total` pixels.
  func counts(total: Int) -> [Int] {
    Array(unsafeUninitializedCapacity: count + 1) { counts, length in
      guard let base = counts.baseAddress else { return }
      base.initialize(from: lengths, count: count)
      length = count
      if total > last || count == 0 {
        (base + count).initialize(to: total - last)
        length += 1
      }
    }
  }
}
