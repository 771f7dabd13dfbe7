/// The minimal filterings that the Winograd kernels know: m×m outputs of an R×R filter at a time, with
/// fewer products than m²·R² (Lavin & Gray, arXiv 1509.09308).
///
/// All treat rows and columns alike, so each is described by one line: `reach` inputs become as many
/// transformed numbers, these are multiplied by transformed filter numbers, and `outputs` sums come back.
public enum MinimalFiltering: Sendable, CaseIterable {
  /// F(4×4, 3×3): 36 products for 144.
  case four3
  /// F(5×5, 3×3): 49 products for 225.
  case five3
  /// F(2×2, 3×3): 16 products for 36, and a filter of less than half the size.
  case two3
  /// F(4×4, 2×2): 25 products for 64.
  case four2
  /// F(5×5, 2×2): 36 products for 100.
  case five2
  /// 4×4 outputs of a 3×3 filter with stride 2: 81 products for 144.
  ///
  /// Even outputs' neighbours are odd inputs, which outer taps see, and the middle tap sees even ones:
  /// F(4, 2) on the odd inputs beside four plain products.
  case four3Strided

  /// The same for 2×2 outputs: F(2, 2) beside two plain products, 25 products for 36.
  case two3Strided

  /// R: the side of the filter.
  public var kernelSize: Int { self == .four2 || self == .five2 ? 2 : 3 }
  /// The step between outputs, in inputs.
  public var stride: Int {
    switch self {
    case .two3, .four3, .five3, .four2, .five2: 1
    case .two3Strided, .four3Strided: 2
    }
  }
  /// m: the outputs on a side of a tile.
  public var outputs: Int {
    switch self {
    case .two3, .two3Strided: 2
    case .four3, .four2, .four3Strided: 4
    case .five3, .five2: 5
    }
  }
  /// The tiles that cover so many outputs.
  public func tiles(height: Int, width: Int) -> Int {
    ((height + outputs - 1) / outputs) * ((width + outputs - 1) / outputs)
  }
  /// The inputs on a side of a tile.
  public var reach: Int { (outputs - 1) * stride + kernelSize }
  /// The different filter numbers of a line; positions from there on share the last.
  public var filters: Int { stride == 2 ? reach - outputs + 1 : reach }
  /// Floats from one place of a transformed filter to the next, for 16 input lanes a block and so many
  /// output lanes: one line more than there are numbers, since lines at a multiple of a power of two would
  /// fall into a few sets of the first-level cache.
  public static func placeStride(inputBlocks: Int, outputLanes: Int) -> Int {
    inputBlocks * 16 * outputLanes + 16
  }
}

/// Rows of places that a task transforms at a time: few enough that they stay in its core's own cache, and so
/// many that the filters are not read too often.
public let filterRowsAtOnce = 3
