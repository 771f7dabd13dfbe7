import Kernels
import TestSupport
import Testing

@Suite struct PairedProductTests {
  static let geometries: [ConvolutionGeometry] = [
    .init(inputChannels: 40, outputChannels: 80, inputHeight: 5, inputWidth: 13, kernelSize: 1),
    .init(
      inputChannels: 32, outputChannels: 48, inputHeight: 9, inputWidth: 14, kernelSize: 3,
      padding: 1),
    .init(
      inputChannels: 33, outputChannels: 48, inputHeight: 9, inputWidth: 11, kernelSize: 3,
      stride: 2, padding: 1),
    .init(inputChannels: 20, outputChannels: 32, inputHeight: 8, inputWidth: 14, phase: (0, 1)),
  ]

  private func forEachWay(
    _ geometry: ConvolutionGeometry, _ body: (BlockedAlgorithm, VectorKernels) -> Void
  ) {
    for kernels in VectorKernels.available where kernels.canPair {
      for algorithm in BlockedAlgorithm.allCases where algorithm.pairs(geometry) {
        body(algorithm, kernels)
      }
    }
  }

  /// Numbers of inputs and filters are added to each other, so the two are first made equally large.
  ///
  /// Without that inputs 2¹⁰ times as large would lose 10 bits.
  @Test(
    "Inputs 2ⁿ times as large give outputs 2ⁿ times as large, to the bit", arguments: geometries)
  func scalesExactly(geometry: ConvolutionGeometry) {
    forEachWay(geometry) { algorithm, kernels in
      var problem = ConvolutionProblem(geometry: geometry, biasScale: 0)
      let usual = problem.blocked(algorithm, kernels, isPaired: true)
      for exponent in [-40, -3, 1, 10, 40] {
        let scale = Float(sign: .plus, exponent: exponent, significand: 1)
        problem.inputScale = scale
        let scaled = problem.blocked(algorithm, kernels, isPaired: true)
        #expect(scaled == usual.map { $0 * scale }, "\(algorithm) 2^\(exponent)")
      }
    }
  }

  @Test(
    "Where all inputs are zero the outputs are the bias, but for rounding", arguments: geometries)
  func zerosGiveTheBias(geometry: ConvolutionGeometry) {
    forEachWay(geometry) { algorithm, kernels in
      let problem = ConvolutionProblem(geometry: geometry, inputScale: 0)
      let pixels = geometry.outputHeight * geometry.outputWidth
      let bias = problem.numbers().bias
      for (i, y) in problem.blocked(algorithm, kernels, isPaired: true).enumerated() {
        #expect(abs(y - bias[i / pixels]) <= 1e-5, "\(algorithm)")
      }
    }
  }

  @Test("A filter that is kept from call to call follows the inputs' size", arguments: geometries)
  func keepsNoFilterTooLong(geometry: ConvolutionGeometry) {
    forEachWay(geometry) { algorithm, kernels in
      let problem = ConvolutionProblem(geometry: geometry, biasScale: 0)
      problem.withBlocked(algorithm, kernels, isPaired: true) { c, output in
        let grid = c.grid(panelBlocks: kernels.panelBlocks)
        func run() -> [Float] {
          kernels.convolve(c, grid, threads: 1)
          return output.planar()
        }
        let usual = run()
        // Compared here: a failure would print both maps.
        let isSame = run() == usual
        #expect(isSame, "\(algorithm) again")
        for block in 0..<c.inputBlocks {
          let numbers = UnsafeMutablePointer(mutating: c.input[block])
          for i in 0..<c.inputHeight * c.inputWidth * 16 { numbers[i] *= 1024 }
        }
        let isLarger = run() == usual.map { $0 * 1024 }
        #expect(isLarger, "\(algorithm)")
      }
    }
  }

  @Test func aBlockHasFivePairsOfBothSigns() {
    let signs = (0..<16).map(PairedProducts.sign)
    #expect(signs == [0, -1, 0, 0, 1, 0, 0, -1, 0, 0, 1, 0, 0, -1, 0, 0])
  }
}
