import Graphs
import Kernels
import Plans
import Tensors
import TestSupport
import Testing

/// One way to compile.
struct PlanVariant: CustomTestStringConvertible, Sendable {
  let kernels: VectorKernels
  let algorithm: BlockedAlgorithm?

  static let all = VectorKernels.available.flatMap { kernels in
    ([nil] + BlockedAlgorithm.allCases).map { PlanVariant(kernels: kernels, algorithm: $0) }
  }

  var testDescription: String { "\(kernels.name) \(algorithm?.rawValue ?? "chosen")" }

  func plan(
    _ graph: Graph, height: Int, width: Int, outputs: [String] = TinyNetwork.outputs,
    keepsAllValues: Bool = false, filters: FilterStore = FilterStore(), threads: Int = 1
  ) -> Plan {
    var options = Plan.Options()
    options.kernels = kernels
    options.algorithm = algorithm
    options.keepsAllValues = keepsAllValues
    return Plan(
      graph, height: height, width: width, outputs: outputs, options: options, filters: filters,
      pool: ThreadPool(threads: threads))
  }
}

extension Plan {
  /// The values named, for the synthetic picture.
  func values(_ names: [String] = TinyNetwork.outputs) -> [String: Tensor] {
    let picture = SyntheticNumbers.picture(height: height, width: width)
    return run { input in
      picture.withUnsafeElements { input.update(from: $0.pointer, count: $0.count) }
    } read: { results in
      Dictionary(uniqueKeysWithValues: names.map { ($0, results.tensor($0)) })
    }
  }
}

/// The largest difference over the largest magnitude; infinite where a shape differs.
func relativeError(_ actual: Tensor?, _ expected: Tensor?) -> Float {
  guard let actual, let expected, actual.shape == expected.shape else { return .infinity }
  let largest = expected.elements.map(abs).max() ?? 0
  let differences = zip(actual.elements, expected.elements).map { abs($0 - $1) }
  return differences.reduce(0) { $1 <= $0 ? $0 : $1 } / largest  // keeps a NaN
}

@Suite struct PlanTests {
  @Test(
    "A plan computes what the interpreter does, whatever the channels", arguments: [16, 24, 38])
  func computesTheDefinition(channels: Int) throws {
    let network = try TinyNetwork(channels: channels)
    let (height, width) = (24, 40)
    let expected = network.expected(height: height, width: width)
    for variant in PlanVariant.all {
      let plan = variant.plan(
        network.graph, height: height, width: width, keepsAllValues: true)
      let values = plan.values(TinyNetwork.named)
      for name in TinyNetwork.named {
        let error = relativeError(values[name], expected[name])
        #expect(error < 4e-6, "\(variant.testDescription) \(name)")
      }
    }
  }

  /// With all values kept no memory is used twice; so a buffer that is overwritten too early shows.
  @Test(arguments: PlanVariant.all)
  func reusedMemoryChangesNothing(variant: PlanVariant) throws {
    let graph = try TinyNetwork(channels: 38).graph
    let lean = variant.plan(graph, height: 32, width: 64)
    let kept = variant.plan(graph, height: 32, width: 64, keepsAllValues: true)
    let values = kept.values()
    #expect(lean.values() == values)
    // Nor does what an earlier run left behind.
    #expect(lean.values() == values)
  }

  @Test func sizesShareFilters() throws {
    let network = try TinyNetwork(channels: 24)
    for variant in PlanVariant.all {
      let filters = FilterStore()
      for (height, width) in [(16, 24), (40, 8), (16, 24)] {
        let shared = variant.plan(network.graph, height: height, width: width, filters: filters)
        let alone = variant.plan(network.graph, height: height, width: width)
        #expect(shared.values() == alone.values(), "\(variant.testDescription) \(height)×\(width)")
      }
    }
  }

  @Test(arguments: PlanVariant.all)
  func sameBytesForEveryThreadCount(variant: PlanVariant) throws {
    let graph = try TinyNetwork(channels: 38).graph
    let one = variant.plan(graph, height: 48, width: 40, threads: 1).values()
    for threads in [2, 8] {
      let many = variant.plan(graph, height: 48, width: 40, threads: threads)
      #expect(many.values() == one, "\(threads) threads")
    }
  }

  @Test func tasksMayRunOnePlanAtOnce() async throws {
    let graph = try TinyNetwork(channels: 24).graph
    let plan = PlanVariant.all[0].plan(graph, height: 32, width: 32, threads: 3)
    let expected = plan.values()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<6 {
        group.addTask { (0..<5).allSatisfy { _ in plan.values() == expected } }
      }
      for await isSame in group { #expect(isSame) }
    }
  }

  @Test("What no output needs is not computed, and changes nothing", arguments: PlanVariant.all)
  func outputsDecide(variant: PlanVariant) throws {
    let graph = try TinyNetwork(channels: 24).graph
    let all = variant.plan(graph, height: 32, width: 48)
    let some = variant.plan(graph, height: 32, width: 48, outputs: ["coarse", "side"])
    let names = some.steps.map(\.name)
    #expect(
      names
        == all.steps.map(\.name).filter { !$0.hasPrefix("prototypes") }.map {
          $0 == "fine + side" ? "side" : $0
        })
    let (values, expected) = (some.values(["coarse", "side"]), all.values())
    #expect(values["coarse"] == expected["coarse"])
    #expect(relativeError(values["side"], expected["side"]) < 4e-6)
  }

  @Test func everyStepIsReported() throws {
    let graph = try TinyNetwork(channels: 16).graph
    let plan = PlanVariant.all[0].plan(graph, height: 16, width: 16)
    var names: [String] = []
    plan.run(
      fill: { $0.update(repeating: 0, count: 3 * 16 * 16) }, observe: { names.append($0.step.name) }
    ) {
      _ in
    }
    #expect(names == plan.steps.map(\.name))
    for (index, node) in graph.nodes.enumerated() {
      let parts = plan.steps.filter { $0.nodes.contains(index) }.map(\.name)
      switch node.operation {
      case .convolution(let layer) where layer.name == "prototypes":
        #expect(parts == ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"].map { "prototypes \($0)" })
      case .convolution(let layer) where ["fine", "side"].contains(layer.name):
        #expect(parts == ["fine + side"])
      case .convolution(let layer): #expect(parts.last == layer.name)
      case .transposedConvolution: #expect(parts.count == 4)
      case .maxPool: #expect(parts == ["max-pool"])
      default: #expect(parts.isEmpty)
      }
    }
  }
}
