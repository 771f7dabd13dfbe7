import VectorTypes

/// Memory that a convolution works in; it may be used again for the next.
public struct ConvolutionScratch {
  /// Where the workers' shares begin, and floats from one to the next.
  let workers: UnsafeMutablePointer<Float>, stride: Int
  /// Where the two halves of the room for transformed filters begin.
  let filters: (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>)

  /// - Parameters:
  ///   - stride: at least ``BlockedConvolution/scratchCount(_:panelBlocks:)``.
  ///   - filters: two times ``BlockedConvolution/transformedCount(_:panelBlocks:)`` floats. Cores keep to
  ///     theirs of the halves, so these should be the same for all convolutions.
  public init(
    workers: UnsafeMutablePointer<Float>, stride: Int,
    filters: (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>)
  ) {
    self.workers = workers
    self.stride = stride
    self.filters = filters
  }
}

extension VectorKernels {
  /// Computes a convolution: round after round, first the filters' transforms, then the tasks.
  ///
  /// Allocates nothing.
  public func convolve(
    _ problem: UnsafePointer<BlockedConvolution>, _ grid: ConvolutionGrid,
    scratch: ConvolutionScratch, on pool: ThreadPool
  ) {
    var balanced = problem.pointee
    balanced.balancePairs()
    balanced.roundPanels = grid.roundPanels
    let copies = filterCopies(balanced, grid, threads: pool.threads)
    withUnsafeTemporaryAllocation(of: BlockedConvolution.self, capacity: copies) { own in
      for copy in 0..<copies {
        balanced.transformed = room(balanced, grid, copy, in: scratch)
        own.initializeElement(at: copy, to: balanced)
      }
      guard let base = own.baseAddress else { return }
      // Tasks read the problems and write different filters and outputs; a worker's scratch is its own.
      nonisolated(unsafe) let (problems, scratch) = (UnsafePointer(base), scratch)
      for round in 0..<grid.rounds {
        if balanced.places != nil && !grid.transformsFilters {
          transformFilters(problems, copies, grid.panels(round: round), on: pool)
        }
        pool.run(grid.tasks) { task, worker in
          convolve(
            problems + min(worker, copies - 1), grid.part(task, round: round),
            scratch.workers + worker * scratch.stride)
        }
      }
    }
  }

  /// Transforms the filters of some panels, in every copy.
  private func transformFilters(
    _ problems: UnsafePointer<BlockedConvolution>, _ copies: Int, _ panels: Range<Int>,
    on pool: ThreadPool
  ) {
    nonisolated(unsafe) let problems = problems
    let blocks = problems.pointee.inputBlocks
    // A task transforms some 64 input channels for one panel: a few microseconds.
    let pieces = (blocks + 3) / 4
    let tasks = panels.count * pieces
    // The tasks of a copy are those of the worker that will use it.
    pool.run(tasks * copies) { task, _ in
      let (panel, piece) = (task % tasks / pieces, task % pieces)
      transformFilters(
        problems + task / tasks, panels.lowerBound + panel, piece * blocks / pieces,
        (piece + 1) * blocks / pieces)
    }
  }

  /// How many times the filters are transformed, each time for some of the workers.
  ///
  /// Two cores that share no cache take longer to pass transformed filters to each other than to transform all of
  /// them twice, if they are few. (A pass of s at 640 takes 84 ms then instead of 88; with a cache in common 72
  /// instead of 70.)
  private func filterCopies(
    _ problem: BlockedConvolution, _ grid: ConvolutionGrid, threads: Int
  ) -> Int {
    let count = problem.transformedCount(panels: grid.roundPanels, panelBlocks: panelBlocks)
    let isShared = problem.places != nil && !grid.transformsFilters && !grid.splitsPanels
    return threads == 2 && isShared && 4 * count < 7_000_000 ? 2 : 1
  }

  /// The room for a copy of the transformed filters, in two halves.
  private func room(
    _ problem: BlockedConvolution, _ grid: ConvolutionGrid, _ copy: Int,
    in scratch: ConvolutionScratch
  ) -> (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>)? {
    if problem.places == nil || grid.transformsFilters { return nil }
    if grid.splitsPanels { return scratch.filters }
    let base = copy == 0 ? scratch.filters.first : scratch.filters.second
    let half = problem.transformedCount(panels: grid.roundPanels / 2, panelBlocks: panelBlocks)
    return (base, base + half)
  }
}

extension BlockedConvolution {
  /// Where products are made in pairs, chooses the power of two that makes inputs and filters about equally
  /// large, from some of the inputs.
  ///
  /// Cost: 64 vectors are read.
  fileprivate mutating func balancePairs() {
    guard let size = pairing?.filterSize else { return }
    let pixels = inputHeight * inputWidth
    let samples = 64
    var squares = SIMD16<Float>.zero
    for sample in 0..<samples {
      let vector = UnsafeRawPointer(
        input[sample % inputBlocks] + (sample * pixels + pixels / 2) / samples * 16
      ).loadUnaligned(as: SIMD16<Float>.self)
      squares += vector * vector
    }
    let inputSize = (squares.sum() / Float(16 * samples)).squareRoot()
    // Transforms make inputs larger and filters smaller: for 4×4 outputs in all some 4 times on a trained network's
    // maps, and 10 to 16 times on noise. For 5×5 outputs of a 3×3 filter it is more: with 12 or 24 for 16 the tests'
    // error is as large, with 6 or 48 half as large again.
    let growth: Float =
      switch filtering {
      case nil: 1
      case .two3, .two3Strided: 2
      case .four3, .four2, .five2, .four3Strided: 6
      case .five3: 16
      }
    let ratio = growth * inputSize / size
    // Nothing is to be balanced where all is zero, or a number is none.
    guard ratio.isNormal else { return }
    let exponent = Int((ratio * Float(2).squareRoot()).exponent)
    pairing?.scale = Float(sign: .plus, exponent: min(max(exponent, -60), 60), significand: 1)
  }
}
