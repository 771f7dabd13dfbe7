/// All sizes of one 2-d convolution: C×H×W → K×P×Q with a square filter, zero padding.
public struct ConvolutionGeometry: Sendable, Hashable {
  /// C and K.
  public let inputChannels: Int, outputChannels: Int
  /// H and W.
  public let inputHeight: Int, inputWidth: Int
  /// The side of the filter and the step, in pixels.
  public let kernelSize: Int, stride: Int
  /// The zeros before the first row and before the first column, in pixels.
  public let topPadding: Int, leftPadding: Int
  /// P and Q.
  public let outputHeight: Int, outputWidth: Int

  /// The sizes of a convolution with `padding` zeros on each side.
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
    self.topPadding = padding
    self.leftPadding = padding
    self.outputHeight = (inputHeight + 2 * padding - kernelSize) / stride + 1
    self.outputWidth = (inputWidth + 2 * padding - kernelSize) / stride + 1
  }

  /// The sizes of one phase of an upsampling convolution: a 2×2 filter, zeros on one side of the rows
  /// and one side of the columns, and as many outputs as inputs.
  ///
  /// - Parameter phase: 0 or 1 for rows and for columns; outputs of phase 0 see what lies before them
  ///   (zeros before the first), those of phase 1 what lies after.
  public init(
    inputChannels: Int, outputChannels: Int, inputHeight: Int, inputWidth: Int,
    phase: (row: Int, column: Int)
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.kernelSize = 2
    self.stride = 1
    self.topPadding = 1 - phase.row
    self.leftPadding = 1 - phase.column
    self.outputHeight = inputHeight
    self.outputWidth = inputWidth
  }

  /// The number of products in one output: C·R².
  public var depth: Int { inputChannels * kernelSize * kernelSize }

  /// K·P·Q·C·R².
  public var multiplyAdds: Int { outputChannels * outputHeight * outputWidth * depth }
}
