import Checkpoints
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct GraphCostTests {
  private let conv1: Conv2d, conv3: Conv2d, halve: Conv2d, normed: Conv2d, double: ConvTranspose2d

  init() throws {
    let checkpoint = try syntheticCheckpoint(
      [
        // All ones, so that no cell's influence is lost in a sum.
        "a.weight": Tensor([1, 1, 1, 1], repeating: 1),
        "b.weight": Tensor([1, 1, 3, 3], repeating: 1),
        "up.weight": Tensor([1, 1, 2, 2], repeating: 1), "up.bias": Tensor([1]),
        "n.weight": Tensor([4, 3, 3, 3]), "bn.weight": Tensor([4]), "bn.bias": Tensor([4]),
        "bn.running_mean": Tensor([4]), "bn.running_var": Tensor([4]),
      ])
    let weights = checkpoint.weights()
    func layer(_ key: String, side: Int, stride: Int = 1) throws -> Conv2d {
      try Conv2d(
        weights: weights[key], norm: nil, hasBias: false, inputChannels: 1, outputChannels: 1,
        kernelSize: side, stride: stride, activation: .none, name: key)
    }
    conv1 = try layer("a", side: 1)
    conv3 = try layer("b", side: 3)
    halve = try layer("b", side: 3, stride: 2)
    normed = try Conv2d(
      weights: weights["n"], norm: weights["bn"], hasBias: false, inputChannels: 3,
      outputChannels: 4, kernelSize: 3, stride: 2, activation: .silu, name: "n")
    double = try ConvTranspose2d(
      weights: weights["up"], inputChannels: 1, outputChannels: 1, name: "up")
  }

  @Test func countsParametersAndProducts() {
    let graph = Graph(inputChannels: 3) { picture in
      let x = normed(picture)
      _ = double(x.channels(0..<1)) + upsample(x.channels(1..<2))
    }
    let cost = GraphCost(graph, height: 8, width: 12)
    // input, convolution, slice, transposed, slice, upsampling, sum
    #expect(cost.entries.map(\.channels) == [3, 4, 1, 1, 1, 1, 1])
    #expect(cost.entries.map(\.height) == [8, 4, 4, 8, 4, 8, 8])
    #expect(cost.entries.map(\.width) == [12, 6, 6, 12, 6, 12, 12])
    #expect(cost.entries.map(\.parameters) == [0, 4 * 27 + 8, 0, 5, 0, 0, 0])
    #expect(cost.entries.map(\.foldedParameters) == [0, 4 * 27 + 4, 0, 5, 0, 0, 0])
    #expect(cost.entries.map(\.multiplyAdds) == [0, 4 * 27 * 24, 0, 96, 0, 0, 0])
    #expect(cost.parameters == 121 && cost.foldedParameters == 117)
    #expect(cost.multiplyAdds == 2592 + 96)
  }

  @Test func aChainSeesWhatTheBooksSay() {
    // r ← r + (k − 1)·(pixels a cell): 3, 3 + 2·2, then 5 + … windows of 4 pixels a cell.
    let graph = Graph(inputChannels: 1) { x in
      _ = conv3(maxPool(conv1(halve(halve(x))), kernelSize: 5))
    }
    let fields = GraphCost(graph, height: 64, width: 64).entries.map(\.receptiveField)
    #expect(fields == [1, 3, 7, 7, 7 + 4 * 4, 23 + 2 * 4])
  }

  /// Pokes every pixel of a row and looks which cells of the result notice, far from the borders.
  @Test func cellsSeeWhatMovesThem() {
    let graph = Graph(inputChannels: 1) { x in
      let fine = halve(x).named("fine")
      let coarse = halve(halve(fine)).named("coarse")
      let up = upsample(coarse).named("up")
      let merged = conv3(up).named("merged")
      let wide = conv3(upsample(merged) + conv3(fine)).named("wide")
      _ = maxPool(double(wide), kernelSize: 3).named("pooled")
    }
    let side = 96
    var touched: [String: [Int: (least: Int, most: Int)]] = [:]
    for column in 0..<side {
      let row = (0..<side).map { $0 == column ? Float(1) : 0 }
      let picture = Tensor([1, 1, side, side], (0..<side).flatMap { _ in row })
      Interpreter(graph, pool: ThreadPool(threads: 1)).run(picture) { name, value in
        let width = value.shape[3]
        for x in width / 3..<2 * width / 3 where value[0, 0, value.shape[2] / 2, x] != 0 {
          let seen = touched[name]?[x] ?? (column, column)
          touched[name, default: [:]][x] = (min(seen.least, column), max(seen.most, column))
        }
      }
    }
    let cost = GraphCost(graph, height: side, width: side)
    for (name, node) in graph.names {
      let widest = touched[name]?.values.map { $0.most - $0.least + 1 }.max()
      #expect(cost.entries[node].receptiveField == widest, "\(name)")
    }
  }
}
