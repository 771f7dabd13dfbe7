import VectorTypes

extension BlockedConvolution {
  /// How this convolution is best cut into tasks.
  ///
  /// Depends on sizes and the cache alone, never on the number of threads. No sum depends on the cut.
  ///
  /// - Parameter cache: bytes of a core's own cache.
  public func grid(panelBlocks: Int, cache: Int = MachineLimits.coreCache) -> ConvolutionGrid {
    let panels = (outputBlocks + panelBlocks - 1) / panelBlocks
    return places == nil
      ? directGrid(panels: panels, panelBlocks: panelBlocks, cache: cache)
      : productGrid(panels: panels, panelBlocks: panelBlocks, cache: cache)
  }

  /// Every cut into tiles and panels is priced, and the cheapest taken.
  ///
  /// For a minimal filtering, or a 1×1 filter, whose tiles are pixels.
  private func productGrid(panels: Int, panelBlocks: Int, cache: Int) -> ConvolutionGrid {
    let total =
      filtering?.tiles(height: outputHeight, width: outputWidth) ?? outputHeight * outputWidth
    // A round's transformed filters are to stay in the shared cache.
    let bytes =
      filtering == nil ? 0 : 4 * transformedCount(panels: panels, panelBlocks: panelBlocks)
    let rounds = max(1, (bytes + 15_999_999) / 16_000_000)
    var best: (cost: Double, grid: ConvolutionGrid)?
    var steps = Array(Swift.stride(from: 12, through: 192, by: 4))
    // And whole rows of tiles.
    if let row = tilesInRow { steps += Swift.stride(from: row, through: 192, by: row) }
    for step in steps {
      for transformsFilters in filterSources(step, of: total, panelBlocks: panelBlocks) {
        let roundPanels = transformsFilters ? panels : (panels + rounds - 1) / rounds
        for panelStep in 1...roundPanels {
          let grid = ConvolutionGrid(
            total: total, step: step, panels: panels, panelStep: panelStep,
            roundPanels: roundPanels,
            // Parts of a map are better kept apart: each core then transforms the filters, reads its part and
            // writes its part.
            groupsPanels: hasLargeFilter && !(transformsFilters && total > step),
            transformsFilters: transformsFilters)
          let cost = productCost(grid, panelBlocks: panelBlocks, cache: cache)
          if cost < best?.cost ?? .infinity { best = (cost, grid) }
        }
      }
    }
    guard let best else { preconditionFailure("BlockedConvolution: no panels") }
    return best.grid
  }

  /// How tasks of so many tiles may come by their filters: transformed by themselves (true), or before, for all (false).
  private func filterSources(_ step: Int, of total: Int, panelBlocks: Int) -> [Bool] {
    if filtering == nil { return [false] }
    // Narrow panels' transforms take longer. There two halves of a map do so, as was measured; more were not.
    return panelBlocks == 1 ? [total <= 2 * step] : [false, true]
  }

