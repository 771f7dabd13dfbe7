import CProcessor
import VectorTypes

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
    precondition(
      balanced.hasScaledFilter == (balanced.scaledFilter != nil),
      "convolve: room for a scaled filter is missing, or there for none")
    balanced.roundPanels = balanced.hasScaledFilter ? grid.panels : grid.roundPanels
    let transforms = balanced.filtering != nil && !grid.transformsFilters
    let copies =
      transforms
      ? balanced.filterCopies(grid, panelBlocks: panelBlocks, threads: pool.threads) : 1
    withUnsafeTemporaryAllocation(of: BlockedConvolution.self, capacity: copies) { own in
      for copy in 0..<copies {
        balanced.transformed =
          transforms ? room(balanced, grid, copy, of: copies, in: scratch) : scaledRoom(balanced)
        own.initializeElement(at: copy, to: balanced)
      }
      guard let base = own.baseAddress else { return }
      // A power of two is exact: when the filter was scaled by it makes no difference.
      if let scaled = balanced.scaledFilter, let scale = balanced.pairing?.scale,
        scaled.pointee != scale
      {
        transformFilters(base, 1, 0..<grid.panels, on: pool)
        scaled.pointee = scale
      }
      // Tasks read the problems and write different filters and outputs; a worker's scratch is its own.
      nonisolated(unsafe) let (problems, scratch) = (UnsafePointer(base), scratch)
      withPreparedPlaces(pool.threads) { prepared in
        nonisolated(unsafe) let prepared = prepared
        for round in 0..<grid.rounds {
          if transforms { transformFilters(problems, copies, grid.panels(round: round), on: pool) }
          pool.run(grid.tasks) { task, worker in
            var part = grid.part(task, round: round)
            guard part.firstPanel < part.endPanel else { return }
            let place = prepared + worker * placeStride
            part.isPrepared = place.pointee == part.first
            place.pointee = part.first
            convolve(problems + min(worker, copies - 1), part, scratch.share(worker))
            if balanced.isStreamed { processor_finish_streaming() }
          }
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

  /// The room for a copy of the transformed filters, in two halves.
  private func room(
    _ problem: BlockedConvolution, _ grid: ConvolutionGrid, _ copy: Int, of copies: Int,
    in scratch: ConvolutionScratch
  ) -> (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>) {
    if grid.splitsPanels { return scratch.own }
    let base =
      copies == 1 ? scratch.common : copy == 0 ? scratch.own.first : scratch.own.second
    return (base, base + firstHalf(problem))
  }

  /// The room for the scaled filter of a 1×1 convolution with paired products, in two halves; nil for others.
  private func scaledRoom(
    _ problem: BlockedConvolution
  ) -> (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>)? {
    problem.scaledFilter.map {
      let panels = $0 + BlockedConvolution.scaledFilterHeader
      return (panels, panels + firstHalf(problem))
    }
  }

  /// Floats of the first half of a round's panels.
  private func firstHalf(_ problem: BlockedConvolution) -> Int {
    problem.transformedCount(panels: problem.roundPanels / 2, panelBlocks: panelBlocks)
  }
}

/// Words from what is known of one worker to what is known of the next: two cache lines.
private let placeStride = 16

/// Room to keep, for each worker, the first row, tile or pixel of those whose inputs its scratch holds; −1 at first.
private func withPreparedPlaces(_ workers: Int, _ body: (UnsafeMutablePointer<Int>) -> Void) {
  withUnsafeTemporaryAllocation(of: Int.self, capacity: workers * placeStride) { places in
    guard let base = places.baseAddress else { return }
    places.initialize(repeating: -1)
    body(base)
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
