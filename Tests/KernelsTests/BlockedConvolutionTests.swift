import Kernels
import TestSupport
import Testing

/// One convolution with seeded numbers: it computes its own definition and runs any algorithm.
struct ConvolutionProblem: CustomStringConvertible {
  let geometry: ConvolutionGeometry
  var activation = Activation.none
  var hasResidual = false
  var hasCoarse = false
  /// The row and the column whose bias differs.
  var border: (row: Int, column: Int)?
  var seed: UInt64 = 1
  /// What inputs and bias are multiplied by.
  var inputScale: Float = 1, biasScale: Float = 1

  var description: String {
    let g = geometry
    let extras = [
      hasResidual ? "residual" : "", hasCoarse ? "coarse" : "", border == nil ? "" : "border",
    ]
    return "\(g.inputChannels)→\(g.outputChannels) \(g.kernelSize)×\(g.kernelSize) s\(g.stride) "
      + "p\(g.topPadding),\(g.leftPadding) on \(g.inputHeight)×\(g.inputWidth) \(activation) "
      + extras.joined(separator: " ") + " seed \(seed)"
  }

  /// Input, filter, bias, residual and coarse map, uniform in −1…1 before they are scaled.
  func numbers() -> (
    input: [Float], filter: [Float], bias: [Float], residual: [Float], coarse: [Float]
  ) {
    var random = SeededGenerator(seed: seed)
    let g = geometry
    return (
      random.floats(g.inputChannels * g.inputHeight * g.inputWidth).map { $0 * inputScale },
      random.floats(g.outputChannels * g.depth),
      random.floats(g.outputChannels).map { $0 * biasScale },
      random.floats(g.outputChannels * g.outputHeight * g.outputWidth),
      random.floats(g.outputChannels * (g.outputHeight / 2) * (g.outputWidth / 2))
    )
  }

  /// The definition, and for each output the sum of |x·w| that scales its rounding error.
  func reference() -> (output: [Float], magnitude: [Float]) {
    let g = geometry
    let n = numbers()
    let pixels = g.outputHeight * g.outputWidth
    var output = [Float](repeating: .nan, count: g.outputChannels * pixels)
    var magnitude = output
    convolutionReference(
      g, input: n.input, filter: n.filter, bias: n.bias, activation: .none, output: &output)
    convolutionReference(
      g, input: n.input.map(abs), filter: n.filter.map(abs), bias: n.bias.map(abs),
      activation: .none, output: &magnitude)
    for i in output.indices {
      let (k, y, x) = (i / pixels, i % pixels / g.outputWidth, i % g.outputWidth)
      if let border {
        let row = (y == border.row ? 1 : 0) + (x == border.column ? 2 : 0)
        output[i] += biasRows(n.bias)[row][k] - n.bias[k]
      }
      if hasCoarse {
        output[i] += n.coarse[(k * (g.outputHeight / 2) + y / 2) * (g.outputWidth / 2) + x / 2]
      }
      output[i] = activation(output[i])
      if hasResidual { output[i] += n.residual[i] }
    }
    return (output, magnitude)
  }

  /// The same by vector kernels, on blocked copies; unwritten outputs stay NaN.
  ///
  /// - Parameters:
  ///   - isPaired: whether products are made in pairs.
  ///   - cut: how it is cut into tasks, made of the usual cut.
  func blocked(
    _ algorithm: BlockedAlgorithm, _ kernels: VectorKernels, isPaired: Bool = false,
    isStreamed: Bool = false, threads: Int = 1, cut: (ConvolutionGrid) -> ConvolutionGrid = { $0 }
  ) -> [Float] {
    withBlocked(algorithm, kernels, isPaired: isPaired) { c, output in
      var c = c
      c.isStreamed = isStreamed
      let grid = cut(c.grid(panelBlocks: kernels.panelBlocks))
      kernels.convolve(c, grid, threads: threads)
      return output.planar()
    }
  }