  /// Cycles of one core, roughly: products, what is prepared and read more than once, and threads without work at
  /// the end.
  ///
  /// Its numbers (``CutPrices``) were fitted to the times of many cuts of each 3×3 layer: of s at 640 and 1024 on two
  /// cores of a Zen 4 with AVX-512, where the cuts it takes are in sum 1 and 2 % slower than the best that were tried, and
  /// of s and x at 640 on two of a Zen 3 with AVX2 (3 and 6 %).
  private func productCost(
    _ grid: ConvolutionGrid, panelBlocks: Int, cache: Int
  ) -> Double {
    let places = places ?? 1
    let positions = filtering.map { $0.reach * $0.reach } ?? 1
    let blocks = Double(inputBlocks), lanes = Double(panelBlocks * 16)
    // As if all tasks had the panels of the largest.
    let roundDown = grid.rounds * grid.down
    let panels = Double((grid.panels + roundDown - 1) / roundDown * roundDown)
    // A vector of 16 products a cycle, or 16 in 11 where they are in pairs; the last register tiles of a task are
    // narrower, by which something is lost.
    let cycles = pairing == nil ? 16.0 : 11.0
    let rows = Double(
      grid.across * paddedTiles(grid.step, panelBlocks: panelBlocks) * positions)
    let products = rows * blocks * cycles * panels * Double(panelBlocks)
    let prices = CutPrices(panelBlocks: panelBlocks, isPointwise: filtering == nil)
    /// Two threads are the rule, more no exception.
    func expected(_ cost: (_ threads: Int) -> Double) -> Double { 0.75 * cost(2) + 0.25 * cost(4) }
    // An input vector is transformed, once or more often.
    let times = expected { Double(grid.preparations(threads: $0)) } / Double(grid.across)
    let preparing = Double(grid.total * positions) * blocks * prices.input * times
    // What comes from the caches beside the products: the filters, for each part; what a task has prepared, for each
    // panel, if that is more than a core's own cache can hold with the rest.
    let filterBytes = Double(places) * blocks * 64 * panels * lanes
    let taskBytes = Double(grid.step * positions) * (blocks + prices.results) * 64
    let again =
      max(0, taskBytes - Double(cache) * prices.ownCache) * prices.again
      + max(0, taskBytes - prices.share) * prices.beyondShare
    let filter =
      grid.transformsFilters ? 0 : prices.filter(of: filterBytes / Double(grid.rounds))
    let reading = Double(grid.across) * (filterBytes * filter + again * panels)
    // A 1×1 filter is there.
    let transforming =
      filtering == nil
      ? 0
      : filterBytes / 64
        * (grid.transformsFilters
          ? prices.ownFilter * Double(grid.across) : prices.commonFilter)
    let sharing = Double(sharedInputs(grid)) * blocks * prices.sharedInput * times
    let work = products + preparing + transforming + reading + sharing + Double(grid.tasks) * 1000
    // The last tasks leave threads without work.
    let waste = expected { threads in
      Double((grid.tasks + threads - 1) / threads * threads) / Double(grid.tasks)
    }
    // And one core is slower than another, by chance: few tasks leave it alone with its last.
    return work * (waste + prices.chance / Double(grid.tasks))
  }

  /// Rows of the register tiles that so many tiles or pixels take.
  private func paddedTiles(_ count: Int, panelBlocks: Int) -> Int {
    // The narrow tiles of AVX2 fit nearly every count.
    if panelBlocks == 1 { return max(4, count) }
    let widest = pairing == nil ? 14 : 12
    // As few as can be, all about equally wide, but not of every width.
    var (left, rows) = (count, 0)
    while left > 0 {
      let tiles = (left + widest - 1) / widest
      let width = (left + tiles - 1) / tiles
      let padded = width > 12 ? width : width > 10 ? 12 : width > 8 ? 10 : width > 4 ? 8 : 4
      rows += padded
      left -= padded
    }
    return rows
  }

  /// Vectors of an input block that two parts read since one ends and the other begins within a row of tiles.
  private func sharedInputs(_ grid: ConvolutionGrid) -> Int {
    guard let filtering, let row = tilesInRow else { return 0 }
    let cuts = (1..<max(1, grid.across)).count { $0 * grid.total / grid.across % row != 0 }
    return cuts * row * filtering.outputs * filtering.stride * filtering.reach
  }

