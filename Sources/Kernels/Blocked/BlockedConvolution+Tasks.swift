import VectorTypes

/// How a convolution is cut: its panels into rounds, and each round into tasks of some rows (direct) or
/// tiles (Winograd) by some panels each, all as equal as can be.
///
/// Neighbouring tasks, which tend to run on one core (``ThreadPool``), share what there is more of: where
/// the map is larger than the filter the tasks of the same rows stand together, else those of the same
/// panels.
public struct ConvolutionGrid: Sendable {
  /// Rows or tiles, and filter panels, in all.
  public let total: Int, panels: Int
  /// Panels in a round, but for the last.
  public let roundPanels: Int
  /// Tasks of a round side by side, and one above the other.
  let across: Int, down: Int
  /// Whether tasks of the same panels are neighbours, rather than those of the same rows or tiles.
  let groupsPanels: Bool

  /// A grid of tasks of at most `step` rows or tiles by at most `panelStep` panels.
  public init(
    total: Int, step: Int, panels: Int, panelStep: Int, roundPanels: Int? = nil,
    groupsPanels: Bool = false
  ) {
    self.total = total
    self.panels = panels
    self.roundPanels = roundPanels ?? max(1, panels)
    self.across = (total + step - 1) / step
    self.down = (min(panels, self.roundPanels) + panelStep - 1) / panelStep
    self.groupsPanels = groupsPanels
  }

  /// The number of rounds.
  public var rounds: Int { (panels + roundPanels - 1) / roundPanels }
  /// The number of tasks in a round.
  public var tasks: Int { across * down }
  /// Rows or tiles in the largest task.
  var step: Int { (total + across - 1) / max(1, across) }

  /// The panels of a round.
  public func panels(round: Int) -> Range<Int> {
    round * roundPanels..<min(panels, (round + 1) * roundPanels)
  }

  /// What task `index` of a round computes; in the last round it may be nothing.
  public func part(_ index: Int, round: Int) -> ConvolutionPart {
    let (place, group) =
      groupsPanels ? (index % across, index / across) : (index / down, index % down)
    let panels = panels(round: round)
    return ConvolutionPart(
      first: place * total / across, end: (place + 1) * total / across,
      firstPanel: panels.lowerBound + group * panels.count / down,
      endPanel: panels.lowerBound + (group + 1) * panels.count / down)
  }
}

extension BlockedConvolution {
  /// How this convolution is best cut into tasks.
  ///
  /// Depends on sizes alone, never on the number of threads, so that results do not either.
  public func grid(panelBlocks: Int) -> ConvolutionGrid {
    let panels = (outputBlocks + panelBlocks - 1) / panelBlocks
    if let filtering {
      return winogradGrid(filtering, panels: panels, panelBlocks: panelBlocks)
    }
    return directGrid(panels: panels, panelBlocks: panelBlocks)
  }

  /// Enough tiles and panels that a task's inputs are transformed for several panels, and its filters
  /// read for several register tiles; few enough that there are many tasks.
  ///
  /// A round's transformed filters are to stay in the shared cache.
  ///
  /// Measured on all layers of s and x at 640, from 12 to 400 tiles and 1 to all panels: these are
  /// within 3 % of the best almost everywhere; tasks twice as large lose a tenth, on the widest layers
  /// half.
  private func winogradGrid(
    _ filtering: MinimalFiltering, panels: Int, panelBlocks: Int
  ) -> ConvolutionGrid {
    let total = filtering.tiles(height: outputHeight, width: outputWidth)
    // One to three register tiles.
    let step = total > 300 ? 39 : total > 48 ? 26 : 13
    let roundBytes = 16_000_000
    let panelBytes = 4 * transformedCount(filtering, panels: 1, panelBlocks: panelBlocks)
    let rounds = (panels * panelBytes + roundBytes - 1) / roundBytes
    let roundPanels = (panels + rounds - 1) / rounds
    let groupsPanels = hasLargeFilter(places: filtering.filters * filtering.filters)
    // Filters are used by the core that transformed them, if several panels can be told apart.
    let panelStep = groupsPanels ? min(5, (roundPanels + 1) / 2) : 5
    return ConvolutionGrid(
      total: total, step: step, panels: panels, panelStep: panelStep, roundPanels: roundPanels,
      groupsPanels: groupsPanels)
  }

  /// Floats that the transformed filters of so many panels take.
  private func transformedCount(
    _ filtering: MinimalFiltering, panels: Int, panelBlocks: Int
  ) -> Int {
    let places = filtering.filters * filtering.filters
    return panels * places
      * MinimalFiltering.placeStride(inputBlocks: inputBlocks, outputLanes: panelBlocks * 16)
  }

