/// What a graph costs at one input size: for every node the shape of its value, the learned numbers,
/// the products and how much of the picture one of its cells sees.
///
/// It follows from the description alone: nothing is run and no weight is read.
public struct GraphCost: Sendable {
  /// One node's share.
  public struct Entry: Sendable {
    /// The node's value is 1×`channels`×`height`×`width`.
    public let channels: Int, height: Int, width: Int
    /// The learned numbers as they were trained, with a scale and a shift a channel for each norm.
    public let parameters: Int
    /// The learned numbers once norms are folded into filters and biases.
    public let foldedParameters: Int
    /// The products that the definition takes, whatever the algorithm saves; sums of biases, norms,
    /// activations, residual sums and comparisons do not count.
    public let multiplyAdds: Int
    /// The side of the square of the input, in pixels, that one cell depends on.
    ///
    /// Borders are not counted, so it may be larger than the picture. Where cells see squares of
    /// different sides (after an upsampling), the largest one.
    public let receptiveField: Int
  }

  /// The entries, one a node.
  public let entries: [Entry]

  /// The cost of `graph` for a 1×C×`height`×`width` input.
  ///
  /// - Precondition: both sizes divide by the graph's largest stride.
  public init(_ graph: Graph, height: Int, width: Int) {
    let sizes = graph.sizes(height: height, width: width)
    let coarsest = sizes.map(\.height).min() ?? height
    var views: [CellViews] = []
    entries = graph.nodes.enumerated().map { index, node in
      let size = sizes[index]
      let sources = node.inputs.map { views[$0] }
      let view = CellViews(of: node.operation, sources, period: height / coarsest)
      precondition(
        view.count == size.height / coarsest, "GraphCost: \(height)×\(width) does not divide")
      views.append(view)
      let learned = node.operation.parameters
      return Entry(
        channels: node.channels, height: size.height, width: size.width,
        parameters: learned.trained, foldedParameters: learned.folded,
        multiplyAdds: node.operation.productsPerPixel * size.height * size.width,
        receptiveField: view.widest)
    }
  }

  /// The sum over all nodes.
  public var parameters: Int { entries.reduce(0) { $0 + $1.parameters } }

  /// The sum over all nodes.
  public var foldedParameters: Int { entries.reduce(0) { $0 + $1.foldedParameters } }

  /// The sum over all nodes; twice as many floating-point operations.
  public var multiplyAdds: Int { entries.reduce(0) { $0 + $1.multiplyAdds } }
}

extension Operation {
  fileprivate var parameters: (trained: Int, folded: Int) {
    switch self {
    case .convolution(let layer): (layer.parameters, layer.foldedParameters)
    case .transposedConvolution(let layer): (layer.parameters, layer.parameters)
    case .input, .maxPool, .upsampleNearest, .concatenate, .slice, .add: (0, 0)
    }
  }

  /// Products for all channels of one output pixel.
  fileprivate var productsPerPixel: Int {
    switch self {
    case .convolution(let layer):
      layer.outputChannels * layer.inputChannels * layer.kernelSize * layer.kernelSize
    // Step and side are the same, so each output pixel is one input pixel's.
    case .transposedConvolution(let layer): layer.outputChannels * layer.inputChannels
    case .input, .maxPool, .upsampleNearest, .concatenate, .slice, .add: 0
    }
  }
}

/// Which input pixels each cell of a map depends on, along one axis and without borders.
///
/// Cells of one map may see different extents: of two that an upsampling made of one, each stands on
/// another side of what they see. But what they see repeats, moved along, with the period of the
/// coarsest map, so one period of cells tells all.
private struct CellViews {
  private let views: [Range<Int>]
  /// In input pixels.
  private let period: Int

  /// What the cells of an operation's value see, given what those of its inputs do.
  init(of operation: Operation, _ sources: [CellViews], period: Int) {
    self.period = period
    guard let source = sources.first else {
      views = (0..<period).map { $0..<$0 + 1 }
      return
    }
    switch operation {
    case .convolution(let layer):
      views = (0..<source.count / layer.stride).map { cell in
        let first = cell * layer.stride - layer.padding
        return source.view(of: first...first + layer.kernelSize - 1)
      }
    case .maxPool(let side):
      views = (0..<source.count).map { source.view(of: $0 - side / 2...$0 + side / 2) }
    case .transposedConvolution:
      views = (0..<2 * source.count).map { source.view(of: $0 / 2...$0 / 2) }
    case .upsampleNearest(let factor):
      views = (0..<factor * source.count).map { source.view(of: $0 / factor...$0 / factor) }
    case .input, .concatenate, .slice, .add:
      views = (0..<source.count).map { cell in
        sources.dropFirst().reduce(source.views[cell]) { $0.hull($1.views[cell]) }
      }
    }
  }

  /// The cells of one period.
  var count: Int { views.count }

  var widest: Int { views.map(\.count).max() ?? 0 }

  /// What a row of cells sees, which may lie outside of the period.
  private func view(of cells: ClosedRange<Int>) -> Range<Int> {
    func view(_ cell: Int) -> Range<Int> {
      let phase = ((cell % count) + count) % count
      let shift = (cell - phase) / count * period
      return views[phase].lowerBound + shift..<views[phase].upperBound + shift
    }
    return cells.reduce(view(cells.lowerBound)) { $0.hull(view($1)) }
  }
}

extension Range<Int> {
  /// The smallest range around both.
  fileprivate func hull(_ other: Range<Int>) -> Range<Int> {
    Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }
}
