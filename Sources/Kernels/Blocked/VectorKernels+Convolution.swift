import VectorTypes

/// Memory that a convolution works in; it may be used again for the next.
public struct ConvolutionScratch {
  /// Where the workers' shares begin, and floats from one to the next.
  let workers: UnsafeMutablePointer<Float>, stride: Int

  /// - Parameter stride: at least ``BlockedConvolution/scratchCount(_:panelBlocks:)``.
  public init(workers: UnsafeMutablePointer<Float>, stride: Int) {
    self.workers = workers
    self.stride = stride
  }
}

extension VectorKernels {
  /// Computes a convolution: round after round, first the filters' transforms, then the tasks.
  ///
  /// - Parameter problem: for a minimal filtering with room for its transformed filters
  ///   (``BlockedConvolution/transformedCount(_:panelBlocks:)``).
  public func convolve(
    _ problem: UnsafePointer<BlockedConvolution>, _ grid: ConvolutionGrid,
    scratch: ConvolutionScratch, on pool: ThreadPool
  ) {
    // Tasks read the problem and write different filters and outputs; a worker's scratch is its own.
    nonisolated(unsafe) let (problem, scratch) = (problem, scratch)
    let blocks = problem.pointee.inputBlocks
    // A task transforms some 64 input channels for one panel: a few microseconds.
    let pieces = (blocks + 3) / 4
    for round in 0..<grid.rounds {
      if problem.pointee.filtering != nil {
        let panels = grid.panels(round: round)
        pool.run(panels.count * pieces) { task, _ in
          let piece = task % pieces
          transformFilters(
            problem, panels.lowerBound + task / pieces, piece * blocks / pieces,
            (piece + 1) * blocks / pieces)
        }
      }
      pool.run(grid.tasks) { task, worker in
        convolve(
          problem, grid.part(task, round: round), scratch.workers + worker * scratch.stride)
      }
    }
  }
}