  /// The problem as the vector kernels see it, on copies that live as long as `body` runs, and the
  /// output, all NaN.
  func withBlocked<R>(
    _ algorithm: BlockedAlgorithm, _ kernels: VectorKernels, isPaired: Bool,
    body: (BlockedConvolution, BlockedCopy) -> R
  ) -> R {
    let g = geometry
    let n = numbers()
    let inputs = ChannelLanes(parts: [g.inputChannels])
    let outputs = ChannelLanes(parts: [g.outputChannels])
    let input = BlockedCopy(n.input, channels: g.inputChannels, g.inputHeight, g.inputWidth)
    let residual = BlockedCopy(
      n.residual, channels: g.outputChannels, g.outputHeight, g.outputWidth)
    let coarse = BlockedCopy(
      n.coarse, channels: g.outputChannels, g.outputHeight / 2, g.outputWidth / 2)
    let output = BlockedCopy(
      [Float](repeating: .nan, count: residual.count), channels: g.outputChannels, g.outputHeight,
      g.outputWidth)
    let filter = PackedFilter(
      n.filter, inputChannels: g.inputChannels, kernelSize: g.kernelSize, inputs: inputs,
      outputs: outputs, panelBlocks: kernels.panelBlocks, on: ThreadPool(threads: 1))
    let bias = biasRows(n.bias).flatMap { row in outputs.channels.map { $0.map { row[$0] } ?? 0 } }
    let filtering = algorithm.filtering(kernelSize: g.kernelSize, stride: g.stride)
    let pairs =
      isPaired
      ? FilterPairs(
        filter, filtering: filtering, inputBlocks: inputs.blocks, outputBlocks: outputs.blocks,
        kernels: kernels, on: ThreadPool(threads: 1)) : nil
    return withExtendedLifetime((input, residual, coarse, filter, pairs)) {
      bias.withUnsafeBufferPointer { bias in
        guard let bias = bias.baseAddress else { preconditionFailure("no outputs") }
        var c = BlockedConvolution(
          input: input.reading, inputBlocks: inputs.blocks, inputHeight: g.inputHeight,
          inputWidth: g.inputWidth, output: output.writing, outputBlocks: outputs.blocks,
          outputHeight: g.outputHeight, outputWidth: g.outputWidth, kernelSize: g.kernelSize,
          stride: g.stride, topPadding: g.topPadding, leftPadding: g.leftPadding,
          filter: filter.base, bias: bias, silu: activation == .silu)
        c.filtering = filtering
        c.hasOneOutput = g.outputChannels == 1
        c.pairing = pairs?.products
        // Behind it NaNs, for ScratchTests.
        let scaledCount = c.scaledFilterCount(panelBlocks: kernels.panelBlocks)
        let scaledFilter = UnsafeMutablePointer<Float>.allocate(capacity: scaledCount + 4096)
        scaledFilter.initialize(repeating: .nan, count: scaledCount + 4096)
        defer { scaledFilter.deallocate() }
        if scaledCount > 0 {
          scaledFilter.pointee = 0
          c.scaledFilter = scaledFilter
        }
        c.border = border
        if hasResidual { c.residual = UnsafePointer(residual.reading) }
        if hasCoarse { c.coarse = UnsafePointer(coarse.reading) }
        return body(c, output)
      }
    }
  }

  /// The bias inside, on the border's row, on its column, and on both.
  private func biasRows(_ bias: [Float]) -> [[Float]] {
    border == nil ? [bias] : (0..<4).map { row in bias.map { $0 * Float(1 - 2 * row) } }
  }
}

extension VectorKernels {
  /// Computes a convolution on scratch of NaNs that is made for it.
  func convolve(_ c: BlockedConvolution, _ grid: ConvolutionGrid, threads: Int) {
    let counts = c.scratchCounts(grid, panelBlocks: panelBlocks, threads: threads)
    let count = counts.total(workers: threads, gap: 0)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: count)
    memory.initialize(repeating: .nan, count: count)
    defer { memory.deallocate() }
    withUnsafePointer(to: c) {
      convolve(
        $0, grid, scratch: ConvolutionScratch(memory, counts, workers: threads, gap: 0),
        on: ThreadPool(threads: threads))
    }
  }
}

