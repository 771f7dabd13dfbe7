import Segmentation

/// What somebody wants of a picture: places, rectangles and words, and what becomes of the choice.
///
/// Kinds combine as the profile says; see `Scene.select(points:boxes:texts:)`. Without any prompt
/// everything is chosen.
public struct Prompts: Sendable, Equatable {
  /// Places that wanted objects contain, or must not contain.
  public var points: [PointPrompt]
  /// Rectangles that wanted objects fill.
  public var boxes: [BoxPrompt]
  /// Words that describe wanted objects; each chooses its best one.
  public var texts: [String]
  /// Nil, or: each text chooses everything whose cosine with it exceeds this (−1…1).
  ///
  /// The cosine itself, and not a softmax over the crops as the FastSAM repository has it: that
  /// orders the same, but divides one certainty among all objects that match.
  public var textThreshold: Float?
  /// True where a text's choice is replaced by the largest object that holds nine tenths of it.
  public var picksWider = false
  /// What is done to the masks of the choice.
  public var refinement = MaskRefinement()
  /// True where each prompt gives one mask of its own, numbered in the order points, boxes, texts;
  /// each wanted point then stands alone with all unwanted ones.
  public var keepsApart = false

  /// Prompts of any kinds.
  public init(
    points: [PointPrompt] = [], boxes: [BoxPrompt] = [], texts: [String] = [],
    textThreshold: Float? = nil
  ) {
    self.points = points
    self.boxes = boxes
    self.texts = texts
    self.textThreshold = textThreshold
  }

  /// True where nothing is asked for in particular.
  public var isEmpty: Bool { points.isEmpty && boxes.isEmpty && texts.isEmpty }

  /// Each prompt alone.
  var separated: [Prompts] {
    let unwanted = points.filter { $0.label == 0 }
    let wanted = points.filter { $0.label != 0 }
    // Several kinds are for `select` to judge; here each is of one.
    let places = wanted.isEmpty && !unwanted.isEmpty ? [unwanted] : wanted.map { [$0] + unwanted }
    return places.map { with(points: $0) } + boxes.map { with(boxes: [$0]) }
      + texts.map { with(texts: [$0]) }
  }

  private func with(
    points: [PointPrompt] = [], boxes: [BoxPrompt] = [], texts: [String] = []
  ) -> Prompts {
    var prompts = self
    (prompts.points, prompts.boxes, prompts.texts) = (points, boxes, texts)
    prompts.refinement.merges = true
    prompts.keepsApart = false
    return prompts
  }
}
