// Goals, in this order: the decisions of torchvision's `nms`, which defines both references
// (float32 areas and IoU, compared as doubles, strictly); equal scores in the order of their
// anchors; tens of thousands of candidates in milliseconds.

import Imaging

/// The number of boxes that suppression looks at, best scores first; both references' limit.
let suppressionLimit = 30_000

/// What moves the boxes of one class away from those of another, in network pixels a class.
private let classOffset: Float = 7680

/// The indices of `candidates` by falling score, equal ones by anchor; the best 30000.
func scoreOrder(_ candidates: Candidates) -> [Int] {
  // A positive float's bits are ordered as its value, so one integer holds score and tie-break.
  var keys = candidates.scores.indices.map { index in
    UInt64(~candidates.scores[index].bitPattern) << 32 | UInt64(index)
  }
  keys.sort()
  return keys.prefix(suppressionLimit).map { Int($0 & 0xffff_ffff) }
}

/// Greedy non-maximum suppression: boxes come best first, and each is kept unless a kept one
/// overlaps it by an IoU above the limit.
///
/// A box of class c takes part shifted by 7680·c, in float32 as the references have it, so classes
/// hardly meet. Kept boxes lie in columns, so that a candidate meets eight of them at a time.
package struct Suppression {
  private let limit: Double
  /// A little under `limit`: what does not reach it needs no division.
  private let floor: Float
  private var x1: [SIMD8<Float>] = [], y1: [SIMD8<Float>] = []
  private var x2: [SIMD8<Float>] = [], y2: [SIMD8<Float>] = []
  private var areas: [SIMD8<Float>] = []
  private var count = 0

  /// Suppression of overlaps with an IoU above `limit`.
  package init(limit: Double) {
    self.limit = limit
    self.floor = Float(limit) * 0.99999
  }

  /// A kept box that overlaps another too much.
  package struct Overlap {
    /// Its place among the kept boxes, in the order in which they were kept.
    package let index: Int
    /// The intersection over the union.
    package let iou: Float
  }

  /// Keeps the box and returns true, unless a kept one overlaps it too much.
  ///
  /// Cost: kept / 8 vector steps.
  package mutating func insert(_ box: Box<ModelFrame>, classIndex: Int) -> Bool {
    suppressor(ofInserting: box, classIndex: classIndex) == nil
  }

  /// Keeps the box and returns nil, unless a kept one overlaps it too much: the best of these, then.
  ///
  /// Cost: kept / 8 vector steps.
  package mutating func suppressor(
    ofInserting box: Box<ModelFrame>, classIndex: Int
  ) -> Overlap? {
    let offset = Float(classIndex) * classOffset
    let box = Box<ModelFrame>(
      x1: box.x1 + offset, y1: box.y1 + offset, x2: box.x2 + offset, y2: box.y2 + offset)
    let area = box.area
    if mayOverlap(box, area), let overlap = firstOverlap(box, area) { return overlap }
    let (group, lane) = count.quotientAndRemainder(dividingBy: 8)
    if lane == 0 {
      // Unused lanes hold a point in the far corner, which overlaps nothing.
      let far = SIMD8<Float>(repeating: .greatestFiniteMagnitude)
      x1.append(far)
      y1.append(far)
      x2.append(far)
      y2.append(far)
      areas.append(.zero)
    }
    x1[group][lane] = box.x1
    y1[group][lane] = box.y1
    x2[group][lane] = box.x2
    y2[group][lane] = box.y2
    areas[group][lane] = area
    count += 1
    return nil
  }

  /// False where no IoU can exceed the limit: overlap ≤ floor × union for every kept box.
  private func mayOverlap(_ box: Box<ModelFrame>, _ area: Float) -> Bool {
    var excess = SIMD8<Float>.zero
    for group in areas.indices {
      let width = smaller(x2[group], box.x2) - larger(x1[group], box.x1)
      let height = smaller(y2[group], box.y2) - larger(y1[group], box.y1)
      let overlap = larger(width, 0) * larger(height, 0)
      let union = areas[group] + area - overlap
      let over = overlap - floor * union
      excess.replace(with: over, where: over .> excess)
    }
    return any(excess .> 0)
  }

  /// The decision itself, as torchvision makes it.
  private func firstOverlap(_ box: Box<ModelFrame>, _ area: Float) -> Overlap? {
    for index in 0..<count {
      let (group, lane) = (index / 8, index % 8)
      let width = max(0, min(x2[group][lane], box.x2) - max(x1[group][lane], box.x1))
      let height = max(0, min(y2[group][lane], box.y2) - max(y1[group][lane], box.y1))
      let overlap = width * height
      let iou = overlap / (areas[group][lane] + area - overlap)
      if Double(iou) > limit { return Overlap(index: index, iou: iou) }
    }
    return nil
  }

  private func smaller(_ a: SIMD8<Float>, _ b: Float) -> SIMD8<Float> {
    a.replacing(with: b, where: a .> b)
  }

  private func larger(_ a: SIMD8<Float>, _ b: Float) -> SIMD8<Float> {
    a.replacing(with: b, where: a .< b)
  }
}
