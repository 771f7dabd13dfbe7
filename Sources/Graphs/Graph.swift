import Kernels

/// A network written down: operations in the order in which they were described, each on values
/// that earlier ones made.
///
/// It holds no numbers but handles to weights, and no sizes but channels, so one graph serves every
/// input size. The ``Interpreter`` runs it as it stands, which defines what it means; a plan compiles
/// it for one size and runs it fast.
public struct Graph: Sendable {
  /// One operation and what it reads.
  public struct Node: Sendable {
    /// What is done.
    public let operation: Operation
    /// The nodes whose values it reads, all earlier ones.
    public let inputs: [Int]
    /// The channels of its value.
    public let channels: Int
  }

  /// The operations, in an order that can be run.
  public let nodes: [Node]
  /// Values with a name of their own, in the order of naming: the modules of the figure, the outputs.
  public let names: [(name: String, node: Int)]

  /// The graph that `describe` writes down, given the input.
  ///
  /// - Parameter channels: of the input, 3 for pictures.
  public init(inputChannels channels: Int, _ describe: (FeatureMap) -> Void) {
    let builder = GraphBuilder()
    describe(builder.append(.input, inputs: [], channels: channels))
    self.nodes = builder.nodes
    self.names = builder.names
  }

  /// The node that was given `name`.
  ///
  /// - Precondition: there is one.
  public func node(named name: String) -> Int {
    guard let entry = names.first(where: { $0.name == name }) else {
      preconditionFailure("Graph: no value is named \(name)")
    }
    return entry.node
  }

  /// The nodes that the values of `wanted` depend on, these among them, in the order of the graph.
  public func ancestors(of wanted: [Int]) -> [Int] {
    var needed = Set(wanted)
    for index in nodes.indices.reversed() where needed.contains(index) {
      needed.formUnion(nodes[index].inputs)
    }
    return needed.sorted()
  }

  /// The height and width of every node's value for an H×W input.
  ///
  /// - Precondition: both divide by the largest stride (32 for YOLOv8), so that maps that meet have
  ///   one size.
  public func sizes(height: Int, width: Int) -> [(height: Int, width: Int)] {
    var sizes: [(height: Int, width: Int)] = []
    for node in nodes {
      let size = node.inputs.first.map { sizes[$0] } ?? (height: height, width: width)
      precondition(
        node.inputs.allSatisfy { sizes[$0] == size },
        "Graph: maps of different sizes meet in \(node.operation.label)")
      switch node.operation {
      case .convolution(let layer):
        let geometry = layer.geometry(height: size.height, width: size.width)
        sizes.append((geometry.outputHeight, geometry.outputWidth))
      case .transposedConvolution: sizes.append((2 * size.height, 2 * size.width))
      case .upsampleNearest(let factor):
        sizes.append((factor * size.height, factor * size.width))
      case .input, .maxPool, .concatenate, .slice, .add: sizes.append(size)
      }
    }
    return sizes
  }
}

/// One thing that a graph can do.
public enum Operation: Sendable {
  /// The input of the network.
  case input
  /// Convolution, folded normalisation and activation.
  case convolution(Conv2d)
  /// Transposed convolution, 2×2 with stride 2.
  case transposedConvolution(ConvTranspose2d)
  /// The largest value in a window of this odd side, stride 1, same size.
  case maxPool(kernelSize: Int)
  /// Each pixel repeated `factor` times in both directions.
  case upsampleNearest(factor: Int)
  /// The channels of all inputs, one after the other.
  case concatenate
  /// A range of the input's channels.
  case slice(Range<Int>)
  /// The sum of two maps of one shape.
  case add

  /// A short word for reports: `conv 3×3 s2`.
  public var label: String {
    switch self {
    case .input: "input"
    case .convolution(let layer):
      "conv \(layer.kernelSize)×\(layer.kernelSize)" + (layer.stride > 1 ? " s\(layer.stride)" : "")
    case .transposedConvolution: "deconv 2×2 s2"
    case .maxPool(let side): "max-pool \(side)×\(side)"
    case .upsampleNearest(let factor): "upsample ×\(factor)"
    case .concatenate: "concat"
    case .slice(let channels): "slice \(channels.lowerBound)..<\(channels.upperBound)"
    case .add: "add"
    }
  }
}

/// Collects nodes while a network is described.
final class GraphBuilder {
  private(set) var nodes: [Graph.Node] = []
  private(set) var names: [(name: String, node: Int)] = []

  func append(_ operation: Operation, inputs: [FeatureMap], channels: Int) -> FeatureMap {
    nodes.append(.init(operation: operation, inputs: inputs.map(\.node), channels: channels))
    return FeatureMap(builder: self, node: nodes.count - 1, channels: channels)
  }

  func name(_ node: Int, _ name: String) { names.append((name, node)) }
}