  /// Tiles in a row of a minimal filtering; nil without one.
  private var tilesInRow: Int? {
    filtering.map { (outputWidth + $0.outputs - 1) / $0.outputs }
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
  private func directGrid(panels: Int, panelBlocks: Int, cache: Int) -> ConvolutionGrid {
    var best = (
      cost: Double.infinity,
      grid: ConvolutionGrid(total: outputHeight, step: 1, panels: panels, panelStep: panels)
    )
    for step in 1...outputHeight {
      for panelStep in 1...panels {
        let grid = ConvolutionGrid(
          total: outputHeight, step: step, panels: panels, panelStep: panelStep,
          groupsPanels: hasLargeFilter)
        let cost = directCost(grid, panelBlocks: panelBlocks, cache: cache)
        if cost < best.cost { best = (cost, grid) }
      }
    }
    return best.grid
  }

  /// Cycles of one core, roughly: what a cut costs beyond the products themselves is what matters.
  private func directCost(
    _ grid: ConvolutionGrid, panelBlocks: Int, cache: Int
  ) -> Double {
    // Measured on one core with AVX-512: 32 multiply-adds a cycle from registers, about 8 bytes a
    // cycle from the shared cache; nearly half of a core's own cache may be counted on.
    let cache = 0.46 * Double(cache), sharedBytes = 8.0
    let taps = Double(planar == nil ? kernelSize * kernelSize : 1)
    let filterBytes = taps * Double(inputBlocks * outputBlocks * 256 * 4)
    let pixels = Double(outputHeight * outputWidth)
    let spread = stride * stride
    // Bytes of prepared input a row, and cycles to prepare all of it once.
    let rowBytes = Double(inputBlocks * 64 * outputWidth * spread)
    let halo = Double(kernelSize - min(stride, kernelSize)) * rowBytes / Double(stride)
    let preparing = (rowBytes * Double(outputHeight) + Double(grid.across) * halo) / 32
    let products = pixels * taps * Double(inputBlocks * outputBlocks) * 256 / 32
    let taskInput = rowBytes * Double(grid.step)
    var traffic =
      Double(grid.across) * filterBytes + Double(grid.down) * rowBytes * Double(grid.total)
    if taskInput > cache {
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

/// What a cut costs beside its products, in cycles of one core.
private struct CutPrices {
  /// To read a byte of filters that were transformed for all.
  private let filter: Double
  /// The same in addition where a round's filters are more than ``sharedFilters`` bytes, and do not stay in the cache
  /// that cores have in common: in it are maps, too, and on shared machines what strangers compute.
  private let distantFilter: Double
  private let sharedFilters = 8e6
  /// To read again a byte of what a task has prepared, from the cache that cores have in common, where it is more than
  /// ``ownCache`` of a core's own; and in addition each byte beyond ``share``, since other cores want room there.
  let again: Double, beyondShare: Double
  let ownCache: Double, share: Double
  /// Blocks for which a panel's sums and outputs count, beside the inputs' blocks that a task has prepared.
  let results: Double
  /// To transform a vector of inputs, one of filters in a task, and one of filters for all tasks.
  let input: Double, ownFilter: Double, commonFilter: Double
  /// To read a vector of inputs that another part reads, too.
  let sharedInput: Double
  /// By which part a single task takes longer than planned.
  let chance: Double

  /// As fitted for the kernels with wide panels (AVX-512, Zen 4), or narrow ones (AVX2, Zen 3).
  init(panelBlocks: Int, isPointwise: Bool) {
    if panelBlocks == 1 {
      (filter, distantFilter) = (1 / 30.0, 0)
      (again, beyondShare, ownCache, share) = (1 / 8.0, 1 / 4.0, 4 / 7.0, 3e6)
      (results, sharedInput) = (0, 0)
      (input, ownFilter, commonFilter, chance) = (6, 6.1, 30, 0.1)
    } else if isPointwise {
      (filter, distantFilter) = (1 / 100.0, 1 / 25.0)
      (again, beyondShare, ownCache, share) = (1 / 32.0, 1 / 8.0, 4 / 7.0, 3e6)
      (results, sharedInput) = (0, 0)
      (input, ownFilter, commonFilter, chance) = (10, 0, 0, 0.2)
    } else {
      (filter, distantFilter) = (1 / 140.0, 1 / 50.0)
      (again, beyondShare, ownCache, share) = (1 / 32.0, 1 / 6.0, 3 / 7.0, 5e6)
      (results, sharedInput) = (4, 1)
      (input, ownFilter, commonFilter, chance) = (10, 7, 36, 0.15)
    }
  }

  /// To read a byte of a round's filters, which are so many bytes.
  func filter(of bytes: Double) -> Double {
    filter + (bytes > sharedFilters ? distantFilter : 0)
  }
}
