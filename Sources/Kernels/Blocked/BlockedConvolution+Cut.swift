import VectorTypes

extension BlockedConvolution {
  /// How this convolution is best cut into tasks.
  ///
  /// Depends on sizes alone, never on the number of threads, so that results do not either.
  public func grid(panelBlocks: Int) -> ConvolutionGrid {
    let panels = (outputBlocks + panelBlocks - 1) / panelBlocks
    return places == nil
      ? directGrid(panels: panels, panelBlocks: panelBlocks)
      : productGrid(panels: panels, panelBlocks: panelBlocks)
  }

  /// Every cut into tiles and panels is priced, and the cheapest taken.
  ///
  /// For a minimal filtering, or a 1×1 filter with paired products, whose tiles are pixels.
  private func productGrid(panels: Int, panelBlocks: Int) -> ConvolutionGrid {
    let total =
      filtering?.tiles(height: outputHeight, width: outputWidth) ?? outputHeight * outputWidth
    // A round's transformed filters are to stay in the shared cache.
    let bytes =
      filtering == nil ? 0 : 4 * transformedCount(panels: panels, panelBlocks: panelBlocks)
    let rounds = max(1, (bytes + 15_999_999) / 16_000_000)
    var best: (cost: Double, grid: ConvolutionGrid)?
    for step in Swift.stride(from: 12, through: 192, by: 4) {
      // If the filters are transformed twice at most, that is done where they are used.
      let transformsFilters = filtering != nil && total <= 2 * step
      let roundPanels = transformsFilters ? panels : (panels + rounds - 1) / rounds
      for panelStep in 1...roundPanels {
        let grid = ConvolutionGrid(
          total: total, step: step, panels: panels, panelStep: panelStep,
          roundPanels: roundPanels,
          // Two halves of a map are better kept apart: each core then transforms all filters, reads its half
          // and writes its half.
          groupsPanels: hasLargeFilter && !(transformsFilters && total > step),
          transformsFilters: transformsFilters)
        let cost = productCost(grid, panelBlocks: panelBlocks)
        if cost < best?.cost ?? .infinity { best = (cost, grid) }
      }
    }
    guard let best else { preconditionFailure("BlockedConvolution: no panels") }
    return best.grid
  }

  /// Cycles of one core, roughly: products, what is prepared and read more than once, and threads without work at
  /// the end.
  ///
  /// Its numbers were fitted to the times of many cuts of each 3×3 layer of s and x at 640 with 64 tiles and more, on
  /// two cores of a Zen 4, with and without a cache in common; what it takes there is in sum 1 % slower than the best
  /// of them.
  private func productCost(_ grid: ConvolutionGrid, panelBlocks: Int) -> Double {
    let places = places ?? 1
    let positions = filtering.map { $0.reach * $0.reach } ?? 1
    let blocks = Double(inputBlocks), lanes = Double(panelBlocks * 16)
    // As if all tasks had the panels of the largest.
    let roundDown = grid.rounds * grid.down
    let panels = Double((grid.panels + roundDown - 1) / roundDown * roundDown)
    // A vector of 16 products a cycle, or 16 in 11 where they are in pairs; the last register tiles of a task are
    // narrower, by which something is lost.
    let cycles = pairing == nil ? 16.0 : 11.0
    let rows = Double(grid.across * paddedTiles(grid.step) * positions)
    let products = rows * blocks * cycles * panels * Double(panelBlocks)
    // An input vector is transformed.
    let preparing = Double(grid.total * positions) * blocks * 6 * Double(grid.down)
    // What comes from the caches beside the products: some 100 bytes a cycle of the filters, for each part; some 8
    // of what a task has prepared, for each panel, if that is more than a core's own cache can hold with the rest.
    let filterBytes = Double(places) * blocks * 64 * panels * lanes
    let taskBytes = Double(grid.step * positions) * blocks * 64
    let again = max(0, taskBytes - 600_000) * panels
    let reading = Double(grid.across) * (filterBytes / 100 + again / 8)
    // A vector of filters takes 30 cycles if it is stored for all tasks, and 4 in a task; a 1×1 filter is there.
    let transforming =
      filtering == nil
      ? 0 : filterBytes / 64 * (grid.transformsFilters ? 4 * Double(grid.across) : 30)
    let work = products + preparing + transforming + reading + Double(grid.tasks) * 1000
    // The last tasks leave threads without work: two, or four of them.
    func waste(_ threads: Int) -> Double {
      Double((grid.tasks + threads - 1) / threads * threads) / Double(grid.tasks)
    }
    // And one core is slower than another, by chance: few tasks leave it alone with its last.
    return work * (0.75 * waste(2) + 0.25 * waste(4) + 0.1 / Double(grid.tasks))
  }

  /// Rows of the register tiles that so many tiles or pixels take.
  private func paddedTiles(_ count: Int) -> Int {
    let width = pairing == nil ? 14 : 12
    let tiles = (count + width - 1) / width
    return (count + 2 * tiles - 1) / (2 * tiles) * (2 * tiles)
  }

  /// Whether the filter, as the kernel reads it, is larger than the input map.
  private var hasLargeFilter: Bool {
    let places = places ?? kernelSize * kernelSize
    return planar == nil && places * outputBlocks * 256 > inputHeight * inputWidth * 16
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
    for step in 1...outputHeight {
      for panelStep in 1...panels {
        let grid = ConvolutionGrid(
          total: outputHeight, step: step, panels: panels, panelStep: panelStep,
          groupsPanels: hasLargeFilter)
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
}
