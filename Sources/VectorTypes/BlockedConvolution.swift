/// Channels in one block of the blocked layout: the lanes of the widest vector.
///
/// A map C×H×W is stored as ⌈C/16⌉ blocks, each H×W×16: a pixel's 16 channels are one vector, and
/// pixels are neighbours. Lanes past C hold finite numbers that meet zero weights.
public let blockChannels = 16

/// One convolution as the vector kernels see it: sizes and addresses, nothing else.
///
/// Every block of the input and of the output has an address of its own. So a concatenation is a
/// longer table and a slice of channels a shorter one: neither ever copies.
public struct BlockedConvolution {
  /// The addresses of the input's blocks, each inputHeight×inputWidth×16.
  public var input: UnsafePointer<UnsafePointer<Float>>
  /// For the first layer, the network's input as it comes, C×inputHeight×inputWidth; else nil.
  ///
  /// The lanes of the input's blocks are then its patches C×R×R, and `input` is not read.
  public var planar: UnsafePointer<Float>?
  /// C of `planar`.
  public var planarChannels: Int
  /// The input's blocks, and its size in pixels.
  public var inputBlocks: Int, inputHeight: Int, inputWidth: Int
  /// The addresses of the output's blocks, each outputHeight×outputWidth×16.
  public var output: UnsafePointer<UnsafeMutablePointer<Float>>
  /// The output's blocks, and its size in pixels (before ``pixelStep`` spreads them).
  public var outputBlocks: Int, outputHeight: Int, outputWidth: Int
  /// Whether of the one block of outputs the first lane alone is an output.
  public var hasOneOutput: Bool
  /// The side of the filter and the step, in pixels.
  public var kernelSize: Int, stride: Int
  /// The zeros before the first row and before the first column, in pixels.
  public var topPadding: Int, leftPadding: Int
  /// The minimal filtering that computes it; nil for direct convolution.
  public var filtering: MinimalFiltering?
  /// The filter's panels: for each, input block, tap, input lane, output lane.
  public var filter: UnsafePointer<Float>
  /// Room for the transformed filters of ``roundPanels`` panels, in two halves; nil where there are none, or the
  /// tasks transform them.
  public var transformed: (first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>)?
  /// The panels of a round, which are transformed together and then used.
  public var roundPanels: Int
  /// Where products are made in pairs, what that takes; nil for plain sums.
  ///
  /// Only where the kernels can (``VectorKernels/canPair``), for a minimal filtering or a 1×1 filter with
  /// stride 1.
  public var pairing: PairedProducts?
  /// For a 1×1 filter with paired products, room for the filter multiplied by their scale, which stays from one call
  /// to the next; else nil.
  ///
  /// The scale for which it was made, 0 before the first time, and 15 numbers without a meaning; then the panels.
  public var scaledFilter: UnsafeMutablePointer<Float>?
  /// outputBlocks×16 numbers that are added to every sum; where there is a ``border``, three more
  /// such rows: for its row, its column, and the pixel in both.
  public var bias: UnsafePointer<Float>
  /// The row and the column of outputs whose bias is their own, or nil.
  public var border: (row: Int, column: Int)?
  /// Whether x·σ(x) follows.
  public var silu: Bool
  /// A map of the output's size that is added after the activation, or nil.
  public var residual: UnsafePointer<UnsafePointer<Float>>?
  /// A map of half the output's height and width whose nearest upsampling is added before the
  /// activation, or nil.
  public var coarse: UnsafePointer<UnsafePointer<Float>>?
  /// Output pixel (y, x) is stored at (y·pixelStep, x·pixelStep) of a map pixelStep times as large:
  /// 2 for a phase of a transposed convolution, else 1.
  public var pixelStep: Int
  /// Whether the output is written past the caches, which is for maps that are larger than they are.
  ///
  /// Its blocks then begin on a cache line.
  public var isStreamed: Bool

  /// Whether it is 1×1 with stride 1: a product of matrices, pixels × filters, for which nothing is prepared.
  @inlinable public var isPointwise: Bool {
    filtering == nil && planar == nil && kernelSize == 1 && stride == 1
  }

  /// Whether it is a dot product for each pixel: of a tile of 16 outputs, 15 would be made in vain.
  @inlinable public var isDotProduct: Bool { hasOneOutput && isPointwise && pairing == nil }

  /// A convolution without border, residual, coarse part or spreading.
  public init(
    input: UnsafePointer<UnsafePointer<Float>>, inputBlocks: Int, inputHeight: Int,
    inputWidth: Int, output: UnsafePointer<UnsafeMutablePointer<Float>>, outputBlocks: Int,
    outputHeight: Int, outputWidth: Int, kernelSize: Int, stride: Int, topPadding: Int,
    leftPadding: Int, filter: UnsafePointer<Float>, bias: UnsafePointer<Float>, silu: Bool
  ) {
    self.input = input
    self.planar = nil
    self.planarChannels = 0
    self.inputBlocks = inputBlocks
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.output = output
    self.outputBlocks = outputBlocks
    self.hasOneOutput = false
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.kernelSize = kernelSize
    self.stride = stride
    self.topPadding = topPadding
    self.leftPadding = leftPadding
    self.filter = filter
    self.bias = bias
    self.border = nil
    self.silu = silu
    self.filtering = nil
    self.transformed = nil
    self.roundPanels = 1
    self.pairing = nil
    self.scaledFilter = nil
    self.residual = nil
    self.coarse = nil
    self.pixelStep = 1
    self.isStreamed = false
  }
}

/// Vectors in the largest register tile: 14 pixels × 2 blocks of outputs.
public let largestTile = 28

/// The part of a convolution that one task computes.
public struct ConvolutionPart {
  /// Output rows (direct), tiles in raster order (Winograd), or pixels (1×1).
  public var first: Int, end: Int
  /// Panels of the packed filter.
  public var firstPanel: Int, endPanel: Int
  /// Whether the part before, in the same scratch, was of the same rows, tiles or pixels of the same convolution:
  /// what it made of their inputs is there still. (Direct convolution, whose rows are quickly copied, makes it anew.)
  public var isPrepared = false

  /// A part of a convolution.
  public init(first: Int, end: Int, firstPanel: Int, endPanel: Int) {
    self.first = first
    self.end = end
    self.firstPanel = firstPanel
    self.endPanel = endPanel
  }

  /// Whether this panel is the first that meets the part's inputs.
  @inlinable @inline(__always) public func isFirst(_ panel: Int) -> Bool {
    panel == firstPanel && !isPrepared
  }
}
