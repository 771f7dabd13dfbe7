import Imaging

/// A picture to draw on; what lies outside it is cut off.
struct Canvas {
  var image: Image

  init(_ image: Image) { self.image = image }

  /// Draws the outline of a rectangle, `stroke` pixels wide, inside its edges.
  mutating func rectangle(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: Colour, _ stroke: Int
  ) {
    let left = column(x1), right = column(x2), top = row(y1), bottom = row(y2)
    fill(left..<right, top..<min(bottom, top + stroke), colour)
    fill(left..<right, max(top, bottom - stroke)..<bottom, colour)
    fill(left..<min(right, left + stroke), top..<bottom, colour)
    fill(max(left, right - stroke)..<right, top..<bottom, colour)
  }

  /// Draws a filled disc.
  mutating func disc(_ x: Double, _ y: Double, radius: Double, _ colour: Colour) {
    let rows = row(y - radius)..<max(row(y - radius), row(y + radius + 1))
    for j in rows {
      let height = Double(j) + 0.5 - y
      let half = (radius * radius - height * height).squareRoot()
      guard half > 0 else { continue }
      let start = column(x - half + 0.5), end = column(x + half + 0.5)
      fill(start..<max(start, end), j..<j + 1, colour)
    }
  }

  private mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>, _ colour: Colour) {
    for y in rows {
      for x in columns {
        let place = (y * image.width + x) * 3
        image.pixels[place] = colour.red
        image.pixels[place + 1] = colour.green
        image.pixels[place + 2] = colour.blue
      }
    }
  }

  /// The column edge at or left of `x`, between 0 and the width; 0 for what is no number.
  private func column(_ x: Double) -> Int { Int(max(0, min(x, Double(image.width)))) }

  private func row(_ y: Double) -> Int { Int(max(0, min(y, Double(image.height)))) }
}
