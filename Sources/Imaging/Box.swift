/// The pixels of the letterboxed network input.
public enum ModelFrame: Sendable {}

/// The pixels of the picture as the user sees it (EXIF orientation applied).
public enum ImageFrame: Sendable {}

/// A rectangle between two corners, in pixels of `Frame`; continuous coordinates, so that the pixel
/// (column 0, row 0) covers 0…1 × 0…1.
@frozen
public struct Box<Frame>: Sendable, Equatable {
  /// Left, top, right, bottom.
  public var x1: Float, y1: Float, x2: Float, y2: Float

  /// A rectangle from its left, top, right and bottom edges.
  @inlinable
  public init(x1: Float, y1: Float, x2: Float, y2: Float) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// Width times height, negative where exactly one side is inverted.
  @inlinable public var area: Float { (x2 - x1) * (y2 - y1) }
}
