import Kernels

extension BlockedAlgorithm {
  /// The algorithm for a convolution: the forced one where it applies, else the measured choice.
  static func choice(
    for geometry: ConvolutionGeometry, forced: BlockedAlgorithm?
  ) -> BlockedAlgorithm {
    if let forced { return forced.supports(geometry) ? forced : .direct }
    return BlockedAlgorithm.winograd.supports(geometry) ? .winograd : .direct
  }
}
