import VectorTypes

/// The tasks of one convolution: `step` rows (direct) or tiles (Winograd) by `panelStep` panels each.
///
/// Neighbouring tasks, which tend to run on one core (``ThreadPool``), share what there is more of: where
/// the map is larger than the filter the tasks of the same rows stand together, else those of the same
/// panels.
public struct ConvolutionGrid: Sendable {
  /// Rows or tiles in all, and in one task.
  public let total: Int, step: Int
  /// Filter panels in all, and in one task.
  public let panels: Int, panelStep: Int
  /// Whether tasks of the same panels are neighbours, rather than those of the same rows or tiles.
  public let groupsPanels: Bool

  /// A grid of these sizes.
  public init(total: Int, step: Int, panels: Int, panelStep: Int, groupsPanels: Bool = false) {
    self.total = total
    self.step = step
    self.panels = panels
    self.panelStep = panelStep
    self.groupsPanels = groupsPanels
  }

  /// Tasks side by side, and one above the other.
  var across: Int { (total + step - 1) / step }
  var down: Int { (panels + panelStep - 1) / panelStep }

  /// The number of tasks.
  public var tasks: Int { across * down }

  /// What task `index` computes.
  public func part(_ index: Int) -> ConvolutionPart {
    let (place, group) =
      groupsPanels ? (index % across, index / across) : (index / down, index % down)
    let (first, panel) = (place * step, group * panelStep)
    return ConvolutionPart(
      first: first, end: min(total, first + step), firstPanel: panel,
      endPanel: min(panels, panel + panelStep))
  }
}

extension BlockedConvolution {
  /// How this convolution is best cut into tasks.
  ///
  /// Depends on sizes alone, never on the number of threads, so that results do not either.
  public func grid(panelBlocks: Int) -> ConvolutionGrid {
    let panels = (outputBlocks + panelBlocks - 1) / panelBlocks
    if let filtering { return winogradGrid(filtering, panels: panels) }
    return directGrid(panels: panels, panelBlocks: panelBlocks)
  }

  /// Tiles and panels enough that a task's inputs are transformed for several panels, and its filters
  /// read for several register tiles; few enough that there are many tasks.
  ///
  /// Measured on all layers of s and x at 640, from 12 to 400 tiles and 1 to all panels: these are
  /// within 3 % of the best almost everywhere; tasks twice as large lose a tenth, on the widest layers
  /// half.
  private func winogradGrid(_ filtering: MinimalFiltering, panels: Int) -> ConvolutionGrid {
    let total = filtering.tiles(height: outputHeight, width: outputWidth)
    let step = total > 300 ? 36 : total > 48 ? 24 : 12
    let down = (panels + 4) / 5
    return ConvolutionGrid(
      total: total, step: min(step, total), panels: panels, panelStep: (panels + down - 1) / down,
      groupsPanels: hasLargeFilter(positions: filtering.filters * filtering.filters))
  }

  /// Whether the packed filter is larger than the input map.
  private func hasLargeFilter(positions: Int) -> Bool {
    planar == nil && positions * outputBlocks * 256 > inputHeight * inputWidth * 16
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
    let groupsPanels = hasLargeFilter(positions: kernelSize * kernelSize)
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
    let taskFilter = filterBytes * Double(grid.panelStep) / Double(grid.panels)
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
    let zeros = 24 * 16
    if let filtering {
      // Zeros, a patch, its half-transformed rows, and the transformed tiles of the inputs and of a panel.
      let positions = filtering.reach * filtering.reach
      let tile = positions | 1
      let vectors = 2 * positions + (inputBlocks + panelBlocks) * grid.step * tile
      // A product may read on to the end of a register tile.
      return zeros + (vectors + 12 * tile) * 16
    }
    let table = zeros + inputBlocks * 2 + kernelSize * 2 + 32 + 24 * 16
    if kernelSize == 1 && stride == 1 { return table }
    let rows = (grid.step - 1) * stride + kernelSize
    let columns = (outputWidth + (kernelSize - 1) / stride) * stride
    // A tile that is wider than what is left of its row reads up to 12 pixels further.
    let pixels = rows * columns + 12 + 16
    return table + (planar == nil ? inputBlocks * 16 * pixels : planarChannels * pixels)
  }
}
