import FastSAM
import Graphs
import Plans
import YOLOv8

/// One layer of the network: what it is, what it costs, and how it is computed.
struct NetworkLayer {
  /// Where it stands: `model.2.m.0.cv1`; what has no weights is named after its block, `model.2.concat`.
  let path: String
  /// The lines that it reads, `4` or, for some of its channels, `4[32..<64]`.
  let sources: [String]
  let operation: Graphs.Operation
  /// The shapes that go in and the one that comes out.
  let inputs: [GraphCost.Entry]
  let cost: GraphCost.Entry
  /// How the plan computes it.
  let algorithm: String
  /// Where it was timed.
  let milliseconds: Double?

  /// The blocks that it stands in, outermost first.
  var blocks: [String] {
    let parts = path.split(separator: ".")
    return parts.indices.dropFirst().compactMap {
      YOLOv8Seg.block(parts[...$0].joined(separator: "."))
    }
  }

  /// Billions of operations a second, two a product.
  var gigaflops: Double? { milliseconds.map { 2 * Double(cost.multiplyAdds) / $0 / 1e6 } }

  /// The filter's or the window's side, and the step.
  var kernelSize: Int? {
    switch operation {
    case .convolution(let layer): layer.kernelSize
    case .transposedConvolution: 2
    case .maxPool(let side): side
    default: nil
    }
  }

  var stride: Int? {
    switch operation {
    case .convolution(let layer): layer.stride
    case .transposedConvolution: 2
    case .maxPool: 1
    default: nil
    }
  }
}

/// The network at one size, layer by layer.
struct NetworkLayers {
  let name: String
  let network: YOLOv8Seg
  let height: Int, width: Int
  let cost: GraphCost
  let layers: [NetworkLayer]
  /// The machine's peak in GFLOP/s, where layers were timed.
  let peak: Double?
  /// What the peak is that of: `avx512, 2 threads`.
  let machine: String

  /// The layers of the plan's network, with the times of its steps where there are some.
  init(_ segmenter: Segmenter, _ plan: Plan, times: [LayerTimes], peak: Double? = nil) {
    self.peak = peak
    let threads = segmenter.pool.threads
    machine = "\(VectorKernels.best.name), \(threads) \(threads == 1 ? "thread" : "threads")"
    name = segmenter.name
    network = segmenter.network
    (height, width) = (plan.height, plan.width)
    let graph = network.graph
    let cost = GraphCost(graph, height: height, width: width)
    self.cost = cost
    var steps: [Int: [String]] = [:]
    for step in plan.steps {
      for node in step.nodes { steps[node, default: []].append(step.algorithm) }
    }
    // A step that computes several layers at once is divided among them by their work.
    var milliseconds: [Int: Double] = [:]
    for row in times {
      let works = row.step.nodes.map { Double(max(1, cost.entries[$0].multiplyAdds)) }
      let all = works.reduce(0, +)
      for (node, work) in zip(row.step.nodes, works) {
        milliseconds[node, default: 0] += row.times.median * work / all
      }
    }

    var layers: [NetworkLayer] = []
    var lines = [Int?](repeating: nil, count: graph.nodes.count)
    var paths = [String](repeating: "", count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      paths[index] = graph.path(of: index, before: paths)
      if case .slice = node.operation { continue }
      if case .input = node.operation { continue }
      lines[index] = layers.count
      layers.append(
        NetworkLayer(
          path: paths[index], sources: graph.sources(of: node, lines: lines),
          operation: node.operation, inputs: node.inputs.map { cost.entries[$0] },
          cost: cost.entries[index], algorithm: node.operation.algorithm(steps[index] ?? []),
          milliseconds: times.isEmpty ? nil : milliseconds[index] ?? 0))
    }
    self.layers = layers
  }

  /// All learned numbers; the ramp of the head's expectation is part of decoding, not of the graph.
  var parameters: Int { network.parameters }
  var foldedParameters: Int { cost.foldedParameters + network.architecture.bins }
}

extension Graph {
  /// What a node is called: by its weights, or by its block and what it does.
  fileprivate func path(of index: Int, before paths: [String]) -> String {
    let node = nodes[index]
    switch node.operation {
    case .convolution(let layer): return layer.name
    case .transposedConvolution(let layer): return layer.name
    case .input: return "picture"
    case .slice: return paths[node.inputs[0]]
    case .add:
      let operand = paths[node.inputs[1]].split(separator: ".")
      return operand.dropLast().joined(separator: ".") + ".add"
    case .maxPool, .upsampleNearest, .concatenate:
      // The first name after it is that of the module whose part it is, or its own.
      let module = names.first { $0.node >= index }
      let isModule = module?.node == index
      let word = node.operation.label.prefix { $0 != " " }
      guard let module, !isModule else { return module?.name ?? String(word) }
      let earlier = paths[..<index].count { $0.hasPrefix("\(module.name).\(word)") }
      return "\(module.name).\(word)" + (earlier == 0 ? "" : " \(earlier + 1)")
    }
  }

  /// The lines that a node reads; neighbouring slices of one line are one.
  fileprivate func sources(of node: Node, lines: [Int?]) -> [String] {
    var sources: [(node: Int, channels: Range<Int>)] = []
    for input in node.inputs {
      var source = (node: input, channels: 0..<nodes[input].channels)
      if case .slice(let range) = nodes[input].operation {
        source = (nodes[input].inputs[0], range)
      }
      if let last = sources.last, last.node == source.node,
        last.channels.upperBound == source.channels.lowerBound
      {
        sources[sources.count - 1].channels =
          last.channels.lowerBound..<source.channels.upperBound
      } else {
        sources.append(source)
      }
    }
    return sources.map { source in
      let line = lines[source.node].map(String.init) ?? "picture"
      return source.channels.count == nodes[source.node].channels
        ? line : "\(line)[\(source.channels.lowerBound)..<\(source.channels.upperBound)]"
    }
  }
}

extension Graphs.Operation {
  /// How a plan computes it, given the algorithms of its steps.
  fileprivate func algorithm(_ steps: [String]) -> String {
    switch self {
    case .concatenate, .slice: return "no copy"
    case .add: return "fused"
    case .upsampleNearest: return "merged"
    default:
      guard let first = steps.first else { return "" }
      return steps.count == 1 ? first : "\(first) ×\(steps.count)"
    }
  }
}
