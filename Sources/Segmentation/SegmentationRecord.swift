import Imaging
import Kernels

/// A box above the confidence, and what suppression made of it.
package struct Candidate: Sendable {
  /// The cell it comes from, numbered as in `SegmentationHead`.
  package let anchor: Int
  /// The likeliest class and its probability.
  package let classIndex: Int, score: Float
  /// In network pixels, not clipped.
  package let box: Box<ModelFrame>
  /// The kept box that overlaps it too much, if one does: its anchor, and the IoU of the two.
  package let suppressor: (anchor: Int, iou: Float)?

  init(_ detection: Detection, _ suppressor: (anchor: Int, iou: Float)?) {
    anchor = detection.anchor
    classIndex = detection.classIndex
    score = detection.score
    box = detection.box
    self.suppressor = suppressor
  }
}

/// A scene and how it came about, to be looked at.
package struct SegmentationRecord: Sendable {
  /// What `segment` gives.
  package let scene: Scene
  /// The cells above the confidence.
  package let found: Int
  /// Those that suppression looked at, best first: all, unless there were more than 30000 or enough
  /// were kept before the end.
  package let candidates: [Candidate]

  /// Runs `segment` and writes down what became of each box.
  package init(
    _ head: some SegmentationHead, letterbox: Letterbox, options: SegmentationOptions,
    on pool: ThreadPool
  ) {
    var seen: [Candidate] = []
    scene = segment(head, letterbox: letterbox, options: options, on: pool) { seen.append($0) }
    candidates = seen
    found =
      Segmentation.candidates(in: head.scoreMaps, above: Float(options.confidence))
      .anchors.count
  }

  /// The boxes that suppression kept, best first; the instances are those whose mask has a pixel.
  package var kept: [Candidate] { candidates.filter { $0.suppressor == nil } }

  /// The boxes that the one of `anchor` suppressed, best first.
  package func suppressed(by anchor: Int) -> [Candidate] {
    candidates.filter { $0.suppressor?.anchor == anchor }
  }
}
