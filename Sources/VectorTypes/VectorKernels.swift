/// The vector kernels of one instruction set.
///
/// Only addresses and sizes cross this wall, so that modules built for different processors agree on
/// how they are passed.
public struct VectorKernels: Sendable {
  /// `avx512`, `avx2` or `baseline`.
  public let name: String
  /// Output blocks in one panel of a packed filter.
  public let panelBlocks: Int
  /// Whether they can make products in pairs (``PairedProducts``).
  public let canPair: Bool
  /// Transforms a panel's filters for a convolution's minimal filtering, for the input blocks in
  /// `firstBlock..<endBlock`: G g Gᵀ, in single precision.
  public let transformFilters:
    @Sendable (
      _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ firstBlock: Int, _ endBlock: Int
    ) -> Void
  /// For a panel, the sums of the filters' own pairs (``PairedProducts``), each product with its sign: for each
  /// place of the transformed filters (a 1×1 filter has one) one number an output lane.
  public let sumFilterPairs:
    @Sendable (
      _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int,
      _ target: UnsafeMutablePointer<Float>
    ) -> Void
  /// Computes a part of a convolution: by its ``BlockedConvolution/filtering``, or as it is written
  /// (any square filter and stride).
  public let convolve:
    @Sendable (UnsafePointer<BlockedConvolution>, ConvolutionPart, UnsafeMutablePointer<Float>) ->
      Void
  /// The largest value in each 5×5 window of one block; scratch as large as the block.
  public let maxPool5:
    @Sendable (
      _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
      _ scratch: UnsafeMutablePointer<Float>, _ height: Int, _ width: Int
    ) -> Void
  /// `count` vectors of x·σ(x), for tests of the approximation.
  public let silu: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  /// Weighted sums of planes, as masks are made of prototypes: target[x] = Σ weights[k]·planes[k][x].
  ///
  /// The planes lie `plane` floats apart, and `columns` is a multiple of 8. Products and sums are rounded
  /// one by one in the order of k, so that every instruction set gives the same floats.
  public let combine:
    @Sendable (
      _ planes: UnsafePointer<Float>, _ plane: Int, _ weights: UnsafePointer<Float>, _ count: Int,
      _ columns: Int, _ target: UnsafeMutablePointer<Float>
    ) -> Void
  /// Bilinear samples: target[i] = samples[first[i] − origin]·firstWeight[i] + samples[second[i] − origin]·secondWeight[i]
  /// for i < count.
  ///
  /// Both indices rise, and 32 numbers can be read from any sample. Products and sums are rounded one by one, so
  /// that every instruction set gives the same floats.
  public let stretch:
    @Sendable (
      _ samples: UnsafePointer<Float>, _ origin: Int, _ first: UnsafePointer<Int32>,
      _ second: UnsafePointer<Int32>, _ firstWeight: UnsafePointer<Float>,
      _ secondWeight: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) -> Void
  /// Bit i says whether a[i]·weightA + b[i]·weightB exceeds the threshold, for 64 floats; the same bits
  /// for every instruction set.
  public let meanBits:
    @Sendable (
      _ a: UnsafePointer<Float>, _ weightA: Float, _ b: UnsafePointer<Float>, _ weightB: Float,
      _ threshold: Float
    ) -> UInt64
  /// Transposes a matrix: target[c][r] = source[r][c].
  ///
  /// Rows lie `sourceStep` floats apart in the source and `targetStep` in the target. Fast by squares of
  /// 16×16.
  public let transpose:
    @Sendable (
      _ source: UnsafePointer<Float>, _ sourceStep: Int, _ rows: Int, _ columns: Int,
      _ target: UnsafeMutablePointer<Float>, _ targetStep: Int
    ) -> Void
  /// The expectations of distributions over bins, one a cell, `vectors` times 16 of them.
  ///
  /// target[i] = Σ k·softmax(logits[0…bins−1][i])ₖ; the rows of logits, one a bin, lie `step` floats
  /// apart. The target may be one of them.
  public let expectedBins:
    @Sendable (
      _ logits: UnsafePointer<Float>, _ bins: Int, _ step: Int, _ vectors: Int,
      _ target: UnsafeMutablePointer<Float>
    ) -> Void
  /// Replaces each of `count` numbers by σ(x) = 1 / (1 + e⁻ˣ).
  public let sigmoid: @Sendable (_ values: UnsafeMutablePointer<Float>, _ count: Int) -> Void
  /// Multiplies and adds in registers alone, so many rounds, and returns the number of multiply-adds
  /// (a factor of two short of the operations), to measure the processor's peak.
  ///
  /// The first two of 16 numbers are a factor, below one, and a term; all are what chains begin with, and
  /// are overwritten.
  public let peak: @Sendable (_ rounds: Int, _ numbers: UnsafeMutablePointer<Float>) -> Int

  /// The kernels of one instruction set.
  public init(
    name: String, panelBlocks: Int, canPair: Bool,
    transformFilters:
      @escaping @Sendable (UnsafePointer<BlockedConvolution>, Int, Int, Int) -> Void,
    sumFilterPairs:
      @escaping @Sendable (UnsafePointer<BlockedConvolution>, Int, UnsafeMutablePointer<Float>) ->
      Void,
    convolve:
      @escaping @Sendable (
        UnsafePointer<BlockedConvolution>, ConvolutionPart, UnsafeMutablePointer<Float>
      ) -> Void,
    maxPool5:
      @escaping @Sendable (
        UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int, Int
      ) -> Void,
    silu:
      @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void,
    combine:
      @escaping @Sendable (
        UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>
      ) -> Void,
    stretch:
      @escaping @Sendable (
        UnsafePointer<Float>, Int, UnsafePointer<Int32>, UnsafePointer<Int32>,
        UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>
      ) -> Void,
    meanBits:
      @escaping @Sendable (UnsafePointer<Float>, Float, UnsafePointer<Float>, Float, Float) ->
      UInt64,
    transpose:
      @escaping @Sendable (
        UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>, Int
      ) -> Void,
    expectedBins:
      @escaping @Sendable (
        UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>
      ) -> Void,
    sigmoid: @escaping @Sendable (UnsafeMutablePointer<Float>, Int) -> Void,
    peak: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Int
  ) {
    self.name = name
    self.panelBlocks = panelBlocks
    self.canPair = canPair
    self.transformFilters = transformFilters
    self.sumFilterPairs = sumFilterPairs
    self.convolve = convolve
    self.maxPool5 = maxPool5
    self.silu = silu
    self.combine = combine
    self.stretch = stretch
    self.meanBits = meanBits
    self.transpose = transpose
    self.expectedBins = expectedBins
    self.sigmoid = sigmoid
    self.peak = peak
  }
}