/// A map in blocked layout with its table of block addresses.
final class BlockedCopy {
  let channels: Int, pixels: Int
  let memory: UnsafeMutablePointer<Float>
  let reading: UnsafeMutablePointer<UnsafePointer<Float>>
  let writing: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  init(_ planar: [Float], channels: Int, _ height: Int, _ width: Int) {
    self.channels = channels
    self.pixels = height * width
    let blocks = (channels + 15) / 16
    // Tiles may read some pixels past the end of the last block, never write there.
    memory = UnsafeMutableRawPointer.allocate(
      byteCount: (blocks * pixels + 12) * 64, alignment: 64
    ).bindMemory(to: Float.self, capacity: (blocks * pixels + 12) * 16)
    memory.initialize(repeating: 0, count: (blocks * pixels + 12) * 16)
    reading = .allocate(capacity: blocks)
    writing = .allocate(capacity: blocks)
    for block in 0..<blocks {
      (reading + block).initialize(to: UnsafePointer(memory + block * pixels * 16))
      (writing + block).initialize(to: memory + block * pixels * 16)
    }
    for c in 0..<channels {
      for i in 0..<pixels { memory[(c / 16 * pixels + i) * 16 + c % 16] = planar[c * pixels + i] }
    }
  }

  deinit {
    memory.deallocate()
    reading.deallocate()
    writing.deallocate()
  }

  var count: Int { channels * pixels }

  func planar() -> [Float] {
    (0..<count).map { memory[($0 / pixels / 16 * pixels + $0 % pixels) * 16 + $0 / pixels % 16] }
  }
}

@Suite struct BlockedConvolutionTests {
  static let geometries: [ConvolutionGeometry] = [
    .init(inputChannels: 16, outputChannels: 16, inputHeight: 4, inputWidth: 4, kernelSize: 1),
    .init(inputChannels: 3, outputChannels: 5, inputHeight: 7, inputWidth: 9, kernelSize: 1),
    .init(inputChannels: 40, outputChannels: 80, inputHeight: 5, inputWidth: 13, kernelSize: 1),
    // Dot products.
    .init(inputChannels: 40, outputChannels: 1, inputHeight: 5, inputWidth: 9, kernelSize: 1),
    .init(inputChannels: 128, outputChannels: 1, inputHeight: 16, inputWidth: 30, kernelSize: 1),
    // More channels than are multiplied at a time (`Depth`).
    .init(inputChannels: 520, outputChannels: 20, inputHeight: 3, inputWidth: 7, kernelSize: 1),
    .init(
      inputChannels: 264, outputChannels: 16, inputHeight: 6, inputWidth: 11, kernelSize: 3,
      padding: 1),
    .init(
      inputChannels: 3, outputChannels: 32, inputHeight: 10, inputWidth: 14, kernelSize: 3,
      stride: 2, padding: 1),
    .init(
      inputChannels: 33, outputChannels: 48, inputHeight: 9, inputWidth: 11, kernelSize: 3,
      stride: 2, padding: 1),
    .init(
      inputChannels: 16, outputChannels: 32, inputHeight: 8, inputWidth: 12, kernelSize: 3,
      padding: 1),
    .init(
      inputChannels: 20, outputChannels: 24, inputHeight: 1, inputWidth: 1, kernelSize: 3,
      padding: 1),
    .init(
      inputChannels: 32, outputChannels: 80, inputHeight: 13, inputWidth: 30, kernelSize: 3,
      padding: 1),
    .init(
      inputChannels: 17, outputChannels: 16, inputHeight: 6, inputWidth: 27, kernelSize: 5,
      stride: 3, padding: 2),
    .init(
      inputChannels: 20, outputChannels: 32, inputHeight: 8, inputWidth: 14, phase: (0, 0)),
    .init(
      inputChannels: 16, outputChannels: 40, inputHeight: 7, inputWidth: 13, phase: (0, 1)),
    .init(
      inputChannels: 33, outputChannels: 16, inputHeight: 10, inputWidth: 8, phase: (1, 0)),
    .init(
      inputChannels: 16, outputChannels: 32, inputHeight: 1, inputWidth: 5, phase: (1, 1)),
    .init(
      inputChannels: 16, outputChannels: 32, inputHeight: 8, inputWidth: 12, phase: (1, 1)),
  ]

