/// One axis of a bilinear resampling: which two samples each output takes, and how much of each.
///
/// The arithmetic of PyTorch's `interpolate(mode: "bilinear", align_corners: false)` in float32:
/// output i lies at max(0, scale·(i + ½) − ½) of the source, where scale = source / output; the
/// second sample is the last one at the end.
package struct BilinearTaps: Sendable {
  /// The source index of each output's first and second sample.
  package let first: [Int32], second: [Int32]
  /// The weights of the samples; they add up to 1.
  package let firstWeight: [Float], secondWeight: [Float]

  /// The number of outputs.
  package var count: Int { first.count }

  /// Taps that stretch the samples `source` over `count` outputs; indices count from the sample 0,
  /// not from the start of `source`.
  ///
  /// - Precondition: `source` is not empty.
  package init(from source: Range<Int>, to count: Int) {
    precondition(!source.isEmpty, "BilinearTaps: nothing to stretch over \(count)")
    let scale = Float(source.count) / Float(count)
    var first: [Int32] = [], second: [Int32] = []
    var firstWeight: [Float] = [], secondWeight: [Float] = []
    for i in 0..<count {
      let position = max(scale * (Float(i) + 0.5) - 0.5, 0)
      let index = min(Int(position), source.count - 1)
      let fraction = min(max(position - Float(index), 0), 1)
      first.append(Int32(source.lowerBound + index))
      second.append(Int32(source.lowerBound + min(index + 1, source.count - 1)))
      firstWeight.append(1 - fraction)
      secondWeight.append(fraction)
    }
    self.first = first
    self.second = second
    self.firstWeight = firstWeight
    self.secondWeight = secondWeight
  }

  /// The samples that the outputs `range` touch.
  ///
  /// - Precondition: `range` is not empty.
  package func sources(of range: Range<Int>) -> Range<Int> {
    Int(first[range.lowerBound])..<Int(second[range.upperBound - 1]) + 1
  }

  /// The end of the outputs from `start` on that lie between the same two samples; at most `limit`.
  func endOfOutputs(alike start: Int, before limit: Int) -> Int {
    var end = start + 1
    while end < limit, first[end] == first[start], second[end] == second[start] { end += 1 }
    return end
  }

  /// The outputs that touch any of `samples`.
  package func reach(of samples: Range<Int>) -> Range<Int> {
    // Both indices rise along the outputs.
    let low = second.firstIndex { Int($0) >= samples.lowerBound } ?? count
    let high = first.lastIndex { Int($0) < samples.upperBound } ?? -1
    return samples.isEmpty || low > high ? 0..<0 : low..<high + 1
  }
}

/// A bilinear resampling of a map.
package struct Upsampling: Sendable {
  /// Along a row, and down a column.
  package let x: BilinearTaps, y: BilinearTaps

  /// A resampling by these taps.
  package init(x: BilinearTaps, y: BilinearTaps) {
    self.x = x
    self.y = y
  }
}
