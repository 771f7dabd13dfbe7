import Regions

/// How much of each other two regions are: COCO's intersection over union.
///
/// A crowd may hold anything: what is measured there is the part of the proposal that lies inside,
/// so the union is the proposal's own area.
enum Overlap {
  /// The overlap of two boxes; 0 where they only touch.
  static func of(_ proposal: Rectangle, _ truth: Rectangle, isCrowd: Bool) -> Double {
    let width =
      min(proposal.x + proposal.width, truth.x + truth.width) - max(proposal.x, truth.x)
    let height =
      min(proposal.y + proposal.height, truth.y + truth.height) - max(proposal.y, truth.y)
    guard width > 0, height > 0 else { return 0 }
    let both = width * height
    return both / (isCrowd ? proposal.area : proposal.area + truth.area - both)
  }

  /// The overlap of two masks of one picture.
  static func of(_ proposal: MeasuredMask, _ truth: MeasuredMask, isCrowd: Bool) -> Double {
    guard !proposal.bounds.intersection(truth.bounds).isEmpty else { return 0 }
    let both = proposal.runs.intersectionArea(truth.runs)
    guard both > 0 else { return 0 }
    return Double(both) / Double(isCrowd ? proposal.area : proposal.area + truth.area - both)
  }
}

/// A mask with what every comparison asks of it, found once.
struct MeasuredMask: Sendable {
  let runs: RunLength
  let area: Int
  let bounds: PixelRectangle

  init(_ runs: RunLength) {
    self.runs = runs
    area = runs.area
    bounds = runs.boundingRectangle ?? .empty
  }
}
