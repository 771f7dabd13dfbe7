import Kernels
import TestSupport
import Testing

@Suite struct PlanarConvolutionTests {
  /// Sizes below, at and beyond the filter's, every stride and padding that networks use.
  static let geometries: [ConvolutionGeometry] = [1, 2, 3, 5].flatMap { side in
    [1, 2, 3].flatMap { stride in
      [0, 1, side / 2, side].flatMap { padding in
        [(5, 5), (1, 9), (13, 6)].compactMap { height, width in
          guard height + 2 * padding >= side, width + 2 * padding >= side else { return nil }
          return ConvolutionGeometry(
            inputChannels: 3, outputChannels: 4, inputHeight: height, inputWidth: width,
            kernelSize: side, stride: stride, padding: padding)
        }
      }
    }
  }

  @Test func im2colComputesTheDefinition() {
    let pool = ThreadPool(threads: 2)
    for (seed, geometry) in Self.geometries.enumerated() {
      var problem = ConvolutionProblem(geometry: geometry)
      problem.activation = seed % 2 == 0 ? .silu : .none
      problem.seed = UInt64(seed)
      let (expected, magnitude) = problem.reference()
      let n = problem.numbers()
      var actual = [Float](repeating: .nan, count: expected.count)
      convolutionIm2col(
        geometry, input: n.input, filter: n.filter, bias: n.bias, activation: problem.activation,
        output: &actual, on: pool)
      let tolerance = Tolerance.convolution(.direct, geometry)
      let isClose = zip(zip(actual, expected), magnitude).allSatisfy { pair, scale in
        abs(pair.0 - pair.1) <= tolerance * (scale + 1)
      }
      #expect(isClose, "\(problem)")
    }
  }

  /// By hand: a 2×2 picture, a filter that looks at the pixel above, one that looks to the right.
  @Test func theDefinitionIsACorrelation() {
    let geometry = ConvolutionGeometry(
      inputChannels: 1, outputChannels: 2, inputHeight: 2, inputWidth: 2, kernelSize: 3, padding: 1)
    var output = [Float](repeating: .nan, count: 8)
    convolutionReference(
      geometry, input: [1, 2, 3, 4],
      filter: [0, 1, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0, 0, 1, 0, 0, 0],
      bias: [0, 10], activation: .none, output: &output)
    #expect(output == [0, 0, 1, 2, 12, 10, 14, 10])
  }

  @Test(arguments: [(1, 1, 1, 1), (3, 5, 2, 7), (8, 2, 5, 30), (17, 6, 40, 40)])
  func transposedProductComputesTheDefinition(size: (c: Int, k: Int, height: Int, width: Int)) {
    var random = SeededGenerator(seed: 3)
    let (c, k, height, width) = size
    let input = random.floats(c * height * width), filter = random.floats(c * k * 4)
    let bias = random.floats(k)
    var expected = [Float](repeating: .nan, count: 4 * k * height * width)
    var actual = expected
    transposedConvolutionReference(
      inputChannels: c, outputChannels: k, height: height, width: width, input: input,
      filter: filter, bias: bias, output: &expected)
    transposedConvolutionProduct(
      inputChannels: c, outputChannels: k, height: height, width: width, input: input,
      filter: filter, bias: bias, output: &actual, on: ThreadPool(threads: 2))
    let worst = zip(actual, expected).map { abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1 }
    #expect(worst <= Float(c + 8) * Float.ulpOfOne)
  }

  /// By hand: one pixel becomes its patch, row by row; filters are stored input channel first.
  @Test func transposedDefinitionSpreadsEachPixel() {
    var output = [Float](repeating: .nan, count: 8)
    transposedConvolutionReference(
      inputChannels: 2, outputChannels: 2, height: 1, width: 1, input: [1, 10],
      filter: [1, 2, 3, 4, 5, 6, 7, 8] + [0, 1, 0, 0, 0, 0, 1, 0], bias: [0.5, 0], output: &output)
    #expect(output == [1.5, 12.5, 3.5, 4.5, 5, 6, 17, 8])
  }
}
