import VectorTypes

extension BlockedConvolution {
  /// How this convolution is cut into tasks: `step` rows (direct) or tiles (Winograd) by
  /// `panelStep` panels each. Depends on sizes alone, never on the number of threads.
  public func grid(_ algorithm: BlockedAlgorithm, panelBlocks: Int) -> ConvolutionGrid {
    let panels = (outputBlocks + panelBlocks - 1) / panelBlocks
    let total: Int
    var step: Int
    switch algorithm {
    case .direct:
      // Input rows of a task should stay in the second-level cache beside a panel of the filter.
      total = outputHeight
      let spread = planar == nil ? stride * stride : 1
      let rowFloats = inputBlocks * 16 * outputWidth * spread
      step = max(1, min(total, 98_304 / max(1, rowFloats)))
    case .winograd:
      // The transformed tiles of a task take 36·C floats each: 112 k floats are 450 kB.
      total = ((outputHeight + 3) / 4) * ((outputWidth + 3) / 4)
      step = max(12, 114_688 / (36 * 16 * inputBlocks) / 12 * 12)
    }
    // At least 12 tasks where that can be had, so that two to eight threads share evenly; more
    // panels a task save repeated packing and transforming.
    step = min(step, max(1, (total + 1) / 2))
    var panelStep = panels
    while panelStep > 1 && ((total + step - 1) / step) * ((panels + panelStep - 1) / panelStep) < 12
    {
      panelStep = (panelStep + 1) / 2
    }
    return ConvolutionGrid(total: total, step: step, panels: panels, panelStep: panelStep)
  }

  /// Floats of scratch that one task of `grid` needs.
  public func scratchCount(
    _ algorithm: BlockedAlgorithm, _ grid: ConvolutionGrid, panelBlocks: Int
  ) -> Int {
    switch algorithm {
    case .direct:
      let rows = (grid.step - 1) * stride + kernelSize
      // A tile that is wider than what is left of its row reads up to 12 pixels further.
      let columns = (outputWidth + (kernelSize - 1) / stride) * stride
      return inputBlocks * 2 + 16 + (inputBlocks * rows * columns + 12 + 16) * 16
    case .winograd:
      let v = 36 * (inputBlocks * grid.step + 1)
      let m = 36 * (panelBlocks * grid.step + 1) + 2 * grid.step
      return (v + m + 12 + 80) * 16
    }
  }
}

/// The tasks of one convolution.
public struct ConvolutionGrid: Sendable {
  /// Rows or tiles in all, and in one task.
  public let total: Int, step: Int
  /// Filter panels in all, and in one task.
  public let panels: Int, panelStep: Int

  /// A grid of these sizes.
  public init(total: Int, step: Int, panels: Int, panelStep: Int) {
    self.total = total
    self.step = step
    self.panels = panels
    self.panelStep = panelStep
  }

  private var across: Int { (total + step - 1) / step }

  /// The number of tasks.
  public var tasks: Int { across * ((panels + panelStep - 1) / panelStep) }

  /// What task `index` computes.
  public func part(_ index: Int) -> ConvolutionPart {
    let first = index % across * step
    let panel = index / across * panelStep
    return ConvolutionPart(
      first: first, end: min(total, first + step), firstPanel: panel,
      endPanel: min(panels, panel + panelStep))
  }
}
