import FastSAM
import Graphs
import Plans

/// One layer's times, or those of one of its parts.
struct LayerTimes {
  let step: Plan.StepSummary
  let times: Times
  /// Nil for what is no convolution.
  let work: LayerWork?

  var name: String { step.name }
  var algorithm: String { step.algorithm }

  /// Of the definition, whatever the algorithm really does.
  var gigaflops: Double { rate(work?.products ?? 0) }

  /// Of the multiply-adds that the algorithm does.
  var gigaflopsDone: Double { rate(work?.productsDone ?? 0) }

  /// What the kernel computes; nil for what is no convolution.
  let geometry: ConvolutionGeometry?

  /// `128→64 3×3 s1 on 80×80`.
  var shape: String { geometry?.shape ?? "" }

  private func rate(_ products: Int) -> Double { 2 * Double(products) / times.median / 1e6 }
}

extension ConvolutionGeometry {
  /// `128→64 3×3 s1 on 80×80`.
  var shape: String {
    "\(inputChannels)→\(outputChannels) \(kernelSize)×\(kernelSize) s\(stride) on "
      + "\(inputHeight)×\(inputWidth)"
  }
}

/// What one convolution has to do.
struct LayerWork {
  /// What kind of layer it is, as far as speed is concerned.
  enum Kind: String, CaseIterable {
    case winograd = "3×3, Winograd"
    case direct = "3×3, direct"
    case strided = "3×3, stride 2"
    case pointwise = "1×1"
    case merged = "transposed and 3×3 in one"
  }

  let kind: Kind
  /// The multiply-adds of the definition, and those that the algorithm does.
  let products: Int, productsDone: Int
  /// What must pass between memory and the processor if each number does so once: the input, the
  /// filter as the algorithm reads it, maps that are added, and the output.
  let bytes: Int

  /// - Parameter cost: that of `graph` at the plan's size.
  init?(_ step: Plan.StepSummary, in graph: Graph, cost: GraphCost) {
    guard let g = step.convolution(in: graph) else { return nil }
    let algorithm = BlockedAlgorithm(rawValue: step.algorithm) ?? .direct
    let isMerged = step.nodes.contains { graph.isTransposed($0) }
    let isCoarse = step.isCoarsePart
    // By definition the coarse part is upsampled first; of two layers in one this is a phase of four.
    products =
      isMerged
      ? step.nodes.reduce(0) { $0 + cost.entries[$1].multiplyAdds } / 4
      : g.multiplyAdds * (isCoarse ? 4 : 1)
    productsDone = algorithm.multiplyAdds(g)
    let output = g.outputChannels * g.outputHeight * g.outputWidth
    var count = g.inputChannels * g.inputHeight * g.inputWidth + g.depth * g.outputChannels + output
    if step.nodes.contains(where: graph.addsResidual) { count += output }
    if graph.coarseChannels(of: step.nodes[0]) != nil, !isCoarse { count += output / 4 }
    bytes = 4 * count
    kind =
      isMerged
      ? .merged
      : g.kernelSize == 1
        ? .pointwise : g.stride > 1 ? .strided : algorithm == .direct ? .direct : .winograd
  }

  /// Operations of the definition, two a multiply-add, for each byte.
  var intensity: Double { 2 * Double(products) / Double(bytes) }

  /// Operations done for each byte.
  var intensityDone: Double { 2 * Double(productsDone) / Double(bytes) }
}

extension Plan.StepSummary {
  /// True where it is the part of a 1×1 convolution that runs on the map before its upsampling.
  fileprivate var isCoarsePart: Bool { name.hasSuffix("(coarse)") }

  /// What the kernel computes: of a layer that reads an upsampled map and a fine one, each step has
  /// only the channels of its own.
  func convolution(in graph: Graph) -> ConvolutionGeometry? {
    guard let geometry, let coarse = graph.coarseChannels(of: nodes[0]) else { return geometry }
    return ConvolutionGeometry(
      inputChannels: isCoarsePart ? coarse : geometry.inputChannels - coarse,
      outputChannels: geometry.outputChannels, inputHeight: geometry.inputHeight,
      inputWidth: geometry.inputWidth, kernelSize: 1)
  }
}

extension Graph {
  /// How many of the channels that a convolution reads come from an upsampling; nil for none.
  fileprivate func coarseChannels(of index: Int) -> Int? {
    guard let source = nodes[index].inputs.first, case .concatenate = nodes[source].operation,
      let first = nodes[source].inputs.first, case .upsampleNearest = nodes[first].operation
    else { return nil }
    return nodes[first].channels
  }

  fileprivate func isTransposed(_ index: Int) -> Bool {
    if case .transposedConvolution = nodes[index].operation { true } else { false }
  }

  /// True where a sum takes this node's value as its second operand, which is added to the first
  /// while it is in registers.
  fileprivate func addsResidual(_ index: Int) -> Bool {
    nodes.contains { node in
      if case .add = node.operation { node.inputs[1] == index } else { false }
    }
  }
}

/// The steps of a plan in the order in which it runs them, on `input` or else on noise.
func layerTimes(
  _ plan: Plan, of segmenter: Segmenter, input: Tensor? = nil, runs: Int
) -> [LayerTimes] {
  let input = input ?? seededNoise(plan)
  var reports: [[Plan.StepReport]] = []
  for run in 0..<runs + 2 {
    var steps: [Plan.StepReport] = []
    plan.run {
      input.copy(to: $0, on: segmenter.pool)
    } observe: {
      steps.append($0)
    } read: { _ in
    }
    if run >= 2 { reports.append(steps) }
  }
  let graph = segmenter.network.graph
  let cost = GraphCost(graph, height: plan.height, width: plan.width)
  return reports[0].indices.map { index in
    let step = reports[0][index].step
    return LayerTimes(
      step: step, times: Times(reports.map { $0[index].time.seconds * 1000 }),
      work: LayerWork(step, in: graph, cost: cost), geometry: step.convolution(in: graph))
  }
}
