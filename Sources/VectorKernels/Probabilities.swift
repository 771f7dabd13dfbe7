// What the head's logits mean, 16 cells at a time.

/// See ``VectorKernels/expectedBins``.
///
/// The largest logit is taken off first, so that no exponential overflows.
func expectedBins(
  _ logits: UnsafePointer<Float>, _ bins: Int, _ step: Int, _ vectors: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  let end = vectors &* 16
  var i = 0
  while i < end {
    var peak = load(logits + i)
    var bin = 1
    while bin < bins {
      peak = peak.maximum(load(logits + (bin &* step &+ i)))
      bin &+= 1
    }
    var (sum, moment) = (Lanes.zero, Lanes.zero)
    bin = 0
    while bin < bins {
      let power = exponential(minus: peak - load(logits + (bin &* step &+ i)))
      sum += power
      moment = moment.adding(Float(bin), times: power)
      bin &+= 1
    }
    store(moment / sum, target + i)
    i &+= 16
  }
}

/// See ``VectorKernels/sigmoid``.
func sigmoidArray(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i &+ 16 <= count {
    store(sigmoid(load(values + i)), values + i)
    i &+= 16
  }
  if i == count { return }
  var last = Lanes.zero
  var lane = 0
  while i &+ lane < count {
    last.numbers[lane] = values[i &+ lane]
    lane &+= 1
  }
  last = sigmoid(last)
  lane = 0
  while i &+ lane < count {
    values[i &+ lane] = last.numbers[lane]
    lane &+= 1
  }
}

@inline(__always) private func sigmoid(_ x: Lanes) -> Lanes {
  let one = Lanes(repeating: 1)
  return one / (one + exponential(minus: x))
}
