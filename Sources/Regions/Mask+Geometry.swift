extension Mask {
  /// The smallest rectangle that holds every pixel; nil for an empty mask.
  public var boundingRectangle: PixelRectangle? {
    let perRow = wordsPerRow
    guard perRow > 0 else { return nil }
    return words.withUnsafeBufferPointer { words in
      var top = -1, bottom = -1, left = Int.max, right = -1
      for row in 0..<window.height {
        let base = row * perRow
        guard let first = (0..<perRow).first(where: { words[base + $0] != 0 }) else { continue }
        if top < 0 { top = row }
        bottom = row
        left = min(left, first * 64 + words[base + first].trailingZeroBitCount)
        var last = perRow - 1
        while words[base + last] == 0 { last -= 1 }
        right = max(right, last * 64 + 63 - words[base + last].leadingZeroBitCount)
      }
      guard top >= 0 else { return nil }
      return PixelRectangle(
        x: window.x + left, y: window.y + top, width: right - left + 1, height: bottom - top + 1)
    }
  }

  /// The mean column and row of the pixels (a pixel alone at column 3 has mean 3.0); nil for an
  /// empty mask.
  public var centroid: (x: Double, y: Double)? {
    // The sum of the positions of a word's bits, bit by bit of the position: bit k of the position
    // is set in the positions that `digits[k]` marks.
    let digits: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (
      0xAAAA_AAAA_AAAA_AAAA, 0xCCCC_CCCC_CCCC_CCCC, 0xF0F0_F0F0_F0F0_F0F0,
      0xFF00_FF00_FF00_FF00, 0xFFFF_0000_FFFF_0000, 0xFFFF_FFFF_0000_0000
    )
    var count = 0, sumX = 0, sumY = 0
    for row in 0..<window.height {
      var inRow = 0
      for i in 0..<wordsPerRow {
        let word = words[row * wordsPerRow + i]
        if word == 0 { continue }
        let bits = word.nonzeroBitCount
        inRow += bits
        sumX += bits * i * 64
        sumX += (word & digits.0).nonzeroBitCount + (word & digits.1).nonzeroBitCount << 1
        sumX += (word & digits.2).nonzeroBitCount << 2 + (word & digits.3).nonzeroBitCount << 3
        sumX += (word & digits.4).nonzeroBitCount << 4 + (word & digits.5).nonzeroBitCount << 5
      }
      count += inRow
      sumY += inRow * row
    }
    guard count > 0 else { return nil }
    return (
      Double(window.x) + Double(sumX) / Double(count),
      Double(window.y) + Double(sumY) / Double(count)
    )
  }

  /// The pixels inside `rectangle` (as far as it lies in the picture), which becomes the window.
  public func cropped(to rectangle: PixelRectangle) -> Mask {
    let target = rectangle.intersection(
      PixelRectangle(x: 0, y: 0, width: width, height: height))
    return copied(to: target, of: width, height, movedBy: 0, 0)
  }

  /// The same pixels in the smallest window.
  public func trimmed() -> Mask {
    guard let box = boundingRectangle else {
      return Mask(width: width, height: height, window: .empty)
    }
    return box == window ? self : cropped(to: box)
  }

  /// The pixels moved by (dx, dy); those that leave the picture are lost.
  public func translated(dx: Int, dy: Int) -> Mask {
    placed(inPictureOf: width, height, dx: dx, dy: dy)
  }

  /// The pixels moved by (dx, dy) into a picture of another size; those outside it are lost.
  ///
  /// With negative moves this cuts a tile out of a picture, with positive ones it puts it back.
  public func placed(inPictureOf width: Int, _ height: Int, dx: Int, dy: Int) -> Mask {
    let moved = PixelRectangle(
      x: window.x + dx, y: window.y + dy, width: window.width, height: window.height)
    let target = moved.intersection(PixelRectangle(x: 0, y: 0, width: width, height: height))
    return copied(to: target, of: width, height, movedBy: dx, dy)
  }

  private func copied(
    to target: PixelRectangle, of width: Int, _ height: Int, movedBy dx: Int, _ dy: Int
  ) -> Mask {
    var result = Mask(width: width, height: height, window: target)
    let perRow = result.wordsPerRow, last = result.lastWordMask
    guard perRow > 0 else { return result }
    result.words.withUnsafeMutableBufferPointer { out in
      withRows { rows in
        for y in target.y..<target.endY {
          guard let row = rows[y - dy] else { continue }
          let base = (y - target.y) * perRow
          for i in 0..<perRow {
            out[base + i] = row.bits(from: target.x + i * 64 - dx - window.x)
          }
          out[base + perRow - 1] &= last
        }
      }
    }
    return result
  }
}
