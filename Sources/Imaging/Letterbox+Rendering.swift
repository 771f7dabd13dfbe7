import Tensors

extension Letterbox {
  /// The grey of the padding, as both reference systems have it.
  public static let padding: UInt8 = 114

  /// The network input 1×3×H×W: RGB, 0…1, padded.
  public func render(_ image: Image) -> Tensor {
    Tensor([1, 3, height, width]) { elements in
      guard let base = elements.baseAddress else { return }
      render(image, rows: 0..<height, into: base)
    }
  }

  /// Writes rows `rows` of the network input into `target`, which is the whole 3×H×W input.
  ///
  /// Different rows may be written at the same time. The picture is resized as OpenCV does it and each
  /// byte divided by 255 in single precision.
  ///
  /// - Precondition: the picture has the size that this fit was made for, and the rows exist.
  public func render(_ image: Image, rows: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    precondition(
      image.width == imageWidth && image.height == imageHeight,
      "Letterbox: a picture of \(image.width)×\(image.height), made for \(imageWidth)×\(imageHeight)"
    )
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= height, "Letterbox: rows \(rows) of \(height)")
    let content = rows.clamped(to: top..<top + contentHeight)
    let grey = Float(Self.padding) / 255
    let (width, height, left, right, contentWidth) = (width, height, left, right, contentWidth)

    for channel in 0..<3 {
      for y in rows where !content.contains(y) {
        (target + (channel * height + y) * width).update(repeating: grey, count: width)
      }
    }
    let resampler = BilinearResampler(image, width: contentWidth, height: contentHeight)
    resampler.forEachRow(content.lowerBound - top..<content.upperBound - top) { y, planes in
      for channel in 0..<3 {
        let row = target + (channel * height + top + y) * width
        row.update(repeating: grey, count: left)
        let (plane, inside) = (planes + channel * contentWidth, row + left)
        for x in 0..<contentWidth { inside[x] = Float(plane[x]) / 255 }
        (inside + contentWidth).update(repeating: grey, count: right)
      }
    }
  }
}
