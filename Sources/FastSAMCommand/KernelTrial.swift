import FastSAM

/// The sizes of one convolution that is timed alone.
struct TrialSizes: Hashable {
  let geometry: ConvolutionGeometry
  /// True for the network's first layer, whose input is planar.
  let isPlanar: Bool
}

/// What one algorithm took.
struct KernelTimes {
  let name: String
  let times: Times

  /// All algorithms, whether or not they can compute a layer.
  static let names = BlockedAlgorithm.allCases.map(\.rawValue) + ["im2col"]
}

/// Every algorithm that can compute a convolution of these sizes, in turns and each run on other
/// memory.
///
/// - Throws: `Failure` where an output is not a number: the kernel is at fault.
func kernelTimes(
  _ sizes: TrialSizes, in buffers: RotatingBuffers, runs: Int, on pool: ThreadPool
) throws -> [KernelTimes] {
  let filter = noise(sizes.geometry.outputChannels * sizes.geometry.depth, scale: 0.1)
  let algorithms = BlockedAlgorithm.allCases.filter {
    sizes.isPlanar ? $0 == .direct : $0.supports(sizes.geometry)
  }
  var trials: [any KernelTrial] = algorithms.map {
    BlockedTrial(sizes, $0, filter: filter, on: pool)
  }
  trials.append(ColumnsTrial(sizes.geometry, filter: filter, on: pool))
  buffers.lay(trials)
  let clock = ContinuousClock()
  var times = [[Double]](repeating: [], count: trials.count)
  for run in 0..<runs + 2 {
    for (index, trial) in trials.enumerated() {
      trial.prepare(buffers.place(of: index, copy: run))
      let time = clock.measure { trial.perform() }
      if run >= 2 { times[index].append(time.seconds * 1000) }
    }
  }
  for (index, trial) in trials.enumerated()
  where !buffers.place(of: index, copy: runs + 1).outputIsFinite(trial.counts) {
    throw Failure(.internal, "\(trial.name) on \(sizes.geometry.shape): output is not finite")
  }
  return zip(trials, times).map { KernelTimes(name: $0.name, times: Times($1)) }
}

/// One algorithm on one convolution, on whatever memory it is given.
protocol KernelTrial: AnyObject {
  var name: String { get }
  /// Floats of input, filter and output.
  var counts: TrialCounts { get }
  /// The filter as the algorithm wants it.
  var filter: UnsafePointer<Float> { get }
  /// Takes the memory of the next run; not part of its time.
  func prepare(_ place: TrialPlace)
  /// The run.
  func perform()
}

/// Floats of input, filter and output.
struct TrialCounts {
  let input: Int, filter: Int, output: Int
}

/// Where a run's numbers lie.
struct TrialPlace {
  let input: UnsafeMutablePointer<Float>
  let filter: UnsafeMutablePointer<Float>
  let output: UnsafeMutablePointer<Float>

  func outputIsFinite(_ counts: TrialCounts) -> Bool {
    UnsafeBufferPointer(start: output, count: counts.output).allSatisfy(\.isFinite)
  }
}

/// Seeded numbers around zero.
func noise(_ count: Int, scale: Float) -> [Float] {
  var noise = Noise()
  return (0..<count).map { _ in (noise.next() - 0.5) * 2 * scale }
}
