import Imaging
import Regions

/// A picture at the size at which it is shown, and the way to it.
///
/// Large ones are shrunk (antialiased), tiny ones enlarged by whole pixels.
struct Stage: Sendable {
  /// What is shown.
  var image: Image
  /// The part of the picture that is shown, and shown pixels a pixel.
  private let part: PixelRectangle
  private let scaleX: Double, scaleY: Double

  /// The picture, or the part of it inside `part`, no side longer than `side`.
  init(_ picture: Image, part: PixelRectangle? = nil, side: Int) {
    let part = part ?? PixelRectangle(x: 0, y: 0, width: picture.width, height: picture.height)
    let shown =
      part.width == picture.width && part.height == picture.height
      ? picture : picture.part(part)
    let longest = max(shown.width, shown.height)
    if longest > side {
      let scale = Double(side) / Double(longest)
      func shrunk(_ length: Int) -> Int { max(1, Int((Double(length) * scale).rounded())) }
      image = shown.resizedBicubic(width: shrunk(shown.width), height: shrunk(shown.height))
    } else {
      image = shown.enlarged(by: max(1, side / longest))
    }
    self.part = part
    scaleX = Double(image.width) / Double(part.width)
    scaleY = Double(image.height) / Double(part.height)
  }

  /// Where a point of the picture is shown.
  func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    ((x - Double(part.x)) * scaleX, (y - Double(part.y)) * scaleY)
  }

  /// Where a box of the picture is shown.
  func place<Frame>(_ box: Box<Frame>) -> Box<ImageFrame> {
    let (x1, y1) = place(Double(box.x1), Double(box.y1))
    let (x2, y2) = place(Double(box.x2), Double(box.y2))
    return Box(x1: Float(x1), y1: Float(y1), x2: Float(x2), y2: Float(y2))
  }

  /// Where a rectangle of the picture is shown.
  func place(_ rectangle: PixelRectangle) -> Box<ImageFrame> {
    place(
      Box<ImageFrame>(
        x1: Float(rectangle.x), y1: Float(rectangle.y), x2: Float(rectangle.endX),
        y2: Float(rectangle.endY)))
  }

  /// For each shown pixel whether the picture's pixel under its centre is in the mask.
  func sampled(_ mask: Mask) -> [Bool] {
    let columns = (0..<image.width).map {
      part.x + min(Int((Double($0) + 0.5) / scaleX), part.width - 1)
    }
    return (0..<image.height).flatMap { row in
      let y = part.y + min(Int((Double(row) + 0.5) / scaleY), part.height - 1)
      return columns.map { mask[$0, y] }
    }
  }

  /// Tints the mask's pixels and draws its outline, two pixels wide, inside it.
  mutating func draw(_ mask: Mask, _ colour: Colour, opacity: Double) {
    let isInside = sampled(mask)
    let (width, height) = (image.width, image.height)
    func inside(_ x: Int, _ y: Int) -> Bool {
      x >= 0 && y >= 0 && x < width && y < height && isInside[y * width + x]
    }
    for y in 0..<height {
      for x in 0..<width where isInside[y * width + x] {
        let isBorder = [(-2, 0), (2, 0), (0, -2), (0, 2)].contains { !inside(x + $0.0, y + $0.1) }
        image.fill(
          colour, opacity: isBorder ? 1 : opacity, columns: x..<x + 1, rows: y..<y + 1)
      }
    }
  }
}
