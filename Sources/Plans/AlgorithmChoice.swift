import Kernels

extension BlockedAlgorithm {
  /// The algorithm for a convolution: the forced one where it applies, else the measured choice.
  ///
  /// The fewer products a filtering needs, the larger its transformed filter, and the fewer tiles a map
  /// has, the less each number of it is used. So the one with the fewest products is taken whose filter
  /// has no more than a fixed size a tile.
  static func choice(
    for geometry: ConvolutionGeometry, forced: BlockedAlgorithm?
  ) -> BlockedAlgorithm {
    if let forced { return forced.supports(geometry) ? forced : .direct }
    return [.winograd, .winograd2x2].first { $0.pays(for: geometry) } ?? .direct
  }

  /// Bytes of filter that may come on one tile.
  ///
  /// Measured in FastSAM-x at 640, whose 40×40 maps of 320 channels stand just above: 4×4 outputs there
  /// would save 8 % of the time and take 270 MB more.
  private static var bytesPerTile: Int { 100_000 }

  private func pays(for g: ConvolutionGeometry) -> Bool {
    guard let filtering = filtering(kernelSize: g.kernelSize, stride: g.stride) else {
      return false
    }
    let tiles = filtering.tiles(height: g.outputHeight, width: g.outputWidth)
    return self == .winograd2x2 || 4 * filterCount(g) <= tiles * Self.bytesPerTile
  }
}
