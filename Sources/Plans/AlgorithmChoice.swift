import Kernels

extension BlockedAlgorithm {
  /// The algorithm for a convolution: the forced one where it applies, else the measured choice.
  ///
  /// Winograd's products are a quarter, its filters four times as large. On the smallest maps (20×20 in
  /// a 640×640 network) a filter meets so few tiles that reading it costs most of what the products
  /// save. Measured at 640, direct there: s takes 4 % more time and 187 instead of 232 MB, x the same
  /// time and 996 instead of 1170 MB.
  static func choice(
    for geometry: ConvolutionGeometry, forced: BlockedAlgorithm?
  ) -> BlockedAlgorithm {
    if let forced { return forced.supports(geometry) ? forced : .direct }
    let isLarge = geometry.outputHeight * geometry.outputWidth >= leastPixels
    let order: [BlockedAlgorithm] = isLarge ? [.winograd, .winograd2x2] : [.winograd2x2]
    return order.first { $0.supports(geometry) } ?? .direct
  }

  private static var leastPixels: Int { 600 }
}
