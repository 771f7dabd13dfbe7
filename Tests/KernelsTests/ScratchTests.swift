import Kernels
import Testing

@Suite struct ScratchTests {
  static let geometries: [ConvolutionGeometry] = [
    .init(
      inputChannels: 16, outputChannels: 32, inputHeight: 70, inputWidth: 66, kernelSize: 3,
      padding: 1),
    .init(
      inputChannels: 33, outputChannels: 48, inputHeight: 5, inputWidth: 90, kernelSize: 3,
      padding: 1),
    .init(
      inputChannels: 16, outputChannels: 16, inputHeight: 33, inputWidth: 21, kernelSize: 3,
      stride: 2, padding: 1),
    .init(inputChannels: 40, outputChannels: 16, inputHeight: 9, inputWidth: 40, kernelSize: 1),
    .init(inputChannels: 40, outputChannels: 64, inputHeight: 9, inputWidth: 40, kernelSize: 1),
    .init(
      inputChannels: 16, outputChannels: 16, inputHeight: 19, inputWidth: 23, kernelSize: 5,
      stride: 3, padding: 2),
    .init(inputChannels: 16, outputChannels: 48, inputHeight: 30, inputWidth: 26, phase: (1, 0)),
  ]

  /// A worker's scratch lies before the next one's: a kernel that writes past its own spoils what
  /// another is computing.
  @Test("No kernel writes past the scratch it asked for", arguments: geometries)
  func staysInside(geometry g: ConvolutionGeometry) {
    let problem = ConvolutionProblem(geometry: g, activation: .silu)
    for kernels in VectorKernels.available {
      for algorithm in BlockedAlgorithm.allCases where algorithm.supports(g) {
        for isPaired in [false, true] where !isPaired || kernels.canPair && algorithm.pairs(g) {
          check(problem, algorithm, kernels, isPaired: isPaired)
        }
      }
    }
  }

  private func check(
    _ problem: ConvolutionProblem, _ algorithm: BlockedAlgorithm, _ kernels: VectorKernels,
    isPaired: Bool
  ) {
    let g = problem.geometry
    problem.withBlocked(algorithm, kernels, isPaired: isPaired) { c, _ in
      let total =
        c.filtering?.tiles(height: g.outputHeight, width: g.outputWidth)
        ?? (isPaired ? g.outputHeight * g.outputWidth : g.outputHeight)
      let panels = (c.outputBlocks + kernels.panelBlocks - 1) / kernels.panelBlocks
      for step in [1, 2, 7, 12, 60, 72, 84, 96, 144, total] where step <= total {
        for transformsFilters in [false, true] {
          let grid = ConvolutionGrid(
            total: total, step: step, panels: panels, panelStep: panels,
            transformsFilters: transformsFilters)
          let isInside = hasKeptInside(c, grid, kernels)
          #expect(isInside, "\(kernels.name) \(algorithm) \(isPaired) \(step) of \(total)")
        }
      }
    }
  }

  /// Runs all tasks on scratch with marks behind it; true where the marks stand.
  private func hasKeptInside(
    _ c: BlockedConvolution, _ grid: ConvolutionGrid, _ kernels: VectorKernels
  ) -> Bool {
    let mark: Float = 12_345.678
    let gap = 4096
    let counts = c.scratchCounts(grid, panelBlocks: kernels.panelBlocks, threads: 1)
    let total = counts.total(workers: 1, gap: gap) + gap
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: total)
    defer { memory.deallocate() }
    memory.initialize(repeating: mark, count: total)
    let scratch = ConvolutionScratch(memory, counts, workers: 1, gap: gap)
    withUnsafePointer(to: c) {
      kernels.convolve($0, grid, scratch: scratch, on: ThreadPool(threads: 1))
    }
    let ends = [
      scratch.share(0) + counts.worker, scratch.own.first + counts.own,
      scratch.own.second + counts.own, scratch.common + counts.common,
    ]
    let scaledEnd = c.scaledFilter.map {
      $0 + c.scaledFilterCount(panelBlocks: kernels.panelBlocks)
    }
    return ends.allSatisfy { end in (0..<gap).allSatisfy { end[$0] == mark } }
      && (scaledEnd.map { end in (0..<gap).allSatisfy { end[$0].isNaN } } ?? true)
  }
}
