import Kernels

/// How far from the definition a kernel may be: the only place where such limits stand.
enum Tolerance {
  /// Error of one output relative to Σ|x·w| + 1: a bound for sums of `depth` products in single
  /// precision, and for Winograd what was measured (14, 9 and 5 for its three filterings of 4×4 outputs,
  /// 1.9 and 2.4 for the two of 2×2) with some room.
  static func convolution(_ algorithm: BlockedAlgorithm, depth: Int) -> Float {
    switch algorithm {
    case .direct: Float(depth + 8) * Float.ulpOfOne / 2
    case .winograd: 20 * Float.ulpOfOne / 2
    case .winograd2x2: 4 * Float.ulpOfOne / 2
    }
  }
}
