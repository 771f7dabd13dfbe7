import Checkpoints
import Kernels
import Tensors

/// A convolution, with the batch norm and the activation that follow it.
///
/// It holds handles to weights in a checkpoint; ``folded()`` reads them and makes one filter and one
/// bias of convolution and norm.
public struct Conv2d: Sendable {
  /// The key of its weights in the checkpoint, `model.2.cv1`.
  public let name: String
  /// C and K.
  public let inputChannels: Int, outputChannels: Int
  /// The side of the filter, the step, and the zeros added on each side; in pixels.
  public let kernelSize: Int, stride: Int, padding: Int
  /// What follows the sum.
  public let activation: Activation

  private let weight: WeightTensor
  private let bias: WeightTensor?
  private let norm: BatchNorm?

  /// The convolution whose `weight` (K×C×R×R) and, where `hasBias`, `bias` (K) stand in `weights`,
  /// followed by the norm in `norm`, if any.
  ///
  /// Padding keeps the size (R / 2).
  ///
  /// - Throws: `CheckpointError` where a tensor is missing or of another shape.
  public init(
    weights: WeightScope, norm: WeightScope?, hasBias: Bool, inputChannels: Int,
    outputChannels: Int, kernelSize: Int, stride: Int, activation: Activation, name: String
  ) throws(CheckpointError) {
    self.name = name
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernelSize = kernelSize
    self.stride = stride
    self.padding = kernelSize / 2
    self.activation = activation
    self.weight = try weights.tensor(
      "weight", shape: [outputChannels, inputChannels, kernelSize, kernelSize])
    self.bias = hasBias ? try weights.tensor("bias", shape: [outputChannels]) : nil
    if let norm {
      self.norm = try BatchNorm(weights: norm, channels: outputChannels)
    } else {
      self.norm = nil
    }
  }

  /// N×C×H×W → N×K×P×Q.
  ///
  /// - Precondition: `x` has C channels.
  public func callAsFunction(_ x: FeatureMap) -> FeatureMap {
    precondition(
      x.channels == inputChannels, "\(name): \(x.channels) channels, not \(inputChannels)")
    return x.builder.append(.convolution(self), inputs: [x], channels: outputChannels)
  }

  /// All sizes for an H×W input.
  public func geometry(height: Int, width: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(
      inputChannels: inputChannels, outputChannels: outputChannels, inputHeight: height,
      inputWidth: width, kernelSize: kernelSize, stride: stride, padding: padding)
  }

  /// The filter K×C×R×R and the bias K that do convolution and norm in one.
  ///
  /// Computed in Double and rounded once. Cost: reads the weights; nothing is kept.
  public func folded() -> (filter: Tensor, bias: Tensor) {
    var filter = weight.floats()
    var bias = self.bias?.floats() ?? Tensor([outputChannels])
    guard let norm else { return (filter, bias) }
    let (scale, shift) = norm.scaleAndShift()
    let depth = inputChannels * kernelSize * kernelSize
    filter.withUnsafeMutableElements { filter in
      for k in 0..<outputChannels {
        for i in k * depth..<(k + 1) * depth { filter[i] = Float(Double(filter[i]) * scale[k]) }
      }
    }
    bias.withUnsafeMutableElements { bias in
      for k in 0..<outputChannels { bias[k] = Float(Double(bias[k]) * scale[k] + shift[k]) }
    }
    return (filter, bias)
  }

  /// The number of learned numbers, before folding (a norm has a scale and a shift a channel).
  public var parameters: Int {
    outputChannels * inputChannels * kernelSize * kernelSize
      + (bias == nil ? 0 : outputChannels) + (norm == nil ? 0 : 2 * outputChannels)
  }

  /// The number of learned numbers in ``folded()``'s filter and bias.
  public var foldedParameters: Int {
    outputChannels * (inputChannels * kernelSize * kernelSize + 1)
  }
}

/// Batch normalisation at inference (arXiv 1502.03167): a scale and a shift a channel.
struct BatchNorm: Sendable {
  /// YOLOv8's ε, not PyTorch's usual 1e-5.
  static let epsilon = 1e-3

  private let weight: WeightTensor, bias: WeightTensor
  private let mean: WeightTensor, variance: WeightTensor

  init(weights: WeightScope, channels: Int) throws(CheckpointError) {
    self.weight = try weights.tensor("weight", shape: [channels])
    self.bias = try weights.tensor("bias", shape: [channels])
    self.mean = try weights.tensor("running_mean", shape: [channels])
    self.variance = try weights.tensor("running_var", shape: [channels])
  }

  /// y = scale·x + shift, with scale = γ / √(σ² + ε) and shift = β − μ·scale.
  func scaleAndShift() -> (scale: [Double], shift: [Double]) {
    let (gamma, beta) = (weight.floats().elements, bias.floats().elements)
    let (mean, variance) = (self.mean.floats().elements, self.variance.floats().elements)
    let scale = zip(gamma, variance).map { Double($0) / (Double($1) + Self.epsilon).squareRoot() }
    let shift = scale.indices.map { Double(beta[$0]) - Double(mean[$0]) * scale[$0] }
    return (scale, shift)
  }
}

/// A transposed convolution, 2×2 with stride 2, no norm, no activation: doubles height and width.
public struct ConvTranspose2d: Sendable {
  /// The key of its weights in the checkpoint.
  public let name: String
  /// C and K.
  public let inputChannels: Int, outputChannels: Int

  private let weight: WeightTensor
  private let bias: WeightTensor

  /// The layer whose `weight` (C×K×2×2, input channels first) and `bias` (K) stand in `weights`.
  ///
  /// - Throws: `CheckpointError` where a tensor is missing or of another shape.
  public init(
    weights: WeightScope, inputChannels: Int, outputChannels: Int, name: String
  ) throws(CheckpointError) {
    self.name = name
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.weight = try weights.tensor("weight", shape: [inputChannels, outputChannels, 2, 2])
    self.bias = try weights.tensor("bias", shape: [outputChannels])
  }

  /// N×C×H×W → N×K×2H×2W.
  ///
  /// - Precondition: `x` has C channels.
  public func callAsFunction(_ x: FeatureMap) -> FeatureMap {
    precondition(
      x.channels == inputChannels, "\(name): \(x.channels) channels, not \(inputChannels)")
    return x.builder.append(.transposedConvolution(self), inputs: [x], channels: outputChannels)
  }

  /// The filter C×K×2×2 and the bias K.
  public func weights() -> (filter: Tensor, bias: Tensor) { (weight.floats(), bias.floats()) }

  /// The number of learned numbers.
  public var parameters: Int { 4 * inputChannels * outputChannels + outputChannels }
}
