/// How a picture is fitted into a network input: scaled with its proportions kept, then padded.
///
/// Everything about the fit is decided here and nowhere else: `render` makes the input,
/// `imageBox` and `modelBox` translate between the two frames, and `maskCrop` says which part of
/// the prototypes is the picture.
///
/// - SeeAlso: `LetterBox` of both reference systems; the arithmetic is theirs to the last rounding.
public struct Letterbox: Sendable, Equatable {
  /// How much padding there is.
  public enum Padding: Sendable, Equatable {
    /// What remains of the full padding modulo `stride`, so that a target that is a multiple of it
    /// shrinks to a smaller multiple: what both reference systems use on single pictures.
    case minimal(stride: Int)
    /// Up to the whole target: what a batch of different shapes or a fixed-size export needs.
    case full
  }

  /// The picture's size in pixels.
  public let imageWidth: Int, imageHeight: Int
  /// The scaled picture's size in network pixels.
  public let contentWidth: Int, contentHeight: Int
  /// The padding in network pixels; an odd pixel goes to the right and the bottom.
  public let left: Int, top: Int, right: Int, bottom: Int

  /// The network input's width.
  public var width: Int { left + contentWidth + right }
  /// The network input's height.
  public var height: Int { top + contentHeight + bottom }

  /// The fit of an `imageWidth`×`imageHeight` picture into `targetWidth`×`targetHeight`.
  ///
  /// The scale is `r = min(targetHeight / imageHeight, targetWidth / imageWidth)`, above 1 too; each
  /// side becomes `round(side * r)`, half to even, at least 1.
  ///
  /// - Precondition: all sizes are at least 1.
  public init(
    imageWidth: Int, imageHeight: Int, targetHeight: Int, targetWidth: Int,
    padding: Padding = .minimal(stride: 32)
  ) {
    precondition(
      imageWidth > 0 && imageHeight > 0 && targetHeight > 0 && targetWidth > 0,
      "Letterbox: \(imageWidth)×\(imageHeight) into \(targetWidth)×\(targetHeight)")
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    let scale = min(
      Double(targetHeight) / Double(imageHeight), Double(targetWidth) / Double(imageWidth))
    contentWidth = max(rounded(Double(imageWidth) * scale), 1)
    contentHeight = max(rounded(Double(imageHeight) * scale), 1)

    func halves(_ target: Int, _ content: Int) -> (Int, Int) {
      var space = target - content
      if case .minimal(let stride) = padding { space %= stride }
      let half = Double(space) / 2
      return (rounded(half - 0.1), rounded(half + 0.1))
    }
    (left, right) = halves(targetWidth, contentWidth)
    (top, bottom) = halves(targetHeight, contentHeight)
  }
}

/// Half to even, as Python's `round`.
func rounded(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }
