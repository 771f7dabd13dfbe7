import VectorTypes

/// What a filter's products take to be made in pairs (``PairedProducts``), whatever the inputs are.
public final class FilterPairs: @unchecked Sendable {
  // Sendable: written by the initialiser alone.

  /// For the kernels; valid as long as this object lives.
  public let products: PairedProducts

  private let sums: UnsafeMutablePointer<Float>

  /// Sums the pairs of a packed filter.
  ///
  /// - Parameters:
  ///   - filtering: the minimal filtering that will compute the convolution; nil for a 1×1 filter.
  ///   - inputBlocks: of the filter, as it is packed; `outputBlocks` likewise.
  ///
  /// Cost: transforms the filter once.
  ///
  /// - Precondition: the kernels can pair products.
  public init(
    _ filter: PackedFilter, filtering: MinimalFiltering?, inputBlocks: Int, outputBlocks: Int,
    kernels: VectorKernels, on pool: ThreadPool
  ) {
    let panelBlocks = kernels.panelBlocks
    let places = filtering.map { $0.filters * $0.filters } ?? 1
    let lanes = outputBlocks * blockChannels
    // The sums, then a sum of squares for each panel.
    let panels = (outputBlocks + panelBlocks - 1) / panelBlocks
    sums = .allocate(capacity: places * lanes + panels)
    // Each task has its panel.
    nonisolated(unsafe) let (sums, squares) = (sums, sums + places * lanes)
    let nowhere = UnsafeMutablePointer<UnsafeMutablePointer<Float>>.allocate(capacity: 1)
    defer { nowhere.deallocate() }
    // The filter alone is read.
    var problem = BlockedConvolution(
      input: UnsafeRawPointer(nowhere).assumingMemoryBound(to: UnsafePointer<Float>.self),
      inputBlocks: inputBlocks, inputHeight: 0, inputWidth: 0, output: UnsafePointer(nowhere),
      outputBlocks: outputBlocks, outputHeight: 0, outputWidth: 0,
      kernelSize: filtering?.kernelSize ?? 1, stride: filtering?.stride ?? 1, topPadding: 0,
      leftPadding: 0, filter: filter.base, bias: filter.base, silu: false)
    problem.filtering = filtering
    withUnsafePointer(to: problem) { problem in
      nonisolated(unsafe) let problem = problem
      pool.run(panels) { panel, _ in
        let first = panel * panelBlocks
        kernels.sumFilterPairs(problem, panel, sums + first * blockChannels * places)
        let perBlock = filter.count / outputBlocks
        var square = SIMD16<Float>.zero
        for i in stride(
          from: first * perBlock, to: min(first + panelBlocks, outputBlocks) * perBlock, by: 16)
        {
          let vector = UnsafeRawPointer(filter.base + i).loadUnaligned(as: SIMD16<Float>.self)
          square += vector * vector
        }
        squares[panel] = square.sum()
      }
    }
    let square = UnsafeBufferPointer(start: squares, count: panels).reduce(0, +)
    products = PairedProducts(
      filterSize: (square / Float(filter.count)).squareRoot(), filterSums: UnsafePointer(sums))
  }

  deinit { sums.deallocate() }
}
