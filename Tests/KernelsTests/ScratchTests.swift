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
    .init(
      inputChannels: 16, outputChannels: 16, inputHeight: 19, inputWidth: 23, kernelSize: 5,
      stride: 3, padding: 2),
  ]

  /// A worker's scratch lies before the next one's: a kernel that writes past its own spoils what
  /// another is computing.
  @Test("No kernel writes past the scratch it asked for", arguments: geometries)
  func staysInside(geometry g: ConvolutionGeometry) {
    let inputs = ChannelLanes(parts: [g.inputChannels])
    let outputs = ChannelLanes(parts: [g.outputChannels])
    let zeros = [Float](repeating: 0, count: g.inputChannels * g.inputHeight * g.inputWidth)
    let input = BlockedCopy(zeros, channels: g.inputChannels, g.inputHeight, g.inputWidth)
    let output = BlockedCopy(
      [Float](repeating: 0, count: g.outputChannels * g.outputHeight * g.outputWidth),
      channels: g.outputChannels, g.outputHeight, g.outputWidth)
    let weights = [Float](repeating: 0, count: g.outputChannels * g.depth)
    let bias = [Float](repeating: 0, count: outputs.channels.count)
    for kernels in VectorKernels.available {
      for algorithm in BlockedAlgorithm.allCases where algorithm.supports(g) {
        let filter = PackedFilter(
          weights, inputChannels: g.inputChannels, kernelSize: g.kernelSize, algorithm: algorithm,
          inputs: inputs, outputs: outputs, panelBlocks: kernels.panelBlocks,
          on: ThreadPool(threads: 1))
        bias.withUnsafeBufferPointer { bias in
          guard let bias = bias.baseAddress else { return }
          let c = BlockedConvolution(
            input: input.reading, inputBlocks: inputs.blocks, inputHeight: g.inputHeight,
            inputWidth: g.inputWidth, output: output.writing, outputBlocks: outputs.blocks,
            outputHeight: g.outputHeight, outputWidth: g.outputWidth, kernelSize: g.kernelSize,
            stride: g.stride, padding: g.padding, filter: filter.base, bias: bias, silu: true)
          let total =
            algorithm == .winograd
            ? (g.outputHeight + 3) / 4 * ((g.outputWidth + 3) / 4) : g.outputHeight
          let panels = (outputs.blocks + kernels.panelBlocks - 1) / kernels.panelBlocks
          for step in [1, 2, 7, 12, 60, 72, 84, 96, 144, total] where step <= total {
            let grid = ConvolutionGrid(
              total: total, step: step, panels: panels, panelStep: panels)
            let isInside = hasKeptInside(c, algorithm, grid, kernels)
            #expect(isInside, "\(kernels.name) \(algorithm) \(step) of \(total)")
          }
        }
      }
    }
  }

  /// Runs all tasks on scratch with marks behind it; true where the marks stand.
  private func hasKeptInside(
    _ c: BlockedConvolution, _ algorithm: BlockedAlgorithm, _ grid: ConvolutionGrid,
    _ kernels: VectorKernels
  ) -> Bool {
    let mark: Float = 12_345.678
    let count = c.scratchCount(algorithm, grid, panelBlocks: kernels.panelBlocks)
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: count + 4096)
    defer { scratch.deallocate() }
    scratch.initialize(repeating: mark, count: count + 4096)
    withUnsafePointer(to: c) { c in
      let run = algorithm == .winograd ? kernels.winograd : kernels.direct
      for task in 0..<grid.tasks { run(c, grid.part(task), scratch) }
    }
    return (count..<count + 4096).allSatisfy { scratch[$0] == mark }
  }
}
