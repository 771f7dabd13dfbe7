/// What `segment` keeps, and whose rules it follows.
public struct SegmentationOptions: Sendable, Equatable {
  /// Detections must score above this probability, compared in float32.
  public var confidence: Double
  /// A detection that overlaps a better one by more than this IoU is dropped.
  public var iou: Double
  /// The best so many detections are kept.
  public var maximumDetections: Int
  /// Whose geometry and prompt rules.
  public var profile: Profile
  /// The masks' size.
  public var masks: MaskSize

  /// The options; the defaults are those of the FastSAM repository's command.
  public init(
    confidence: Double = 0.4, iou: Double = 0.9, maximumDetections: Int = 300,
    profile: Profile = .ultralytics, masks: MaskSize = .full
  ) {
    self.confidence = confidence
    self.iou = iou
    self.maximumDetections = maximumDetections
    self.profile = profile
    self.masks = masks
  }
}
