import Imaging

/// A box that survived, with where it came from.
struct Detection: Sendable {
  let anchor: Int
  let classIndex: Int
  let score: Float
  /// In network pixels, not clipped.
  var box: Box<ModelFrame>
}

/// The detections of a head, best first: candidates above the confidence, the best 30000 of them
/// decoded, duplicates suppressed.
///
/// A box that is not a number, as broken weights may give, is no detection.
func detections(in head: some SegmentationHead, options: SegmentationOptions) -> [Detection] {
  let candidates = candidates(in: head.scoreMaps, above: Float(options.confidence))
  let order = scoreOrder(candidates)
  let boxes = decodeBoxes(of: order.map { candidates.anchors[$0] }, from: head)
  let usable = order.indices.filter { boxes[$0].area.isFinite }
  let kept = suppress(
    usable.map { boxes[$0] }, classes: usable.map { candidates.classes[order[$0]] },
    limit: options.iou, maximum: options.maximumDetections)
  return kept.map { position in
    let index = order[usable[position]]
    return Detection(
      anchor: candidates.anchors[index], classIndex: candidates.classes[index],
      score: candidates.scores[index], box: boxes[usable[position]])
  }
}
