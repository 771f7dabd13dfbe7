/// A whole-pixel rectangle inside a picture.
public struct PixelRectangle: Sendable, Hashable {
  /// The left column, the top row, and the size in pixels.
  public var x: Int, y: Int, width: Int, height: Int

  /// A rectangle from its top-left pixel and size.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// True where it holds no pixel.
  public var isEmpty: Bool { width <= 0 || height <= 0 }

  /// The first column right of it.
  public var endX: Int { x + width }

  /// The first row below it.
  public var endY: Int { y + height }

  /// No pixel at all, at the picture's origin.
  public static let empty = PixelRectangle(x: 0, y: 0, width: 0, height: 0)

  /// The pixels of both; `.empty` where they do not meet.
  public func intersection(_ other: PixelRectangle) -> PixelRectangle {
    let left = max(x, other.x), top = max(y, other.y)
    let right = min(endX, other.endX), bottom = min(endY, other.endY)
    guard left < right, top < bottom else { return .empty }
    return PixelRectangle(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// The smallest rectangle that holds both; an empty one adds nothing.
  public func union(_ other: PixelRectangle) -> PixelRectangle {
    if isEmpty { return other }
    if other.isEmpty { return self }
    let left = min(x, other.x), top = min(y, other.y)
    return PixelRectangle(
      x: left, y: top, width: max(endX, other.endX) - left, height: max(endY, other.endY) - top)
  }

  /// True where every pixel of `other` lies in it.
  public func contains(_ other: PixelRectangle) -> Bool {
    other.isEmpty
      || (other.x >= x && other.y >= y && other.endX <= endX && other.endY <= endY)
  }

  /// It with `margin` more pixels on each side, as far as a `width`×`height` picture reaches.
  public func expanded(by margin: Int, inside width: Int, _ height: Int) -> PixelRectangle {
    PixelRectangle(
      x: x - margin, y: y - margin, width: self.width + 2 * margin,
      height: self.height + 2 * margin
    ).intersection(PixelRectangle(x: 0, y: 0, width: width, height: height))
  }
}
