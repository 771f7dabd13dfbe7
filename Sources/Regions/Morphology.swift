/// Growing and shrinking by a square of 2·radius + 1 pixels a side.
///
/// The kernel is given by its radius and so is always odd and centred: nothing moves. (The FastSAM
/// repository opens with an 8×8 kernel, which moves every mask by a pixel to the right and down.)
/// What lies beyond the picture neither grows into it nor eats from its border, as in OpenCV's
/// `morphologyEx`.
///
/// A square is a row times a column, and a row of 2r + 1 is reached in about log₂ r steps, each of
/// which shifts whole words to both sides.
extension Mask {
  /// All pixels within `radius` columns and rows of one of the mask's.
  public func dilated(radius: Int) -> Mask {
    precondition(radius >= 0, "Mask.dilated: radius \(radius)")
    guard radius > 0, let box = boundingRectangle else { return self }
    var result = cropped(to: box.expanded(by: radius, inside: width, height))
    result.spread(radius)
    return result
  }

  /// The pixels whose whole square lies in the mask; the square's part beyond the picture is not
  /// looked at.
  public func eroded(radius: Int) -> Mask {
    precondition(radius >= 0, "Mask.eroded: radius \(radius)")
    guard radius > 0, let box = boundingRectangle else { return self }
    // Erosion is dilation of the outside. Only the ring of `radius` pixels around the box matters,
    // and at the picture's border there is no ring.
    let ring = box.expanded(by: radius, inside: width, height)
    var outside = Mask(width: width, height: height, filling: ring).subtracting(self)
    outside.spread(radius)
    return cropped(to: box).subtracting(outside)
  }

  /// Eroded, then dilated: without what is thinner than the square.
  public func opened(radius: Int) -> Mask { eroded(radius: radius).dilated(radius: radius) }

  /// Dilated, then eroded: with gaps and holes closed that are narrower than the square.
  public func closed(radius: Int) -> Mask { dilated(radius: radius).eroded(radius: radius) }

  /// Dilates inside the window.
  private mutating func spread(_ radius: Int) {
    let perRow = wordsPerRow, rows = window.height, last = lastWordMask
    guard perRow > 0, rows > 0 else { return }
    let reach = min(radius, max(window.width, rows))
    words.withUnsafeMutableBufferPointer { words in
      guard let first = words.baseAddress else { return }
      for row in 0..<rows {
        Mask.spreadRow(first + row * perRow, perRow, min(reach, window.width))
        first[row * perRow + perRow - 1] &= last
      }
      Mask.spreadColumns(first, perRow: perRow, rows: rows, min(reach, rows))
    }
  }

  /// Ors each bit into the `radius` bits on both sides of it.
  private static func spreadRow(_ row: UnsafeMutablePointer<UInt64>, _ count: Int, _ radius: Int) {
    // Zeros on both sides of the copy stand for what lies outside the row, so that the loop has no
    // ends to look out for.
    let margin = radius / 64 + 1
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count + 2 * margin) { buffer in
      guard let first = buffer.baseAddress else { return }
      buffer.update(repeating: 0)
      let before = first + margin
      for step in steps(to: radius) {
        before.update(from: row, count: count)
        let jump = step / 64, shift = UInt64(step % 64), rest = 63 - shift
        let below = before - jump, above = before + jump
        for i in 0..<count {
          // A shift by 64 − shift in two parts, since `shift` may be 0.
          let up = below[i] &<< shift | (below[i - 1] &>> 1) &>> rest
          let down = above[i] &>> shift | (above[i + 1] &<< 1) &<< rest
          row[i] = before[i] | up | down
        }
      }
    }
  }

  /// The same for columns: whole rows are or-ed.
  private static func spreadColumns(
    _ words: UnsafeMutablePointer<UInt64>, perRow: Int, rows: Int, _ radius: Int
  ) {
    let margin = radius * perRow, size = rows * perRow
    let buffer = UnsafeMutablePointer<UInt64>.allocate(capacity: size + 2 * margin)
    defer { buffer.deallocate() }
    buffer.update(repeating: 0, count: margin)
    (buffer + margin + size).update(repeating: 0, count: margin)
    let before = buffer + margin
    for step in steps(to: radius) {
      before.update(from: words, count: size)
      let above = before - step * perRow, below = before + step * perRow
      for i in 0..<size { words[i] = before[i] | above[i] | below[i] }
    }
  }

  /// Shifts that, one after the other, reach everything within `radius`: where `r` pixels to each
  /// side are done, a shift of up to r + 1 leaves no gap.
  ///
  /// (Up to 2r + 1 would leave none either, but would reach some places only by a step beyond them
  /// and back, which the window's border cuts off.)
  private static func steps(to radius: Int) -> [Int] {
    var steps: [Int] = [], done = 0
    while done < radius {
      steps.append(min(done + 1, radius - done))
      done += steps[steps.count - 1]
    }
    return steps
  }
}
