import Imaging
import Regions

extension Image {
  /// The part of the picture inside `rectangle`.
  ///
  /// - Precondition: it lies inside the picture and holds a pixel.
  func part(_ rectangle: PixelRectangle) -> Image {
    var part: [UInt8] = []
    part.reserveCapacity(rectangle.width * rectangle.height * 3)
    for y in rectangle.y..<rectangle.endY {
      let start = (y * width + rectangle.x) * 3
      part += pixels[start..<start + rectangle.width * 3]
    }
    return Image(width: rectangle.width, height: rectangle.height, pixels: part)
  }

  /// Each pixel `factor`×`factor` times.
  func enlarged(by factor: Int) -> Image {
    guard factor > 1 else { return self }
    return sampled(width: width * factor, height: height * factor)
  }

  /// The nearest pixels at another size.
  func sampled(width: Int, height: Int) -> Image {
    var result: [UInt8] = []
    result.reserveCapacity(width * height * 3)
    for y in 0..<height {
      let row = y * self.height / height * self.width
      for x in 0..<width {
        let pixel = (row + x * self.width / width) * 3
        result += pixels[pixel..<pixel + 3]
      }
    }
    return Image(width: width, height: height, pixels: result)
  }

  /// The picture in shades of grey, `share` of the way to white.
  func faded(_ share: Double = 0) -> Image {
    var faded = self
    for i in stride(from: 0, to: pixels.count, by: 3) {
      let luma =
        0.299 * Double(pixels[i]) + 0.587 * Double(pixels[i + 1]) + 0.114 * Double(pixels[i + 2])
      let grey = UInt8((luma + (255 - luma) * share).rounded())
      for c in 0..<3 { faded.pixels[i + c] = grey }
    }
    return faded
  }

  /// Puts `other` with its top-left corner at (x, y); all of it must lie inside.
  mutating func paste(_ other: Image, x: Int, y: Int) {
    for row in 0..<other.height {
      let target = ((y + row) * width + x) * 3
      pixels.replaceSubrange(
        target..<target + other.width * 3,
        with: other.pixels[row * other.width * 3..<(row + 1) * other.width * 3])
    }
  }

  /// A picture of one colour.
  init(width: Int, height: Int, filledWith colour: Colour) {
    self.init(
      width: width, height: height,
      pixels: (0..<width * height).flatMap { _ in [colour.red, colour.green, colour.blue] })
  }
}
