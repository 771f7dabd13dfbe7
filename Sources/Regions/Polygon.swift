/// An object's outline with its holes, as rings of pixels.
public struct Polygon: Sendable, Equatable {
  /// The outer border, counter-clockwise on the screen.
  public let outer: [PixelPoint]
  /// The pixels around each hole, clockwise; they belong to the object.
  public let holes: [[PixelPoint]]

  /// A polygon of an outer ring and the rings around its holes.
  public init(outer: [PixelPoint], holes: [[PixelPoint]]) {
    self.outer = outer
    self.holes = holes
  }

  /// The area between the rings, in the plane of pixel centres (a square of 3×3 pixels has 4).
  public var area: Double {
    ringArea(outer) - holes.reduce(0) { $0 + ringArea($1) }
  }
}

/// The area inside a ring of pixel centres (the shoelace formula), never negative.
public func ringArea(_ ring: [PixelPoint]) -> Double {
  guard var before = ring.last else { return 0 }
  var twice = 0
  for point in ring {
    twice += before.x * point.y - point.x * before.y
    before = point
  }
  return Double(abs(twice)) / 2
}

extension Mask {
  /// The mask's 8-connected objects as polygons, in the raster order of their first pixel.
  public func polygons() -> [Polygon] {
    var polygons: [Polygon] = []
    var outer: [PixelPoint]?, holes: [[PixelPoint]] = []
    func finish() {
      if let outer { polygons.append(Polygon(outer: outer, holes: holes.reversed())) }
    }
    // Each outer border is followed by its holes; the last found comes first.
    for contour in contours(.components) {
      if contour.isHole {
        holes.append(contour.points)
      } else {
        finish()
        outer = contour.points
        holes = []
      }
    }
    finish()
    return polygons.reversed()
  }
}
