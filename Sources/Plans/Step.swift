import Kernels

/// One thing that a plan does when it runs.
enum Step {
  case convolution(ConvolutionStep)
  case maxPool(MaxPoolStep)

  /// The blocks that it reads and those that it writes.
  var reads: [BlockedValue.Block] {
    switch self {
    case .convolution(let step):
      (step.input ?? []) + (step.residual ?? []) + (step.coarse ?? [])
    case .maxPool(let step): step.input
    }
  }

  var writes: [BlockedValue.Block] {
    switch self {
    case .convolution(let step): step.output
    case .maxPool(let step): step.output
    }
  }
}

/// A convolution with everything that follows it, or a phase of a transposed one.
struct ConvolutionStep {
  /// The graph's nodes that it computes, alone or with other steps.
  let nodes: [Int]
  let name: String
  let geometry: ConvolutionGeometry
  let algorithm: BlockedAlgorithm
  let filtering: MinimalFiltering?
  /// Where its products are made in pairs, what that takes.
  let pairs: FilterPairs?
  /// nil: the network's planar input.
  let input: [BlockedValue.Block]?
  let output: [BlockedValue.Block]
  let filter: PackedFilter
  /// One number an output lane; four such rows where the border has biases of its own
  /// (``UpsamplingConvolution``).
  let bias: [Float]
  let silu: Bool
  var residual: [BlockedValue.Block]?
  var coarse: [BlockedValue.Block]?
  /// For a phase of a transposed convolution: where in each 2×2 patch its outputs go.
  var phase: (row: Int, column: Int)?
}

/// 5×5 max-pooling with stride 1, block by block.
struct MaxPoolStep {
  /// The graph's node that it computes.
  let node: Int
  let height: Int, width: Int
  let input: [BlockedValue.Block]
  let output: [BlockedValue.Block]
}
