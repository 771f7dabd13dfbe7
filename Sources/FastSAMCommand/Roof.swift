import FastSAM

/// What no layer can do better than, but by doing less: the machine's peak and how fast its memory
/// is, both measured.
struct Roof {
  /// Billions of operations a second, two a multiply-add.
  private(set) var gigaflops: Double
  /// Billions of bytes a second.
  private(set) var gigabytes: Double
  let threads: Int
  let instructionSet: String

  /// Measures both on the threads of `pool`; some 0.3 s.
  init(on pool: ThreadPool) {
    self.init(
      gigaflops: MachineLimits.peakGigaflops(on: pool),
      gigabytes: MachineLimits.memoryGigabytes(on: pool), threads: pool.threads)
  }

  init(
    gigaflops: Double, gigabytes: Double, threads: Int,
    instructionSet: String = VectorKernels.best.name
  ) {
    self.gigaflops = gigaflops
    self.gigabytes = gigabytes
    self.threads = threads
    self.instructionSet = instructionSet
  }

  /// Takes in another measurement: somebody else's work lowers what is seen, nothing raises it.
  mutating func raise(to other: Roof) {
    gigaflops = max(gigaflops, other.gigaflops)
    gigabytes = max(gigabytes, other.gigabytes)
  }

  /// `peak 150 GFLOP/s (avx512, 2 threads), memory 21.3 GB/s`.
  var description: String {
    "peak \(column(gigaflops, decimals: 0, width: 0)) GFLOP/s (\(instructionSet), "
      + "\(threads) \(threads == 1 ? "thread" : "threads")), memory "
      + "\(column(gigabytes, decimals: 1, width: 0)) GB/s"
  }
}
