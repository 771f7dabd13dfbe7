import Graphs
import Kernels
import Tensors

/// Turns a graph into steps on blocked maps.
///
/// What disappears on the way: batch norms (folded when the layer is read), activations and residual
/// sums (done while a tile is in registers), concatenations and slices (tables of blocks), and the
/// upsampling before a 1×1 convolution: the convolution runs on the small map and its sum is spread
/// when the large map is finished, which is exact and a quarter of the work. A transposed convolution
/// becomes one operator with the 3×3 convolution after it (``UpsamplingConvolution``). What none of the
/// wanted values needs is left out.
struct Lowering {
  private let graph: Graph
  let sizes: [(height: Int, width: Int)]
  private let kernels: VectorKernels
  private let choose: (ConvolutionGeometry) -> BlockedAlgorithm
  private let filters: FilterStore
  private let pool: ThreadPool
  /// The nodes that read a node's value, of those that are needed.
  private let consumers: [[Int]]

  private(set) var steps: [Step] = []
  private(set) var buffers: [ArenaBuffer] = []
  /// Where each node's value lies; nil where the plan never forms it.
  private(set) var values: [BlockedValue?]

  /// Floats of the planar input.
  let inputCount: Int

  /// - Parameter wanted: the nodes whose values are to be formed.
  init(
    _ graph: Graph, wanted: [Int], height: Int, width: Int, kernels: VectorKernels,
    choose: @escaping (ConvolutionGeometry) -> BlockedAlgorithm, filters: FilterStore,
    pool: ThreadPool
  ) {
    self.graph = graph
    self.sizes = graph.sizes(height: height, width: width)
    self.inputCount = graph.nodes[0].channels * height * width
    self.kernels = kernels
    self.choose = choose
    self.filters = filters
    self.pool = pool
    let needed = graph.ancestors(of: wanted)
    var consumers = [[Int]](repeating: [], count: graph.nodes.count)
    for index in needed {
      for source in graph.nodes[index].inputs { consumers[source].append(index) }
    }
    self.consumers = consumers
    self.values = Array(repeating: nil, count: graph.nodes.count)
    for index in needed { lower(index) }
  }

  private mutating func lower(_ index: Int) {
    let node = graph.nodes[index]
    switch node.operation {
    case .input: break
    case .convolution(let layer): lowerConvolution(index, layer)
    case .transposedConvolution:
      // Never formed: the 3×3 convolution that reads it is one operator with it.
      precondition(
        consumers[index].count == 1, "Lowering: a transposed convolution that several layers read")
    case .maxPool(let kernelSize):
      precondition(kernelSize == 5, "Lowering: max-pooling of side \(kernelSize)")
      let source = value(node.inputs[0])
      let size = sizes[index]
      let target = allocate(source.lanes, size)
      steps.append(
        .maxPool(
          MaxPoolStep(
            node: index, height: size.height, width: size.width, input: source.blocks,
            output: target.blocks)))
      values[index] = target
    case .upsampleNearest:
      // Never formed: the 1×1 convolution that reads it does without (`mergedUpsample`).
      break
    case .concatenate where node.inputs.contains(where: isUpsample):
      break
    case .concatenate:
      values[index] = BlockedValue(
        concatenating: node.inputs.map { (value($0), graph.nodes[$0].channels) })
    case .slice(let range):
      values[index] = value(node.inputs[0]).channels(range)
    case .add:
      precondition(
        residual(for: node.inputs[1]) != nil,
        "Lowering: a sum whose second operand is not a convolution's alone")
      // That convolution has added the first operand.
      values[index] = values[node.inputs[1]]
    }
  }

  // MARK: - Convolutions

  private mutating func lowerConvolution(_ index: Int, _ layer: Conv2d) {
    let source = graph.nodes[index].inputs[0]
    if case .transposedConvolution(let upsample) = graph.nodes[source].operation {
      lowerUpsampling(index, UpsamplingConvolution(upsample, layer), layer)
      return
    }
    let size = sizes[source]
    let geometry = layer.geometry(height: size.height, width: size.width)
    let group = siblings(index, layer)
    if group.count > 1 {
      if group[0].node == index { lowerTogether(group) }
      return
    }
    let residual = residual(for: index)
    let lanes = residual?.lanes ?? ChannelLanes(parts: outputParts(index))
    let target = allocate(lanes, sizes[index])
    values[index] = target

    if case .input = graph.nodes[source].operation {
      // The first layer: its 3×3 patches of 3 channels fill two blocks of lanes, gathered on the way.
      append(
        [index], layer.name, geometry, from: nil, lanes: ChannelLanes(parts: [geometry.depth]),
        to: target,
        silu: layer.activation == .silu, gatheredPatches: true, weights: layer.folded)
    } else if let (coarse, fine) = mergedUpsample(source, layer) {
      let small = (height: size.height / 2, width: size.width / 2)
      let partial = allocate(lanes, small)
      append(
        [index], layer.name + " (coarse)", layer.geometry(height: small.height, width: small.width),
        from: coarse.blocks, lanes: coarse.lanes, to: partial, silu: false
      ) {
        (layer.folded().filter, Tensor([layer.outputChannels]))
      }
      append(
        [index], layer.name, geometry, from: fine.blocks, lanes: fine.lanes, to: target,
        silu: layer.activation == .silu, coarse: partial.blocks, weights: layer.folded)
    } else {
      let source = value(source)
      append(
        [index], layer.name, geometry, from: source.blocks, lanes: source.lanes, to: target,
        silu: layer.activation == .silu, residual: residual?.blocks, weights: layer.folded)
    }
  }

