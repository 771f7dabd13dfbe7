import FastSAM

/// Copies of the numbers that kernels read and write, so many that together they exceed every cache.
///
/// A kernel that ran again and again on the same small arrays would find them in the first or second
/// cache and look faster than it ever is in a network, where a hundred other layers have passed since.
/// One stretch of memory serves all trials, one after the other, so that the system hands out its
/// pages once.
final class RotatingBuffers {
  /// Twice the largest cache.
  static let leastBytes = 2 * MachineLimits.largestCache

  private var memory: UnsafeMutablePointer<Float>?
  private var capacity = 0
  private var layout: [(offset: Int, counts: TrialCounts)] = []
  /// Floats of one copy of all trials, and how many copies there are.
  private var setCount = 0, copies = 1

  deinit { memory?.deallocate() }

  /// Makes room for trials that take turns: inputs of noise, their filters, and outputs of NaN.
  func lay(_ trials: [any KernelTrial]) {
    layout = []
    setCount = 0
    for trial in trials {
      layout.append((setCount, trial.counts))
      let counts = trial.counts
      setCount +=
        Self.padded(counts.input) + Self.padded(counts.filter) + Self.padded(counts.output)
    }
    copies = max(1, (Self.leastBytes / 4 + setCount - 1) / setCount)
    if capacity < setCount * copies {
      memory?.deallocate()
      capacity = setCount * copies
      // Lines of the cache begin where inputs, filters and outputs do.
      memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * capacity, alignment: 64)
        .bindMemory(to: Float.self, capacity: capacity)
    }
    let largest = trials.map(\.counts.input).max() ?? 0
    let input = noise(largest, scale: 1)
    for copy in 0..<copies {
      for (index, trial) in trials.enumerated() {
        let place = place(of: index, copy: copy)
        place.input.update(from: input, count: trial.counts.input)
        place.filter.update(from: trial.filter, count: trial.counts.filter)
        place.output.update(repeating: .nan, count: trial.counts.output)
      }
    }
  }

  /// Where a trial finds its numbers in this run; copies come round again.
  func place(of trial: Int, copy: Int) -> TrialPlace {
    guard let memory else { preconditionFailure("RotatingBuffers: nothing laid") }
    let (offset, counts) = layout[trial]
    let base = memory + copy % copies * setCount + offset
    let filter = base + Self.padded(counts.input)
    return TrialPlace(input: base, filter: filter, output: filter + Self.padded(counts.filter))
  }

  /// In whole lines, with what a wide tile reads past the end of its row.
  private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 + 256 }
}
