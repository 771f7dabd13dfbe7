/// The vector kernels of one instruction set.
///
/// Only addresses and sizes cross this wall, so that modules built for different processors agree on
/// how they are passed.
public struct VectorKernels: Sendable {
  /// `avx512`, `avx2` or `baseline`.
  public let name: String
  /// Output blocks in one panel of a packed filter.
  public let panelBlocks: Int
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
  /// Bit i says whether a[i]·weightA + b[i]·weightB exceeds the threshold, for 64 floats; the same bits
  /// for every instruction set.
  public let meanBits:
    @Sendable (
      _ a: UnsafePointer<Float>, _ weightA: Float, _ b: UnsafePointer<Float>, _ weightB: Float,
      _ threshold: Float
    ) -> UInt64
  /// Multiplies and adds in registers alone, so many rounds, and returns the number of multiply-adds
  /// (a factor of two short of the operations), to measure the processor's peak.
  ///
  /// The first two of 16 numbers are a factor, below one, and a term; all are what chains begin with, and
  /// are overwritten.
  public let peak: @Sendable (_ rounds: Int, _ numbers: UnsafeMutablePointer<Float>) -> Int

  /// The kernels of one instruction set.
  public init(
    name: String, panelBlocks: Int,
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
    meanBits:
      @escaping @Sendable (UnsafePointer<Float>, Float, UnsafePointer<Float>, Float, Float) ->
      UInt64,
    peak: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Int
  ) {
    self.name = name
    self.panelBlocks = panelBlocks
    self.convolve = convolve
    self.maxPool5 = maxPool5
    self.silu = silu
    self.combine = combine
    self.meanBits = meanBits
    self.peak = peak
  }
}
