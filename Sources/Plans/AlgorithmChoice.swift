import Kernels

extension BlockedAlgorithm {
  /// The algorithm for a convolution: the forced one where it applies, else the one that should take the
  /// fewest cycles.
  static func choice(
    for geometry: ConvolutionGeometry, forced: BlockedAlgorithm?
  ) -> BlockedAlgorithm {
    if let forced { return forced.supports(geometry) ? forced : .direct }
    return allCases.filter { $0.supports(geometry) }
      .min { $0.cycles(for: geometry) < $1.cycles(for: geometry) } ?? .direct
  }

  /// Cycles of one core, roughly, that does one vector of multiply-adds in each.
  ///
  /// The fewer products a filtering needs for a tile, the more its transforms take: those of the filters
  /// once a pass, those of the inputs for every 160 outputs. Measured with AVX-512: some 3 cycles for each
  /// vector of a transformed filter, 4 for each of an input or an output.
  private func cycles(for g: ConvolutionGeometry) -> Int {
    let products = multiplyAdds(g) / 16
    guard let filtering = filtering(kernelSize: g.kernelSize, stride: g.stride) else {
      return products
    }
    let filters = 3 * filtering.filters * filtering.filters * g.inputChannels * g.outputChannels
    let tiles = filtering.tiles(height: g.outputHeight, width: g.outputWidth)
    let channels = (g.outputChannels + 159) / 160 * g.inputChannels + g.outputChannels
    let maps = 4 * filtering.reach * filtering.reach * tiles * channels
    return products + (filters + maps) / 16
  }
}
