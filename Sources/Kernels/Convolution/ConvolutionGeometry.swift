/// All sizes of one 2-d convolution: C×H×W → K×P×Q with a square filter, zero padding.
public struct ConvolutionGeometry: Sendable, Hashable {
  /// C and K.
  public let inputChannels: Int, outputChannels: Int
  /// H and W.
  public let inputHeight: Int, inputWidth: Int
  /// The side of the filter, the step, and the zeros added on each side; in pixels.
  public let kernelSize: Int, stride: Int, padding: Int

  /// The sizes of a convolution.
  ///
  /// - Precondition: at least one output pixel.
  public init(
    inputChannels: Int, outputChannels: Int, inputHeight: Int, inputWidth: Int, kernelSize: Int,
    stride: Int = 1, padding: Int = 0
  ) {
    precondition(
      inputHeight + 2 * padding >= kernelSize && inputWidth + 2 * padding >= kernelSize
        && kernelSize >= 1 && stride >= 1 && padding >= 0,
      "ConvolutionGeometry: \(kernelSize)×\(kernelSize) filter, padding \(padding), stride \(stride) "
        + "on \(inputHeight)×\(inputWidth)")
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.kernelSize = kernelSize
    self.stride = stride
    self.padding = padding
  }

  /// P.
  public var outputHeight: Int { (inputHeight + 2 * padding - kernelSize) / stride + 1 }

  /// Q.
  public var outputWidth: Int { (inputWidth + 2 * padding - kernelSize) / stride + 1 }

  /// The number of products in one output: C·R².
  public var depth: Int { inputChannels * kernelSize * kernelSize }

  /// K·P·Q·C·R².
  public var multiplyAdds: Int { outputChannels * outputHeight * outputWidth * depth }
}
