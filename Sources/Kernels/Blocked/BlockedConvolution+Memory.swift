import VectorTypes

extension BlockedConvolution {
  /// Numbers of a filter, transformed if it is to be, for a pair of channels: its places.
  ///
  /// nil for direct convolution.
  var places: Int? {
    filtering.map { $0.filters * $0.filters } ?? (isPointwise ? 1 : nil)
  }

  /// Floats that the transformed filters of so many panels take.
  func transformedCount(panels: Int, panelBlocks: Int) -> Int {
    panels * (places ?? 0)
      * MinimalFiltering.placeStride(inputBlocks: inputBlocks, outputLanes: panelBlocks * 16)
  }

  /// Whether there is a ``scaledFilter``: for a 1×1 filter with paired products.
  var hasScaledFilter: Bool { filtering == nil && pairing != nil }

  /// Floats of ``scaledFilter`` before the panels.
  static var scaledFilterHeader: Int { 16 }

  /// Floats that ``scaledFilter`` takes; 0 where there is none.
  public func scaledFilterCount(panelBlocks: Int) -> Int {
    guard hasScaledFilter else { return 0 }
    let panels = (outputBlocks + panelBlocks - 1) / panelBlocks
    return Self.scaledFilterHeader + transformedCount(panels: panels, panelBlocks: panelBlocks)
  }

  /// How many times the filters are transformed, each time for some of the workers.
  ///
  /// Two cores that share no cache take longer to pass transformed filters to each other than to transform all of
  /// them twice, if they are few. (A pass of s at 640 takes 84 ms then instead of 88; with a cache in common 72
  /// instead of 70.) Not where panels are narrow: with AVX2 the transforms take twice as long (a pass takes 1.5 % more).
  func filterCopies(_ grid: ConvolutionGrid, panelBlocks: Int, threads: Int) -> Int {
    let count = transformedCount(panels: grid.roundPanels, panelBlocks: panelBlocks)
    return threads == 2 && panelBlocks > 1 && !grid.splitsPanels && 4 * count < 7_000_000 ? 2 : 1
  }

  /// Floats that the tasks of `grid` need, on so many threads.
  public func scratchCounts(
    _ grid: ConvolutionGrid, panelBlocks: Int, threads: Int
  ) -> ScratchCounts {
    var counts = ScratchCounts()
    counts.worker = scratchCount(grid, panelBlocks: panelBlocks)
    if filtering == nil || grid.transformsFilters { return counts }
    func count(_ panels: Int) -> Int { transformedCount(panels: panels, panelBlocks: panelBlocks) }
    if grid.splitsPanels {
      counts.own = count((grid.roundPanels + 1) / 2)
    } else if filterCopies(grid, panelBlocks: panelBlocks, threads: threads) > 1 {
      counts.own = count(grid.roundPanels)
    } else {
      counts.common = count(grid.roundPanels)
    }
    return counts
  }

  /// Floats of scratch that one task of `grid` needs.
  private func scratchCount(_ grid: ConvolutionGrid, panelBlocks: Int) -> Int {
    let zeros = largestTile * 16
    if let filtering {
      // Zeros, a patch, and what the products take.
      let positions = filtering.reach * filtering.reach
      let ownFilters =
        grid.transformsFilters
        ? filterRowsAtOnce * filtering.filters
          * MinimalFiltering.placeStride(inputBlocks: inputBlocks, outputLanes: panelBlocks * 16)
        : 0
      return zeros + positions * 16 + ownFilters
        + productCount(
          positions: positions, tiles: grid.step, blocks: inputBlocks + panelBlocks,
          panelBlocks: panelBlocks)
    }
    if isDotProduct { return (inputBlocks + 1 + grid.step) * 16 }
    if isPointwise {
      return zeros
        + productCount(
          positions: 1, tiles: grid.step, blocks: panelBlocks, panelBlocks: panelBlocks)
    }
    let table = zeros + inputBlocks * 2 + kernelSize * 2 + 32 + largestTile * 16
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
    let vectors = (blocks * (tiles + 1) + 14) * (positions | 1)
    return (vectors + panelBlocks) * 16 + (positions * (tiles + 14) + 15) / 16 * 16
  }
}