  /// Several convolutions as one whose filters stand one after the other; the algorithm is that of the
  /// widest of them.
  private mutating func lowerTogether(_ group: [(node: Int, layer: Conv2d)]) {
    let (index, layer) = group[0]
    let source = value(graph.nodes[index].inputs[0])
    let size = sizes[graph.nodes[index].inputs[0]]
    let parts = group.map {
      (allocate(ChannelLanes(parts: outputParts($0.node)), sizes[$0.node]), $0)
    }
    for (value, part) in parts { values[part.node] = value }
    func geometry(outputChannels: Int) -> ConvolutionGeometry {
      ConvolutionGeometry(
        inputChannels: layer.inputChannels, outputChannels: outputChannels,
        inputHeight: size.height, inputWidth: size.width, kernelSize: layer.kernelSize,
        stride: layer.stride, padding: layer.padding)
    }
    let outputs = group.map(\.layer.outputChannels)
    append(
      group.map(\.node), group.map(\.layer.name).joined(separator: " + "),
      geometry(outputChannels: outputs.reduce(0, +)), from: source.blocks, lanes: source.lanes,
      to: BlockedValue(concatenating: parts.map { ($0.0, $0.1.layer.outputChannels) }),
      silu: layer.activation == .silu,
      choosingFor: geometry(outputChannels: outputs.max() ?? 0)
    ) {
      let weights = group.map { $0.layer.folded() }
      return (Tensor(joining: weights.map(\.filter)), Tensor(joining: weights.map(\.bias)))
    }
  }

