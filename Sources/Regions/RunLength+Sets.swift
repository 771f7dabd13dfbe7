// Sets of pixels without pixels: two lists of runs are walked side by side.

extension RunLength {
  /// The number of pixels that both masks have.
  ///
  /// Cost: proportional to the runs of both.
  ///
  /// - Precondition: the pictures have the same size.
  public func intersectionArea(_ other: RunLength) -> Int {
    precondition(
      width == other.width && height == other.height,
      "RunLength: \(width)×\(height) and \(other.width)×\(other.height)")
    var sum = 0
    RunLength.walk(self, other) { start, end, isInFirst, isInSecond in
      if isInFirst && isInSecond { sum &+= end &- start }
    }
    return sum
  }

  /// The pixels that either mask has.
  ///
  /// - Precondition: the pictures have the same size.
  public func union(_ other: RunLength) -> RunLength {
    precondition(
      width == other.width && height == other.height,
      "RunLength: \(width)×\(height) and \(other.width)×\(other.height)")
    var boundaries: [Int] = []
    RunLength.walk(self, other) { start, _, isInFirst, isInSecond in
      let isInside = boundaries.count & 1 == 1
      if isInside != (isInFirst || isInSecond) { boundaries.append(start) }
    }
    return RunLength(
      width: width, height: height, boundaries: boundaries, total: width * height)
  }

  /// The runs between column-major places, rising, where the mask begins and ends.
  init(width: Int, height: Int, boundaries: [Int], total: Int) {
    var counts: [Int] = []
    counts.reserveCapacity(boundaries.count + 1)
    var last = 0
    for place in boundaries {
      counts.append(place - last)
      last = place
    }
    if total > last || counts.isEmpty { counts.append(total - last) }
    self.init(width: width, height: height, uncheckedCounts: counts)
  }

  /// Calls `body` for each stretch of pixels over which neither mask changes.
  @inline(__always)
  private static func walk(
    _ first: RunLength, _ second: RunLength, _ body: (Int, Int, Bool, Bool) -> Void
  ) {
    first.counts.withUnsafeBufferPointer { a in
      second.counts.withUnsafeBufferPointer { b in
        guard !a.isEmpty, !b.isEmpty else { return }
        var i = 0, j = 0, position = 0
        var endA = a[0], endB = b[0]
        while true {
          let end = min(endA, endB)
          if end > position { body(position, end, i & 1 == 1, j & 1 == 1) }
          position = end
          if endA == end {
            i &+= 1
            if i == a.count { return }
            endA &+= a[i]
          }
          if endB == end {
            j &+= 1
            if j == b.count { return }
            endB &+= b[j]
          }
        }
      }
    }
  }
}
