/// Floats of memory that a convolution works in.
public struct ScratchCounts: Sendable {
  /// For each worker.
  public internal(set) var worker = 0
  /// Transformed filters: twice so many that one core makes and uses, or so many that all do.
  public internal(set) var own = 0, common = 0

  /// What work other than a convolution needs of each worker.
  public init(worker: Int = 0) { self.worker = worker }

  /// What either of two needs that do not work at the same time.
  public func union(_ other: ScratchCounts) -> ScratchCounts {
    var counts = self
    counts.worker = max(worker, other.worker)
    counts.own = max(own, other.own)
    counts.common = max(common, other.common)
    return counts
  }

  /// All of it for so many workers, with a gap behind what belongs to one core.
  public func total(workers: Int, gap: Int = ConvolutionScratch.usualGap) -> Int {
    workers * (worker.wholeLines + gap) + 2 * (own.wholeLines + gap) + common
  }
}

/// Memory that a convolution works in; it may be used again for the next.
///
/// What one core writes lies apart from what another does, and where that is should be the same for all
/// convolutions: cores that share no cache then do not take lines from each other. A core writes its own lines at 98
/// GB/s, another's at 10, and at 4 where the two share no cache (Zen 4).
public struct ConvolutionScratch {
  /// Floats, never used, behind what belongs to one core: 4 MB.
  ///
  /// Where loads step from block to block, a core's prefetcher goes on past the last block, for megabytes, and would
  /// take the lines there from the core that is about to write them (3 % of a pass of s on cores that share no
  /// cache). What is never touched takes no memory.
  public static let usualGap = 1 << 20

  /// Where the workers' shares begin, and floats from one to the next.
  let workers: UnsafeMutablePointer<Float>, stride: Int
  /// Where the two rooms begin for transformed filters that one core makes and uses.
  public let own: (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>)
  /// Where the room begins for those that all cores make and use.
  public let common: UnsafeMutablePointer<Float>

  /// - Parameter memory: ``ScratchCounts/total(workers:gap:)`` floats, on a cache line.
  public init(
    _ memory: UnsafeMutablePointer<Float>, _ counts: ScratchCounts, workers count: Int,
    gap: Int = usualGap
  ) {
    workers = memory
    stride = counts.worker.wholeLines + gap
    let first = memory + count * stride
    own = (first, first + counts.own.wholeLines + gap)
    common = own.second + counts.own.wholeLines + gap
  }

  /// The share of one worker.
  public func share(_ worker: Int) -> UnsafeMutablePointer<Float> { workers + worker * stride }
}

extension Int {
  /// So many floats in whole cache lines.
  fileprivate var wholeLines: Int { (self + 15) / 16 * 16 }
}