  /// Four phases, each a 2×2 convolution of the small map to every second pixel.
  private mutating func lowerUpsampling(
    _ index: Int, _ operation: UpsamplingConvolution, _ layer: Conv2d
  ) {
    let merged = graph.nodes[index].inputs[0]
    let source = graph.nodes[merged].inputs[0]
    let input = value(source)
    let target = allocate(ChannelLanes(parts: outputParts(index)), sizes[index])
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      let geometry = ConvolutionGeometry(
        inputChannels: graph.nodes[source].channels, outputChannels: layer.outputChannels,
        inputHeight: sizes[source].height, inputWidth: sizes[source].width, phase: (row, column))
      append(
        [merged, index], "\(layer.name) (\(row), \(column))", geometry, from: input.blocks,
        lanes: input.lanes, to: target, silu: layer.activation == .silu, phase: (row, column)
      ) {
        let phase = operation.phase(row: row, column: column)
        return (phase.filter, phase.bias)
      }
    }
    values[index] = target
  }

  /// Appends a step; its filter is packed unless a plan of another size has done so.
  private mutating func append(
    _ nodes: [Int], _ name: String, _ geometry: ConvolutionGeometry,
    from input: [BlockedValue.Block]?,
    lanes: ChannelLanes, to target: BlockedValue, silu: Bool,
    residual: [BlockedValue.Block]? = nil, coarse: [BlockedValue.Block]? = nil,
    phase: (row: Int, column: Int)? = nil, gatheredPatches: Bool = false,
    choosingFor widest: ConvolutionGeometry? = nil,
    weights: () -> (filter: Tensor, bias: Tensor)
  ) {
    let algorithm = gatheredPatches ? .direct : choose(widest ?? geometry)
    let filtering = algorithm.filtering(
      kernelSize: geometry.kernelSize, stride: geometry.stride)
    let key = FilterStore.Key(
      layer: name, inputs: lanes, outputs: target.lanes, panelBlocks: kernels.panelBlocks)
    let entry = filters.entry(key) {
      let (filter, bias) = weights()
      let packed = filter.withUnsafeElements {
        PackedFilter(
          $0.pointer, inputChannels: gatheredPatches ? geometry.depth : geometry.inputChannels,
          kernelSize: gatheredPatches ? 1 : geometry.kernelSize, inputs: lanes,
          outputs: target.lanes, panelBlocks: kernels.panelBlocks, on: pool)
      }
      // One row, or four where the border has biases of its own.
      let (elements, channels) = (bias.elements, geometry.outputChannels)
      let rows = stride(from: 0, to: elements.count, by: channels)
      return FilterStore.Entry(
        filter: packed,
        bias: rows.flatMap { row in target.lanes.channels.map { $0.map { elements[row + $0] } ?? 0 }
        })
    }
    var pairs: FilterPairs?
    if !gatheredPatches && kernels.pairs(algorithm, geometry) {
      pairs = filters.pairs(key, filtering) {
        FilterPairs(
          entry.filter, filtering: filtering, inputBlocks: lanes.blocks,
          outputBlocks: target.lanes.blocks, kernels: kernels, on: pool)
      }
    }
    steps.append(
      .convolution(
        ConvolutionStep(
          nodes: nodes, name: name, geometry: geometry, algorithm: algorithm,
          filtering: filtering, pairs: pairs, input: input,
          output: target.blocks, filter: entry.filter, bias: entry.bias, silu: silu,
          residual: residual, coarse: coarse, phase: phase)))
  }

  // MARK: - What is fused

  /// The first operand of a sum whose second operand this convolution alone makes.
  private func residual(for index: Int) -> BlockedValue? {
    guard consumers[index].count == 1, let sum = consumers[index].first,
      case .add = graph.nodes[sum].operation, graph.nodes[sum].inputs[1] == index
    else { return nil }
    return value(graph.nodes[sum].inputs[0])
  }

  /// For a 1×1 convolution of `concat(upsample(a), b, …)`: the lanes of `a`, and of the rest, each with
  /// the channels that they have in the concatenation.
  private func mergedUpsample(
    _ source: Int, _ layer: Conv2d
  ) -> (coarse: BlockedValue, fine: BlockedValue)? {
    let node = graph.nodes[source]
    guard layer.kernelSize == 1, layer.stride == 1, case .concatenate = node.operation,
      node.inputs.count > 1, isUpsample(node.inputs[0]),
      !node.inputs.dropFirst().contains(where: isUpsample)
    else { return nil }
    let upsampled = node.inputs[0]
    let coarse = value(graph.nodes[upsampled].inputs[0])
    let skipped = graph.nodes[upsampled].channels
    let rest = BlockedValue(
      concatenating: node.inputs.dropFirst().map { (value($0), graph.nodes[$0].channels) })
    let fine = BlockedValue(
      blocks: rest.blocks,
      lanes: ChannelLanes(rest.lanes.channels.map { $0.map { $0 + skipped } }))
    return (coarse, fine)
  }

  /// The convolutions of one source that differ in their outputs alone, in the graph's order: they are
  /// one convolution with more outputs, and read and transform their input once.
  private func siblings(_ index: Int, _ layer: Conv2d) -> [(node: Int, layer: Conv2d)] {
    // A 1×1 convolution has nothing to prepare that it could share.
    guard layer.kernelSize > 1, residual(for: index) == nil else { return [(index, layer)] }
    return consumers[graph.nodes[index].inputs[0]].compactMap { node in
      guard case .convolution(let other) = graph.nodes[node].operation,
        other.kernelSize == layer.kernelSize, other.stride == layer.stride,
        other.activation == layer.activation, residual(for: node) == nil
      else { return nil }
      return (node, other)
    }
  }

  private func isUpsample(_ index: Int) -> Bool {
    if case .upsampleNearest = graph.nodes[index].operation { true } else { false }
  }

  /// The channels of a convolution's output in parts that start on a block of their own, so that every
  /// slice of it is whole blocks.
  private func outputParts(_ index: Int) -> [Int] {
    var cuts: Set<Int> = [0, graph.nodes[index].channels]
    for consumer in consumers[index] {
      if case .slice(let range) = graph.nodes[consumer].operation {
        cuts.formUnion([range.lowerBound, range.upperBound])
      }
    }
    let sorted = cuts.sorted()
    return zip(sorted, sorted.dropFirst()).map { $1 - $0 }
  }

  private func value(_ index: Int) -> BlockedValue {
    guard let value = values[index] else {
      preconditionFailure(
        "Lowering: \(graph.nodes[index].operation.label) can only be merged into a 1×1 convolution")
    }
    return value
  }

  /// A new buffer.
  private mutating func allocate(
    _ lanes: ChannelLanes, _ size: (height: Int, width: Int)
  ) -> BlockedValue {
    buffers.append(
      ArenaBuffer(
        blocks: lanes.blocks, height: size.height, width: size.width, birth: .max, death: -1))
    let blocks = (0..<lanes.blocks).map { BlockedValue.Block(buffer: buffers.count - 1, index: $0) }
    return BlockedValue(blocks: blocks, lanes: lanes)
  }
}
