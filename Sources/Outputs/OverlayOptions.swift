import Segmentation

/// How the overlay looks, and what else is drawn on it.
public struct OverlayOptions: Sendable, Equatable {
  /// How much of a mask's colour covers the picture, 0…1.
  public var opacity: Double = 0.45
  /// True where the visible borders of masks are drawn.
  public var contours = true
  /// True where each instance's box is drawn.
  public var boxes = false
  /// True where each instance's score is written at its box's corner.
  public var scores = false
  /// The points that were asked for: green where wanted, red where not.
  public var pointPrompts: [PointPrompt] = []
  /// The boxes that were asked for, white.
  public var boxPrompts: [BoxPrompt] = []

  /// The texts that were asked for, written in the top-left corner.
  public var textPrompts: [String] = []

  /// Masks in colour with their contours, and nothing else.
  public init() {}
}
