import Checkpoints
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct InterpreterTests {
  private let pool = ThreadPool(threads: 2)

  /// The value that `describe` makes of `input`, by both kinds of arithmetic, which must agree.
  private func value(
    of input: Tensor, _ describe: (FeatureMap) -> FeatureMap
  ) -> Tensor {
    let graph = Graph(inputChannels: input.shape[1]) { _ = describe($0).named("result") }
    var results: [Tensor] = []
    for arithmetic in Interpreter.Arithmetic.allCases {
      Interpreter(graph, arithmetic: arithmetic, pool: pool).run(input) { name, value in
        #expect(name == "result")
        results.append(value)
      }
    }
    #expect(results.count == 2)
    let worst = zip(results[0].elements, results[1].elements).map { abs($0 - $1) }.max()
    #expect((worst ?? 0) < 1e-5)
    return results[0]
  }

  /// 1×2×2×2: 1 2 / 3 4 and 5 6 / 7 8.
  private let input = Tensor([1, 2, 2, 2], (1...8).map(Float.init))

  private func convolution(
    filter: Tensor, bias: [Float], stride: Int = 1, activation: Activation = .none
  ) throws -> Conv2d {
    let checkpoint = try syntheticCheckpoint([
      "conv.weight": filter, "conv.bias": Tensor([bias.count], bias),
    ])
    return try Conv2d(
      weights: checkpoint.weights()["conv"], norm: nil, hasBias: true,
      inputChannels: filter.shape[1], outputChannels: bias.count, kernelSize: filter.shape[2],
      stride: stride, activation: activation, name: "conv")
  }

  @Test func slicesAndConcatenatesChannels() {
    let swapped = value(of: input) { x in
      let (a, b) = x.halves()
      return concat([b, a, b])
    }
    #expect(swapped == Tensor([1, 3, 2, 2], [5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8]))
  }

  @Test func adds() {
    let sum = value(of: input) { $0.channels(0..<1) + $0.channels(1..<2) }
    #expect(sum == Tensor([1, 1, 2, 2], [6, 8, 10, 12]))
  }

  @Test func upsamples() {
    let large = value(of: input) { upsample($0.channels(1..<2)) }
    #expect(large == Tensor([1, 1, 4, 4], [5, 5, 6, 6, 5, 5, 6, 6, 7, 7, 8, 8, 7, 7, 8, 8]))
  }

  @Test func poolsNegativeMaps() {
    let negative = Tensor([1, 1, 1, 4], [-4, -1, -3, -2])
    let pooled = value(of: negative) { maxPool($0, kernelSize: 3) }
    #expect(pooled == Tensor([1, 1, 1, 4], [-1, -1, -1, -2]))
  }

  @Test func convolvesWithPaddingAndStride() throws {
    // One filter that adds its window of both channels: padding 1, stride 2, one output pixel.
    let layer = try convolution(filter: Tensor([1, 2, 3, 3], repeating: 1), bias: [0.5], stride: 2)
    #expect(value(of: input) { layer($0) } == Tensor([1, 1, 1, 1], [36.5]))
  }

  @Test func activates() throws {
    let layer = try convolution(
      filter: Tensor([1, 2, 1, 1], [1, -1]), bias: [4], activation: .silu)
    let result = value(of: input) { layer($0) }
    #expect(result.elements.allSatisfy { $0 == 0 })  // 1 − 5 + 4 = 0 everywhere
  }

  @Test func transposes() throws {
    let checkpoint = try syntheticCheckpoint([
      "up.weight": Tensor([2, 1, 2, 2], [1, 2, 3, 4, 0, 0, 0, 1]), "up.bias": Tensor([1], [0.5]),
    ])
    let layer = try ConvTranspose2d(
      weights: checkpoint.weights()["up"], inputChannels: 2, outputChannels: 1, name: "up")
    let result = value(of: Tensor([1, 2, 1, 2], [1, 2, 10, 20])) { layer($0) }
    #expect(result == Tensor([1, 1, 2, 4], [1.5, 2.5, 2.5, 4.5, 3.5, 14.5, 6.5, 28.5]))
    #expect(layer.parameters == 9)
  }

  @Test func namesAreVisitedInGraphOrder() {
    let graph = Graph(inputChannels: 2) { x in
      let y = upsample(x).named("first").named("also")
      _ = maxPool(y, kernelSize: 3).named("last")
    }
    var names: [String] = []
    Interpreter(graph, pool: pool).run(input) { name, _ in names.append(name) }
    #expect(names == ["first", "also", "last"])
  }
}

@Suite struct GraphTests {
  @Test func sizesFollowTheInput() throws {
    let checkpoint = try syntheticCheckpoint(shapes: [
      ("conv.weight", [4, 3, 3, 3]), ("up.weight", [4, 2, 2, 2]), ("up.bias", [2]),
    ])
    let weights = checkpoint.weights()
    let halve = try Conv2d(
      weights: weights["conv"], norm: nil, hasBias: false, inputChannels: 3, outputChannels: 4,
      kernelSize: 3, stride: 2, activation: .silu, name: "conv")
    let double = try ConvTranspose2d(
      weights: weights["up"], inputChannels: 4, outputChannels: 2, name: "up")
    let graph = Graph(inputChannels: 3) { picture in
      let half = halve(picture).named("half")
      _ = concat([double(half), upsample(half)]).named("full")
    }
    for (height, width) in [(64, 96), (32, 32)] {
      let sizes = graph.sizes(height: height, width: width)
      #expect(sizes[graph.node(named: "half")] == (height / 2, width / 2))
      #expect(sizes[graph.node(named: "full")] == (height, width))
    }
    #expect(graph.nodes.map(\.channels) == [3, 4, 2, 4, 6])
    #expect(
      graph.nodes.map(\.operation.label)
        == ["input", "conv 3×3 s2", "deconv 2×2 s2", "upsample ×2", "concat"])
  }
}
