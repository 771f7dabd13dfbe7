import Graphs
import Kernels
import Plans
import Tensors
import TestSupport
import Testing

@Suite struct CellBranchTests {
  /// After a first layer the end of a branch: a convolution of this side and a 1×1 one.
  private func graph(channels: Int, side: Int) throws -> Graph {
    let shapes: [(String, Shape)] = [
      ("stem.weight", [channels, 3, 3, 3]), ("stem.bias", [channels]),
      ("hidden.weight", [channels + 5, channels, side, side]), ("hidden.bias", [channels + 5]),
      ("output.weight", [7, channels + 5, 1, 1]), ("output.bias", [7]),
    ]
    let weights = try syntheticCheckpoint(shapes: shapes).weights()
    func layer(_ name: String, stride: Int = 1, _ activation: Activation) throws -> Conv2d {
      let shape = weights[name].shape(of: "weight") ?? []
      return try Conv2d(
        weights: weights[name], norm: nil, hasBias: true, inputChannels: shape[1],
        outputChannels: shape[0], kernelSize: shape[2], stride: stride, activation: activation,
        name: name)
    }
    let stem = try layer("stem", stride: 2, .silu)
    let hidden = try layer("hidden", .silu), output = try layer("output", .none)
    return Graph(inputChannels: 3) { picture in
      _ = output(hidden(stem(picture).named("start"))).named("end")
    }
  }

  /// What the branch gives for these cells after a plan that stops before it.
  private func rows(_ graph: Graph, _ cells: [Int], threads: Int = 1) -> [Float] {
    let pool = ThreadPool(threads: threads)
    let plan = Plan(graph, height: 20, width: 36, outputs: ["start"], pool: pool)
    let branch = CellBranch(graph, from: "start", to: "end")
    let picture = SyntheticNumbers.picture(height: 20, width: 36)
    return plan.run { input in
      picture.withUnsafeElements { input.update(from: $0.pointer, count: $0.count) }
    } read: {
      branch.rows(of: $0.blockedMap("start"), at: cells, on: pool)
    }
  }

  @Test(
    "Every cell has the value that the whole map has there",
    arguments: [(16, 3), (38, 3), (24, 1), (3, 5)])
  func isThePartOfTheWhole(channels: Int, side: Int) throws {
    let graph = try graph(channels: channels, side: side)
    var whole = Tensor([0])
    Interpreter(graph, arithmetic: .reference, pool: ThreadPool(threads: 1))
      .run(SyntheticNumbers.picture(height: 20, width: 36)) { if $0 == "end" { whole = $1 } }
    try #require(whole.shape == [1, 7, 10, 18])
    // In an order that is not the map's, the last one twice.
    let cells = (0..<180).map { $0 * 77 % 180 } + [179]
    let found = rows(graph, cells)
    try #require(found.count == cells.count * 7)
    let expected = cells.flatMap { cell in (0..<7).map { whole.elements[$0 * 180 + cell] } }
    let largest = expected.map(abs).max() ?? 0
    let worst = zip(found, expected).map { abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1 }
    #expect(worst <= 2e-6 * largest, "\(worst) of \(largest)")
  }

  @Test func sameBytesForEveryThreadCount() throws {
    let graph = try graph(channels: 24, side: 3)
    let cells = Array(0..<180)
    let one = rows(graph, cells)
    for threads in [2, 8] { #expect(rows(graph, cells, threads: threads) == one) }
    #expect(rows(graph, []).isEmpty)
  }
}
