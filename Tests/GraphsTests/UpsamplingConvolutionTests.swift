import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct UpsamplingConvolutionTests {
  /// Each phase, convolved by the definition, must be every second pixel of the two layers one after
  /// the other, with the border's rows and columns on their own bias.
  @Test("Four small convolutions are the two layers", arguments: [(5, 4), (1, 3), (1, 1)])
  func phasesComputeBothLayers(size: (height: Int, width: Int)) throws {
    let (inputs, middle, outputs) = (3, 4, 2)
    let checkpoint = try syntheticCheckpoint(shapes: [
      ("up.weight", [inputs, middle, 2, 2]), ("up.bias", [middle]),
      ("conv.weight", [outputs, middle, 3, 3]), ("conv.bias", [outputs]),
    ])
    let weights = checkpoint.weights()
    let up = try ConvTranspose2d(
      weights: weights["up"], inputChannels: inputs, outputChannels: middle, name: "up")
    let conv = try Conv2d(
      weights: weights["conv"], norm: nil, hasBias: true, inputChannels: middle,
      outputChannels: outputs, kernelSize: 3, stride: 1, activation: .none, name: "conv")
    let graph = Graph(inputChannels: inputs) { _ = conv(up($0)).named("output") }
    let (height, width) = size
    var random = SeededGenerator(seed: 5)
    let input = Tensor([1, inputs, height, width], random.floats(inputs * height * width))
    var expected = Tensor([])
    Interpreter(graph, arithmetic: .reference, pool: ThreadPool(threads: 1))
      .run(input) { expected = $1 }

    let merged = UpsamplingConvolution(up, conv)
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      let phase = merged.phase(row: row, column: column)
      let geometry = ConvolutionGeometry(
        inputChannels: inputs, outputChannels: outputs, inputHeight: height, inputWidth: width,
        phase: (row, column))
      var sums = [Float](repeating: .nan, count: outputs * height * width)
      convolutionReference(
        geometry, input: input.elements, filter: phase.filter.elements,
        bias: [Float](repeating: 0, count: outputs), activation: .none, output: &sums)
      for (i, sum) in sums.enumerated() {
        let (k, y, x) = (i / (height * width), i / width % height, i % width)
        let border =
          (y == row * (height - 1) ? 1 : 0) + (x == column * (width - 1) ? 2 : 0)
        let actual = sum + phase.bias[border, k]
        #expect(abs(actual - expected[0, k, 2 * y + row, 2 * x + column]) < 1e-5)
      }
    }
  }
}
