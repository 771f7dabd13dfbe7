/// What is compared.
public enum Measure: String, Sendable, CaseIterable {
  /// Boxes.
  case boxes
  /// Pixels.
  case masks
}

/// Which annotations count, by the area that the file gives them (COCO: 32² and 96² pixels).
public enum SizeRange: String, Sendable, CaseIterable {
  /// Every annotation.
  case all
  /// Up to 32² pixels.
  case small
  /// From 32² to 96² pixels.
  case medium
  /// From 96² pixels.
  case large

  /// The areas in pixels; those between two ranges belong to both, as in COCO's own evaluation.
  var areas: ClosedRange<Double> {
    switch self {
    case .all: 0...1e10
    case .small: 0...1024
    case .medium: 1024...9216
    case .large: 9216...1e10
    }
  }
}

/// The constants of COCO's detection evaluation, with the proposal counts of the FastSAM paper.
///
/// - SeeAlso: https://cocodataset.org/#detection-eval; J. Hosang et al., "What makes for effective
///   detection proposals?", arXiv 1502.05082 (average recall).
public enum EvaluationProtocol {
  /// .50, .55, … .95: bit for bit what NumPy's `linspace` gives, since overlaps of exactly a half or
  /// three quarters are common.
  public static let overlaps: [Double] = evenly(from: 0.5, to: 0.95, count: 10)
  /// How many of a picture's best proposals count.
  public static let limits = [1, 10, 100, 1000]
  /// The limit at which precision is measured.
  public static let precisionLimit = 100
  /// 0, .01, … 1: where precision is read off.
  static let recalls: [Double] = evenly(from: 0, to: 1, count: 101)

  private static func evenly(from start: Double, to end: Double, count: Int) -> [Double] {
    let step = (end - start) / Double(count - 1)
    return (0..<count).map { $0 == count - 1 ? end : Double($0) * step + start }
  }
}
