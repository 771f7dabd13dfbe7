import Kernels

/// The memory of one run of a plan: arena, scratch, and the tables of addresses that the kernels read.
///
/// Made once and used again; two runs at the same time need two. Not zeroed: what a run reads, it
/// wrote.
final class Workspace: @unchecked Sendable {
  // Sendable: a run owns its workspace alone (see `Plan.run`).

  /// The planar input C×H×W.
  let input: UnsafeMutablePointer<Float>
  let scratch: ConvolutionScratch
  /// What the kernels read, one a step.
  let problems: UnsafeMutablePointer<BlockedConvolution>

  private let arena: UnsafeMutablePointer<Float>
  private let buffers: [ArenaBuffer]
  private let tables: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let biases: UnsafeMutablePointer<Float>
  private let scaledFilters: UnsafeMutablePointer<Float>
  private let memory: UnsafeMutableRawPointer

  init(_ layout: PlanLayout, workers: Int) {
    // A tile may read some pixels past the end of a block: of the last one, past the arena.
    let slack = 16 * 16
    let counts = [
      layout.inputCount + slack, layout.biasCount, layout.scaledFiltersCount,
      layout.arenaCount + slack + ConvolutionScratch.usualGap,
      layout.scratchCounts.total(workers: workers),
    ].map { ($0 + 15) / 16 * 16 }
    memory = .allocate(byteCount: counts.reduce(0, +) * 4, alignment: 64)
    let floats = memory.bindMemory(to: Float.self, capacity: counts.reduce(0, +))
    input = floats
    biases = floats + counts[0]
    scaledFilters = biases + counts[1]
    arena = scaledFilters + counts[2]
    scratch = ConvolutionScratch(arena + counts[3], layout.scratchCounts, workers: workers)
    buffers = layout.buffers
    tables = .allocate(capacity: layout.tableCount)
    problems = .allocate(capacity: layout.steps.count)
    fillTables(layout)
  }

  deinit {
    memory.deallocate()
    tables.deallocate()
    problems.deallocate()
  }

  /// Where a block lies.
  func address(_ block: BlockedValue.Block) -> UnsafeMutablePointer<Float> {
    arena + buffers[block.buffer].offset + block.index * buffers[block.buffer].blockCount
  }

  /// Whether these blocks are more than a cache holds until they are read: 16 MB.
  ///
  /// Written past the caches they leave room for others there: a pass of s at 1024 takes 1.2 % less where the cores
  /// have a cache in common, else no less, and one of x at 640 1.5 %. With maps of 8 MB there is nothing in it.
  private func isLarge(_ blocks: [BlockedValue.Block]) -> Bool {
    blocks.reduce(0) { $0 + buffers[$1.buffer].blockCount } >= 4_000_000
  }

  private func fillTables(_ layout: PlanLayout) {
    var table = tables
    var bias = biases
    var scaledFilter = scaledFilters
    func list(
      _ blocks: [BlockedValue.Block], shiftedBy shift: Int = 0
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Float>> {
      let start = table
      for block in blocks {
        table.initialize(to: address(block) + shift)
        table += 1
      }
      return start
    }
    func readingList(_ blocks: [BlockedValue.Block]) -> UnsafePointer<UnsafePointer<Float>> {
      UnsafeRawPointer(list(blocks)).assumingMemoryBound(to: UnsafePointer<Float>.self)
    }
    for (index, step) in layout.steps.enumerated() {
      guard case .convolution(let step) = step else { continue }
      let g = step.geometry
      let shift = step.phase.map { ($0.row * 2 * g.outputWidth + $0.column) * 16 } ?? 0
      bias.update(from: step.bias, count: step.bias.count)
      var problem = BlockedConvolution(
        input: readingList(step.input ?? []), inputBlocks: step.inputBlocks,
        inputHeight: g.inputHeight, inputWidth: g.inputWidth,
        output: UnsafePointer(list(step.output, shiftedBy: shift)),
        outputBlocks: step.output.count, outputHeight: g.outputHeight, outputWidth: g.outputWidth,
        kernelSize: g.kernelSize, stride: g.stride, topPadding: g.topPadding,
        leftPadding: g.leftPadding,
        filter: step.filter.base, bias: UnsafePointer(bias), silu: step.silu)
      bias += step.bias.count
      if step.input == nil {
        problem.planar = UnsafePointer(input)
        problem.planarChannels = g.inputChannels
      }
      problem.filtering = step.filtering
      problem.hasOneOutput = g.outputChannels == 1
      problem.pairing = step.pairs?.products
      problem.isStreamed = isLarge(step.output)
      let scaledCount = problem.scaledFilterCount(panelBlocks: layout.panelBlocks)
      if scaledCount > 0 {
        scaledFilter.initialize(to: 0)
        problem.scaledFilter = scaledFilter
        scaledFilter += scaledCount
      }
      if let residual = step.residual { problem.residual = readingList(residual) }
      if let coarse = step.coarse { problem.coarse = readingList(coarse) }
      if let phase = step.phase {
        problem.pixelStep = 2
        if step.bias.count > step.output.count * blockChannels {
          problem.border = (
            phase.row * (g.outputHeight - 1), phase.column * (g.outputWidth - 1)
          )
        }
      }
      (problems + index).initialize(to: problem)
    }
  }
}

extension ConvolutionStep {
  /// Blocks that the kernel reads: of the input, or of its patches in the first layer.
  var inputBlocks: Int { input?.count ?? (geometry.depth + blockChannels - 1) / blockChannels }

  /// Entries in the tables of addresses.
  var tableCount: Int {
    (input?.count ?? 0) + output.count + (residual?.count ?? 0) + (coarse?.count ?? 0)
  }

  /// How the step is cut into tasks, and the memory that it needs.
  func tasks(
    panelBlocks: Int, threads: Int
  ) -> (grid: ConvolutionGrid, scratch: ScratchCounts, scaledFilterCount: Int) {
    // Sizes alone matter here; the addresses are never followed.
    let nowhere = UnsafeMutablePointer<UnsafeMutablePointer<Float>>.allocate(capacity: 1)
    defer { nowhere.deallocate() }
    var sizes = BlockedConvolution(
      input: UnsafeRawPointer(nowhere).assumingMemoryBound(to: UnsafePointer<Float>.self),
      inputBlocks: inputBlocks, inputHeight: geometry.inputHeight, inputWidth: geometry.inputWidth,
      output: UnsafePointer(nowhere), outputBlocks: output.count,
      outputHeight: geometry.outputHeight, outputWidth: geometry.outputWidth,
      kernelSize: geometry.kernelSize, stride: geometry.stride,
      topPadding: geometry.topPadding, leftPadding: geometry.leftPadding, filter: filter.base,
      bias: filter.base, silu: silu)
    sizes.filtering = filtering
    sizes.hasOneOutput = geometry.outputChannels == 1
    sizes.pairing = pairs?.products
    if input == nil {
      sizes.planar = filter.base
      sizes.planarChannels = geometry.inputChannels
    }
    let grid = sizes.grid(panelBlocks: panelBlocks)
    return (
      grid, sizes.scratchCounts(grid, panelBlocks: panelBlocks, threads: threads),
      sizes.scaledFilterCount(panelBlocks: panelBlocks)
    )
  }
}
