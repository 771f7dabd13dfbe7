import Imaging

/// A box that survived, with where it came from.
struct Detection: Sendable {
  let anchor: Int
  var classIndex: Int
  let score: Float
  /// In network pixels, not clipped.
  var box: Box<ModelFrame>
}

/// The detections of a head, best first: candidates above the confidence, the best 30000 of them
/// freed of duplicates, at most `maximumDetections`.
///
/// Boxes are decoded in that order and only until enough are kept: at a confidence of 0.001 most
/// candidates never need theirs. A box that is not a number, as broken weights may give, is no
/// detection.
///
/// - Parameter observe: told of every box that was decoded, best first, and what became of it.
func detections(
  in head: some SegmentationHead, options: SegmentationOptions,
  observe: ((Candidate) -> Void)? = nil
) -> [Detection] {
  let maps = head.scoreMaps, grid = AnchorGrid(maps)
  let candidates = candidates(in: maps, above: Float(options.confidence))
  let order = scoreOrder(candidates)
  var suppression = Suppression(limit: options.iou)
  var detections: [Detection] = []
  var start = 0
  while start < order.count {
    // As many as may still be kept: what is computed beyond is for nothing. In small batches it is slow.
    let size = min(max(64, options.maximumDetections - detections.count), 1024)
    let batch = order[start..<min(start + size, order.count)]
    start = batch.endIndex
    let boxes = decodeBoxes(of: batch.map { candidates.anchors[$0] }, from: head, grid: grid)
    for (index, box) in zip(batch, boxes) where box.area.isFinite {
      if detections.count == options.maximumDetections { return detections }
      let classIndex = candidates.classes[index]
      let overlap = suppression.suppressor(ofInserting: box, classIndex: classIndex)
      let detection = Detection(
        anchor: candidates.anchors[index], classIndex: classIndex,
        score: candidates.scores[index], box: box)
      observe?(Candidate(detection, overlap.map { (detections[$0.index].anchor, $0.iou) }))
      if overlap == nil { detections.append(detection) }
    }
  }
  return detections
}
