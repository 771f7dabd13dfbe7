import Imaging
import Regions

/// What of the picture a text is compared with, for one instance.
public struct TextCrop: Sendable {
  /// The instance's id.
  public let id: Int
  /// How the crop looks.
  public let content: Content

  /// How a crop looks.
  public enum Content: Sendable {
    /// `ultralytics`: the object alone: the part of the picture inside the rectangle, black where
    /// the mask is not.
    case masked(Mask, PixelRectangle)
    /// `official`: a white canvas of the masks' size on which the rectangle of the picture stands
    /// at its place.
    ///
    /// The canvas is as large as the masks: where that is not the picture's size, the picture is
    /// stretched to it first (bicubic, as Pillow does it). The repository exchanges red and blue
    /// here by mistake; this does not.
    case canvas(width: Int, height: Int, PixelRectangle)
  }

  /// The crop's pixels.
  ///
  /// - Precondition: the picture has the size of the mask or the canvas.
  public func render(_ image: Image) -> Image {
    switch content {
    case .masked(let mask, let rectangle):
      precondition(
        image.width == mask.width && image.height == mask.height,
        "TextCrop: a picture of \(image.width)×\(image.height) for \(mask.width)×\(mask.height)")
      return image.copy(
        of: rectangle, onto: Image(width: rectangle.width, height: rectangle.height, byte: 0),
        x: 0, y: 0
      ) { mask[$0, $1] }
    case .canvas(let width, let height, let rectangle):
      precondition(
        image.width == width && image.height == height,
        "TextCrop: a picture of \(image.width)×\(image.height) for \(width)×\(height)")
      return image.copy(
        of: rectangle, onto: Image(width: width, height: height, byte: 255), x: rectangle.x,
        y: rectangle.y
      ) { _, _ in true }
    }
  }
}

extension Image {
  fileprivate init(width: Int, height: Int, byte: UInt8) {
    self.init(
      width: width, height: height, pixels: [UInt8](repeating: byte, count: width * height * 3))
  }

  /// `target` with those pixels of `rectangle` that are included, its corner at (x, y).
  fileprivate func copy(
    of rectangle: PixelRectangle, onto target: Image, x: Int, y: Int,
    where isIncluded: (Int, Int) -> Bool
  ) -> Image {
    var target = target
    for row in 0..<rectangle.height {
      for column in 0..<rectangle.width
      where isIncluded(rectangle.x + column, rectangle.y + row) {
        let from = ((rectangle.y + row) * width + rectangle.x + column) * 3
        let to = ((y + row) * target.width + x + column) * 3
        for channel in 0..<3 { target.pixels[to + channel] = pixels[from + channel] }
      }
    }
    return target
  }
}
