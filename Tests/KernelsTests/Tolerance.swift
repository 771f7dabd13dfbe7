import Kernels

/// How far from the definition a kernel may be: the only place where such limits stand.
enum Tolerance {
  /// Error of one output relative to Σ|x·w| + 1: a bound for sums of `depth` products in single
  /// precision, and for Winograd what was measured (14 and 7.3 for 4×4 outputs of a 3×3 filter, 26 for 5×5, 2.5 for
  /// 2×2; in pairs 12, 11, 32 and 3.3) with some room.
  ///
  /// A 2×2 filter has 28 on borders, 30 in pairs (4×4 outputs), 21 and 23 (5×5): there an output may see one tap
  /// alone, so that Σ|x·w| has one product a channel, while its rounding is that of a whole tile.
  static func convolution(_ algorithm: BlockedAlgorithm, _ geometry: ConvolutionGeometry) -> Float {
    switch algorithm {
    case .direct: Float(geometry.depth + 8) * Float.ulpOfOne / 2
    case .winograd: (geometry.kernelSize == 2 ? 40 : 20) * Float.ulpOfOne / 2
    case .winograd5x5: 40 * Float.ulpOfOne / 2
    case .winograd2x2: 4 * Float.ulpOfOne / 2
    }
  }

  /// Error of an expected bin.
  ///
  /// A bin's share is the exponential of a difference that is rounded: of logits 100 apart by up to 2⁻¹⁸,
  /// but then the share hardly counts. Shares below e⁻⁸⁷ are held there.
  static func expectedBin(_ expected: Double) -> Double { 1e-6 * expected + 1e-36 }
}
