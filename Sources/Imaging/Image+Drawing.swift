// What overlays are made of. Everything is clipped at the picture's edges, so that callers may draw
// where their boxes and labels happen to be.

extension Image {
  /// Mixes `colour` into the pixels of row `y` whose bit is set.
  ///
  /// - Parameters:
  ///   - opacity: 0 leaves the picture, 1 replaces it.
  ///   - words: bit `i % 64` of word `i / 64` stands for column `x + i`, for `i` below `width`.
  /// - Precondition: the row and the columns lie inside the picture.
  public mutating func blend(
    _ colour: Colour, opacity: Double, intoRow y: Int, from x: Int, width: Int,
    where words: UnsafePointer<UInt64>
  ) {
    precondition(
      y >= 0 && y < height && x >= 0 && width >= 0 && x + width <= self.width,
      "blend: columns \(x)..<\(x + width) of row \(y) in \(self.width)×\(height)")
    let paint = Paint(colour, opacity: opacity)
    let row = (y * self.width + x) * 3
    pixels.withUnsafeMutableBufferPointer { pixels in
      for word in 0..<(width + 63) / 64 {
        let beyond = max(word * 64 + 64 - width, 0)
        var bits = words[word] & (.max >> UInt64(beyond))
        while bits != 0 {
          // A run of ones at a time: masks have few edges a row.
          let start = bits.trailingZeroBitCount
          let length = (~(bits >> UInt64(start))).trailingZeroBitCount
          for column in word * 64 + start..<word * 64 + start + length {
            paint.mix(into: pixels, at: row + column * 3)
          }
          bits = start + length == 64 ? 0 : bits & (.max << UInt64(start + length))
        }
      }
    }
  }

  /// Mixes `colour` into the whole pixels of a rectangle.
  public mutating func fill(
    _ colour: Colour, opacity: Double = 1, columns: Range<Int>, rows: Range<Int>
  ) {
    let (columns, rows) = (columns.clamped(to: 0..<width), rows.clamped(to: 0..<height))
    let paint = Paint(colour, opacity: opacity)
    let width = self.width
    pixels.withUnsafeMutableBufferPointer { pixels in
      for y in rows {
        for x in columns { paint.mix(into: pixels, at: (y * width + x) * 3) }
      }
    }
  }

  /// Draws the outline of a box, its edges rounded to whole pixels and the line inside them.
  public mutating func drawBox(_ box: Box<ImageFrame>, _ colour: Colour, thickness: Int = 2) {
    let columns = pixelRange(box.x1, box.x2, limit: width)
    let rows = pixelRange(box.y1, box.y2, limit: height)
    let across = min(thickness, rows.count), down = min(thickness, columns.count)
    fill(colour, columns: columns, rows: rows.prefix(across))
    fill(colour, columns: columns, rows: rows.suffix(across))
    fill(colour, columns: columns.prefix(down), rows: rows)
    fill(colour, columns: columns.suffix(down), rows: rows)
  }

  /// Draws a line between two points, smooth at its sides.
  ///
  /// Walks along the longer axis and covers each pixel by how much of the line's width lies on it.
  public mutating func drawLine(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ colour: Colour,
    thickness: Double = 2
  ) {
    let steep = abs(end.y - start.y) > abs(end.x - start.x)
    var (a0, b0) = steep ? (start.y, start.x) : (start.x, start.y)
    var (a1, b1) = steep ? (end.y, end.x) : (end.x, end.y)
    if a0 > a1 { (a0, b0, a1, b1) = (a1, b1, a0, b0) }
    let slope = a1 > a0 ? (b1 - b0) / (a1 - a0) : 0
    let perpendicular = 1 / (1 + slope * slope).squareRoot()
    let reach = (thickness / 2 + 0.5) / perpendicular
    let (length, breadth) = steep ? (height, width) : (width, height)
    for a in whole(a0, a1, limit: length) {
      let centre = b0 + (min(max(Double(a) + 0.5, a0), a1) - a0) * slope
      for b in whole(centre - reach, centre + reach, limit: breadth) {
        let distance = abs(Double(b) + 0.5 - centre) * perpendicular
        let (x, y) = steep ? (b, a) : (a, b)
        mix(colour, coverage: thickness / 2 + 0.5 - distance, x: x, y: y)
      }
    }
  }