  /// Floats in each half of the room for the transformed filters of a round; none for direct convolution.
  public func transformedCount(_ grid: ConvolutionGrid, panelBlocks: Int) -> Int {
    guard let filtering else { return 0 }
    return transformedCount(
      filtering, panels: (grid.roundPanels + 1) / 2, panelBlocks: panelBlocks)
  }

  /// Whether the filter, as the kernel reads it, is larger than the input map.
  private func hasLargeFilter(places: Int) -> Bool {
    planar == nil && places * outputBlocks * 256 > inputHeight * inputWidth * 16
  }

  /// Every cut into rows and panels is priced, and the cheapest taken.
  ///
  /// More rows a task reads the filter less often, more panels a task reads the input less often; few
  /// tasks leave threads idle at the end.
  private func directGrid(panels: Int, panelBlocks: Int) -> ConvolutionGrid {
    var best = (
      cost: Double.infinity,
      grid: ConvolutionGrid(total: outputHeight, step: 1, panels: panels, panelStep: panels)
    )
    let groupsPanels = hasLargeFilter(places: kernelSize * kernelSize)
    for step in 1...outputHeight {
      for panelStep in 1...panels {
        let grid = ConvolutionGrid(
          total: outputHeight, step: step, panels: panels, panelStep: panelStep,
          groupsPanels: groupsPanels)
        let cost = directCost(grid, panelBlocks: panelBlocks)
        if cost < best.cost { best = (cost, grid) }
      }
    }
    return best.grid
  }

  /// Cycles of one core, roughly: what a cut costs beyond the products themselves is what matters.
  private func directCost(_ grid: ConvolutionGrid, panelBlocks: Int) -> Double {
    // Measured on one core with AVX-512: 32 multiply-adds a cycle from registers, about 8 bytes a
    // cycle from the shared cache; half of a second-level cache of 1 MiB may be counted on.
    let cache = 480_000.0, sharedBytes = 8.0
    let taps = Double(planar == nil ? kernelSize * kernelSize : 1)
    let filterBytes = taps * Double(inputBlocks * outputBlocks * 256 * 4)
    let taskFilter = filterBytes / Double(grid.down)
    let pixels = Double(outputHeight * outputWidth)
    let spread = kernelSize == 1 ? 1 : stride * stride
    // Bytes of prepared input a row, and cycles to prepare all of it once.
    let rowBytes = Double(inputBlocks * 64 * outputWidth * spread)
    let halo = Double(kernelSize - min(stride, kernelSize)) * rowBytes / Double(stride)
    let preparing =
      kernelSize == 1 ? 0 : (rowBytes * Double(outputHeight) + Double(grid.across) * halo) / 32
    let products = pixels * taps * Double(inputBlocks * outputBlocks) * 256 / 32
    let taskInput = rowBytes * Double(grid.step)
    var traffic =
      Double(grid.across) * filterBytes + Double(grid.down) * rowBytes * Double(grid.total)
    if kernelSize == 1 {
      // Tile by tile: the panels of the task pass again for every tile.
      if taskFilter > cache { traffic += filterBytes * pixels / 12 }
    } else if taskInput > cache {
      // Panel by panel: the input of the task passes again for every panel.
      traffic += taskInput * Double(grid.across * grid.panels)
    }
    let work =
      products + preparing * Double(grid.down) + traffic / sharedBytes + Double(grid.tasks) * 500
    // The last round of tasks leaves threads without work: two and four of them, on average.
    let waste = [2, 4].reduce(0.0) { sum, threads in
      sum + Double((grid.tasks + threads - 1) / threads * threads) / Double(grid.tasks) / 2
    }
    return work * waste
  }

  /// Floats of scratch that one task of `grid` needs.
  public func scratchCount(_ grid: ConvolutionGrid, panelBlocks: Int) -> Int {
    let zeros = largestTile * 16
    if let filtering {
      // Zeros, a patch, and the transformed tiles of the inputs and of a panel.
      let positions = filtering.reach * filtering.reach
      let tile = positions | 1
      let vectors = positions + (inputBlocks + panelBlocks) * grid.step * tile
      // A product may read on to the end of a register tile.
      return zeros + (vectors + 14 * tile) * 16
    }
    let table = zeros + inputBlocks * 2 + kernelSize * 2 + 32 + largestTile * 16
    if kernelSize == 1 && stride == 1 { return table }
    let rows = (grid.step - 1) * stride + kernelSize
    let columns = (outputWidth + (kernelSize - 1) / stride) * stride
    // A tile that is wider than what is left of its row reads some pixels further.
    let pixels = rows * columns + 14 + 16
    return table + (planar == nil ? inputBlocks * 16 * pixels : planarChannels * pixels)
  }
}
