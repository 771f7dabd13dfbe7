import CProcessor
import VectorKernelsAVX2
import VectorKernelsAVX512
import VectorKernelsBaseline
@_exported import VectorTypes

extension VectorKernels {
  /// The kernel sets that this processor can run, the best first.
  public static let available: [VectorKernels] = {
    var sets = [VectorKernelsBaseline.makeKernels()]
    if processor_has_avx2() { sets.insert(VectorKernelsAVX2.makeKernels(), at: 0) }
    if processor_has_avx512() { sets.insert(VectorKernelsAVX512.makeKernels(), at: 0) }
    return sets
  }()

  /// The best kernel set that this processor can run.
  public static var best: VectorKernels { available[0] }

  /// Whether products in pairs are the faster ones on this processor.
  ///
  /// They are on Zen 4, which makes a vector of 16 sums and one of 16 multiply-adds in a cycle. Others have one
  /// pair of units for both.
  public var prefersPairs: Bool { canPair && processor_adds_beside_multiplying() }

  /// Whether the products of a convolution should be made in pairs.
  public func pairs(_ algorithm: BlockedAlgorithm, _ g: ConvolutionGeometry) -> Bool {
    prefersPairs && algorithm.gainsByPairs(g)
  }
}

extension BlockedAlgorithm {
  /// Whether a convolution's products can be made in pairs (``PairedProducts``).
  ///
  /// By a minimal filtering, or 1×1 with stride 1: of larger filters the sums of the inputs' pairs would be wanted at
  /// every tap.
  public func pairs(_ g: ConvolutionGeometry) -> Bool {
    filtering(kernelSize: g.kernelSize, stride: g.stride) != nil
      || g.kernelSize == 1 && g.stride == 1
  }

  /// Whether that gains anything: for few outputs the sums of pairs cost what the pairs save.
  ///
  /// With 32 outputs a 1×1 filter gains a fifth of its time, a minimal filtering loses a twentieth.
  public func gainsByPairs(_ g: ConvolutionGeometry) -> Bool {
    pairs(g) && g.outputChannels > (g.kernelSize == 1 ? 1 : 2) * blockChannels
  }
}
