import Kernels

extension BlockedAlgorithm {
  /// The algorithm for a convolution: the forced one where it applies, else the one that should take the
  /// fewest cycles.
  static func choice(
    for geometry: ConvolutionGeometry, forced: BlockedAlgorithm?, kernels: VectorKernels
  ) -> BlockedAlgorithm {
    if let forced { return forced.supports(geometry) ? forced : .direct }
    func cycles(_ algorithm: BlockedAlgorithm) -> Int {
      algorithm.cycles(for: geometry, inPairs: kernels.pairs(algorithm, geometry))
    }
    return allCases.filter { $0.supports(geometry) }.min { cycles($0) < cycles($1) } ?? .direct
  }

  /// Cycles of one core, roughly, that does one vector of multiply-adds in each.
  ///
  /// The fewer products a filtering needs for a tile, the more its transforms take: those of the filters
  /// once a pass, those of the inputs for every 160 outputs. A vector of a transformed filter counts as 9
  /// cycles, three times what its instructions take, since it is written to a cache and read from there; one of an
  /// input or an output as 4. Those numbers are for a forward pass, where a layer finds some of its input in a cache.
  /// Alone and out of memory (`fastsam bench kernels`) another filtering is up to 28 % faster for a few layers, mostly
  /// of stride 2, and for which ones changes from run to run.
  private func cycles(for g: ConvolutionGeometry, inPairs: Bool) -> Int {
    let products = multiplyAdds(g) / 16 * (inPairs ? 11 : 16) / 16
    guard let filtering = filtering(kernelSize: g.kernelSize, stride: g.stride) else {
      return products
    }
    let filters = 9 * filtering.filters * filtering.filters * g.inputChannels * g.outputChannels
    let tiles = filtering.tiles(height: g.outputHeight, width: g.outputWidth)
    let channels = (g.outputChannels + 159) / 160 * g.inputChannels + g.outputChannels
    let maps = 4 * filtering.reach * filtering.reach * tiles * channels
    return products + (filters + maps) / 16
  }
}