  /// Every way in which a kernel set can compute a convolution.
  private func ways(
    _ kernels: VectorKernels, _ geometry: ConvolutionGeometry
  ) -> [(BlockedAlgorithm, isPaired: Bool)] {
    BlockedAlgorithm.allCases.filter { $0.supports(geometry) }.flatMap { algorithm in
      kernels.canPair && algorithm.pairs(geometry)
        ? [(algorithm, false), (algorithm, true)] : [(algorithm, false)]
    }
  }

  static let problems = geometries.flatMap { geometry in
    [
      ConvolutionProblem(geometry: geometry),
      ConvolutionProblem(geometry: geometry, activation: .silu, hasResidual: true, seed: 2),
      ConvolutionProblem(geometry: geometry, activation: .silu, hasCoarse: true, seed: 3),
      ConvolutionProblem(
        geometry: geometry,
        border: (geometry.outputHeight - 1, geometry.outputWidth * 2 / 3), seed: 4),
    ].filter { !$0.hasCoarse || geometry.outputHeight % 2 == 0 && geometry.outputWidth % 2 == 0 }
  }

  @Test("Every algorithm of every instruction set computes the definition", arguments: problems)
  func agreesWithReference(problem: ConvolutionProblem) {
    let (expected, magnitude) = problem.reference()
    for kernels in VectorKernels.available {
      for (algorithm, isPaired) in ways(kernels, problem.geometry) {
        let actual = problem.blocked(algorithm, kernels, isPaired: isPaired)
        let tolerance = Tolerance.convolution(algorithm, problem.geometry)
        let worst = zip(zip(actual, expected), magnitude).map { pair, scale in
          abs(pair.0 - pair.1) / (scale + 1)
        }.reduce(0) { $1 <= $0 ? $0 : $1 }  // keeps a NaN
        #expect(
          worst <= tolerance, "\(problem) \(kernels.name) \(algorithm) \(isPaired ? "paired" : "")")
      }
    }
  }

  @Test(
    "Rounds of panels and groups of tasks change no byte",
    arguments: problems.filter { $0.geometry.outputChannels == 80 && $0.geometry.kernelSize > 1 })
  func sameBytesForEveryCut(problem: ConvolutionProblem) {
    for kernels in VectorKernels.available {
      for (algorithm, isPaired) in ways(kernels, problem.geometry) {
        let usual = problem.blocked(algorithm, kernels, isPaired: isPaired)
        for (roundPanels, groupsPanels, transformsFilters) in [
          (1, false, false), (1, true, false), (2, true, false), (3, true, true), (3, false, false),
        ] {
          let other = problem.blocked(algorithm, kernels, isPaired: isPaired, threads: 2) {
            ConvolutionGrid(
              total: $0.total, step: 5, panels: $0.panels, panelStep: 2,
              roundPanels: roundPanels, groupsPanels: groupsPanels,
              transformsFilters: transformsFilters)
          }
          // Compared here: a failure would print both maps.
          let isSame = other == usual
          #expect(
            isSame,
            "\(kernels.name) \(algorithm) \(roundPanels) a round, \(isPaired ? "paired" : "")")
        }
      }
    }
  }

  @Test("A map that is written past the caches is the same", arguments: problems)
  func sameBytesPastTheCaches(problem: ConvolutionProblem) {
    for kernels in VectorKernels.available {
      for (algorithm, isPaired) in ways(kernels, problem.geometry) {
        let usual = problem.blocked(algorithm, kernels, isPaired: isPaired)
        // Compared here: a failure would print both maps.
        let isSame =
          problem.blocked(algorithm, kernels, isPaired: isPaired, isStreamed: true) == usual
        #expect(isSame, "\(kernels.name) \(algorithm) \(isPaired ? "paired" : "")")
      }
    }
  }

  @Test(
    "The bytes do not depend on the number of threads",
    arguments: [problems[4], problems[problems.count - 4]])
  func sameBytesForEveryThreadCount(problem: ConvolutionProblem) {
    for (algorithm, isPaired) in ways(.best, problem.geometry) {
      let one = problem.blocked(algorithm, .best, isPaired: isPaired, threads: 1)
      for threads in [2, 8] {
        let isSame = problem.blocked(algorithm, .best, isPaired: isPaired, threads: threads) == one
        #expect(isSame, "\(algorithm) \(threads) threads, \(isPaired ? "paired" : "")")
      }
    }
  }
}
