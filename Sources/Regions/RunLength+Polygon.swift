// Which pixels a polygon covers is a convention; this one is pycocotools', to the pixel, because the
// masks of COCO's annotations are defined by it.

/// Corners on a grid five times as fine as the pixels, and where a walk along them changes columns.
///
/// The outline is walked in steps of one fine cell along the longer side of each edge. Where it goes
/// over the middle of a pixel column, the pixels below that place change between outside and inside.
private struct FineOutline {
  static let fineness = 5
  let width: Int, height: Int
  /// Column-major places where the inside begins or ends; of equal places two cancel.
  var crossings: [Int] = []

  /// Walks from one corner to the next.
  mutating func walk(from a: (x: Int, y: Int), to b: (x: Int, y: Int)) {
    let dx = abs(b.x - a.x), dy = abs(b.y - a.y)
    let isFlat = dx >= dy
    let length = isFlat ? dx : dy
    // An edge that keeps to its column crosses nothing.
    guard dx > 0 else { return }
    // The shorter side is interpolated from the lower end, whichever way the walk goes.
    let isReversed = isFlat ? a.x > b.x : a.y > b.y
    let (low, high) = isReversed ? (b, a) : (a, b)
    let slope =
      isFlat ? Double(high.y - low.y) / Double(dx) : Double(high.x - low.x) / Double(dy)
    func cell(_ step: Int) -> (x: Int, y: Int) {
      let t = isReversed ? length - step : step
      return isFlat
        ? (low.x + t, Int(Double(low.y) + slope * Double(t) + 0.5))
        : (Int(Double(low.x) + slope * Double(t) + 0.5), low.y + t)
    }
    var before = cell(0)
    for step in 1...length {
      let now = cell(step)
      if now.x != before.x { cross(min(now.x, before.x), min(now.y, before.y)) }
      before = now
    }
  }

  /// Notes a step between the fine columns `x` and `x + 1`; `y` is the upper of its two rows.
  private mutating func cross(_ x: Int, _ y: Int) {
    // The middle of a pixel column lies between its third and fourth fine column.
    guard x >= 2, (x - 2) % Self.fineness == 0, (x - 2) / Self.fineness < width else { return }
    let row = min(max(y + 2, 0) / Self.fineness, height)
    crossings.append((x - 2) / Self.fineness * height + row)
  }
}

extension RunLength {
  /// How far outside the picture a corner may lie, in pixels: real annotations go over by a little,
  /// and an edge costs as much time as it is long.
  public static let polygonMargin = 4096.0

  /// The pixels of a `width`×`height` picture inside a polygon, as pycocotools' `frPyObjects` counts
  /// them.
  ///
  /// Corners are in continuous coordinates: the pixel (0, 0) covers 0…1 × 0…1. What lies
  /// outside the picture is cut off; where the outline crosses itself, the even-odd rule holds.
  ///
  /// Cost: five steps a pixel of the outline's length.
  ///
  /// - Parameter corners: x, y, x, y, …
  /// - Returns: nil for fewer than three corners, or one beyond `polygonMargin`.
  /// - Throws: `RunLengthError.impossibleSize`.
  public init?(width: Int, height: Int, polygon corners: [Double]) throws(RunLengthError) {
    let pixels = try RunLength.pixelCount(width, height)
    let margin = RunLength.polygonMargin
    guard corners.count >= 6, corners.count % 2 == 0 else { return nil }
    var fine: [(x: Int, y: Int)] = []
    for i in stride(from: 0, to: corners.count, by: 2) {
      let (x, y) = (corners[i], corners[i + 1])
      guard x >= -margin, x <= Double(width) + margin, y >= -margin, y <= Double(height) + margin
      else { return nil }
      let scale = Double(FineOutline.fineness)
      fine.append((Int(scale * x + 0.5), Int(scale * y + 0.5)))
    }
    var outline = FineOutline(width: width, height: height)
    for i in fine.indices { outline.walk(from: fine[i], to: fine[(i + 1) % fine.count]) }
    self.init(width: width, height: height, changes: outline.crossings, total: pixels)
  }

  /// The runs between places where outside and inside change; of equal places two cancel.
  private init(width: Int, height: Int, changes: [Int], total: Int) {
    var places: [Int] = []
    for place in changes.sorted() {
      if place == places.last { places.removeLast() } else { places.append(place) }
    }
    self.init(width: width, height: height, boundaries: places, total: total)
  }
}
