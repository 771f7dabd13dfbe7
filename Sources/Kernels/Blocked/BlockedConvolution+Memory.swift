import VectorTypes

extension BlockedConvolution {
  /// Numbers of a transformed filter for a pair of channels, its places; nil where the filter is read as it is
  /// packed.
  var places: Int? {
    filtering.map { $0.filters * $0.filters } ?? (pairing == nil ? nil : 1)
  }

  /// Floats that the transformed filters of so many panels take.
  func transformedCount(panels: Int, panelBlocks: Int) -> Int {
    panels * (places ?? 0)
      * MinimalFiltering.placeStride(inputBlocks: inputBlocks, outputLanes: panelBlocks * 16)
  }

  /// Floats in each half of the room for the transformed filters of a round.
  public func transformedCount(_ grid: ConvolutionGrid, panelBlocks: Int) -> Int {
    if grid.transformsFilters { return 0 }
    return transformedCount(
      panels: grid.splitsPanels ? (grid.roundPanels + 1) / 2 : grid.roundPanels,
      panelBlocks: panelBlocks)
  }

  /// Floats of scratch that one task of `grid` needs.
  public func scratchCount(_ grid: ConvolutionGrid, panelBlocks: Int) -> Int {
    let zeros = largestTile * 16
    let ownFilters =
      grid.transformsFilters
      ? (filtering.map { filterRowsAtOnce * $0.filters } ?? 1)
        * MinimalFiltering.placeStride(inputBlocks: inputBlocks, outputLanes: panelBlocks * 16) : 0
    if let filtering {
      // Zeros, a patch, and what the products take.
      let positions = filtering.reach * filtering.reach
      return zeros + positions * 16 + ownFilters
        + productCount(
          positions: positions, tiles: grid.step, blocks: inputBlocks + panelBlocks,
          panelBlocks: panelBlocks)
    }
    if pairing != nil {
      return zeros + ownFilters
        + productCount(
          positions: 1, tiles: grid.step, blocks: panelBlocks, panelBlocks: panelBlocks)
    }
    let table = zeros + inputBlocks * 2 + kernelSize * 2 + 32 + largestTile * 16
    if kernelSize == 1 && stride == 1 { return table }
    let rows = (grid.step - 1) * stride + kernelSize
    let columns = (outputWidth + (kernelSize - 1) / stride) * stride
    // A tile that is wider than what is left of its row reads some pixels further.
    let pixels = rows * columns + 14 + 16
    return table + (planar == nil ? inputBlocks * 16 * pixels : planarChannels * pixels)
  }

  /// Floats that the products of so many tiles take.
  ///
  /// The transformed tiles of the inputs and of a panel, and their sums of pairs. A product may read on to the end
  /// of a register tile.
  private func productCount(positions: Int, tiles: Int, blocks: Int, panelBlocks: Int) -> Int {
    let vectors = (blocks * tiles + 14) * (positions | 1)
    return (vectors + panelBlocks) * 16 + (positions * (tiles + 14) + 15) / 16 * 16
  }
}
