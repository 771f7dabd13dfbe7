import Tensors

/// What the segmentation head says on one level of the pyramid, before any decoding.
public struct HeadLevel: Sendable {
  /// Network pixels a cell: 8, 16 or 32.
  public let stride: Int
  /// 1×4R×h×w: for each side (left, top, right, bottom) the logits of a distribution over R bins.
  public let boxes: Tensor
  /// 1×nc×h×w class logits.
  public let scores: Tensor
  /// 1×32×h×w mask coefficients.
  public let coefficients: Tensor

  /// One level of the head's output.
  public init(stride: Int, boxes: Tensor, scores: Tensor, coefficients: Tensor) {
    self.stride = stride
    self.boxes = boxes
    self.scores = scores
    self.coefficients = coefficients
  }
}

/// All that one forward pass gives for an H×W input.
public struct HeadOutput: Sendable {
  /// The levels P3, P4, P5.
  public let levels: [HeadLevel]
  /// 1×32×H/4×W/4 mask prototypes.
  public let prototypes: Tensor

  /// The output of one forward pass.
  public init(levels: [HeadLevel], prototypes: Tensor) {
    self.levels = levels
    self.prototypes = prototypes
  }
}