  /// Draws a disc, smooth at its edge: a point prompt.
  public mutating func drawDisc(
    x: Double, y: Double, radius: Double, _ colour: Colour
  ) {
    for row in whole(y - radius - 1, y + radius + 1, limit: height) {
      for column in whole(x - radius - 1, x + radius + 1, limit: width) {
        let (dx, dy) = (Double(column) + 0.5 - x, Double(row) + 0.5 - y)
        let distance = (dx * dx + dy * dy).squareRoot()
        mix(colour, coverage: radius + 0.5 - distance, x: column, y: row)
      }
    }
  }

  /// The size of `text` as `drawText` draws it, its margin of one font pixel included.
  public static func textSize(_ text: String, scale: Int = 1) -> (width: Int, height: Int) {
    (
      (text.count * (BitmapFont.width + 1) + 1) * scale,
      (BitmapFont.height + 2) * scale
    )
  }

  /// Draws one line of text whose top-left corner is (x, y), on a plate of `background`.
  ///
  /// - Parameter scale: picture pixels a font pixel; letters are 5×7 font pixels.
  public mutating func drawText(
    _ text: String, x: Int, y: Int, _ colour: Colour, on background: Colour, scale: Int = 1
  ) {
    let size = Image.textSize(text, scale: scale)
    fill(background, columns: x..<x + size.width, rows: y..<y + size.height)
    for (position, character) in text.enumerated() {
      let left = x + (position * (BitmapFont.width + 1) + 1) * scale
      for (line, bits) in BitmapFont.rows(of: character).enumerated() {
        let top = y + (line + 1) * scale
        for column in 0..<BitmapFont.width where bits >> (BitmapFont.width - 1 - column) & 1 != 0 {
          let start = left + column * scale
          fill(colour, columns: start..<start + scale, rows: top..<top + scale)
        }
      }
    }
  }

  private mutating func mix(_ colour: Colour, coverage: Double, x: Int, y: Int) {
    guard coverage > 0 else { return }
    let paint = Paint(colour, opacity: min(coverage, 1))
    pixels.withUnsafeMutableBufferPointer { paint.mix(into: $0, at: (y * width + x) * 3) }
  }

  /// The whole pixels that a continuous stretch touches, cut to `0..<limit`; none if it is not a number.
  private func whole(_ low: Double, _ high: Double, limit: Int) -> Range<Int> {
    guard low <= high, low < Double(limit), high >= 0 else { return 0..<0 }
    return Int(max(low, 0))..<Int(min(high.rounded(.down) + 1, Double(limit)))
  }

  /// The pixels between two edges rounded to whole ones, at least one where the stretch touches the
  /// picture.
  private func pixelRange(_ low: Float, _ high: Float, limit: Int) -> Range<Int> {
    guard low <= high, low < Float(limit), high >= 0 else { return 0..<0 }
    let first = min(Int(max(low, 0).rounded()), limit - 1)
    return first..<max(Int(min(high, Float(limit)).rounded()), first + 1)
  }
}

/// A colour and how much of it: 8-bit fixed point, so that overlays are the same bytes everywhere.
private struct Paint {
  private let red: Int32, green: Int32, blue: Int32, rest: Int32

  init(_ colour: Colour, opacity: Double) {
    let share = Int32((min(max(opacity, 0), 1) * 256).rounded())
    red = Int32(colour.red) * share + 128
    green = Int32(colour.green) * share + 128
    blue = Int32(colour.blue) * share + 128
    rest = 256 - share
  }

  @inline(__always)
  func mix(into pixels: UnsafeMutableBufferPointer<UInt8>, at index: Int) {
    pixels[index] = UInt8(truncatingIfNeeded: (Int32(pixels[index]) &* rest &+ red) >> 8)
    pixels[index &+ 1] = UInt8(
      truncatingIfNeeded: (Int32(pixels[index &+ 1]) &* rest &+ green) >> 8)
    pixels[index &+ 2] = UInt8(truncatingIfNeeded: (Int32(pixels[index &+ 2]) &* rest &+ blue) >> 8)
  }
}
