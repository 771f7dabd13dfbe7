import JSON
import Regions

/// YOLO segmentation labels: a line an instance, its class and one polygon, x and y as shares of the
/// picture's width and height, with six significant digits.
///
/// The format has one ring an instance, so the rings of its other parts and of its holes are joined
/// to the largest part's by bridges of no width, there and back: filled by the even-odd rule the ring
/// gives back parts and holes. (The reference systems bridge parts too, but fill holes.) As there, a
/// ring of fewer than three points, that is a mask of a pixel or two, has no line.
struct YOLOFormat: DocumentFormat {
  let frame: MaskFrame
  let separator = ""

  func opening(_ facts: ReportFacts) -> [UInt8] { [] }

  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8] {
    let ring = YOLOFormat.joined(segment.polygons)
    guard ring.count >= 3 else { return [] }
    var text = JSONText()
    text.number(segment.instance.classIndex)
    for point in ring {
      let place = frame.picturePoint(point)
      text.raw(" ")
      text.sixDigits(place.x / Double(frame.pictureWidth))
      text.raw(" ")
      text.sixDigits(place.y / Double(frame.pictureHeight))
    }
    text.raw("\n")
    return text.bytes
  }

  func closing(_ timings: StageTimings?) -> [UInt8] { [] }

  /// All rings as one: each is entered from the nearest point reached so far, and left to it again.
  static func joined(_ polygons: [Polygon]) -> [PixelPoint] {
    let parts = polygons.sorted { ringArea($0.outer) > ringArea($1.outer) }
    var rings = parts.flatMap { [$0.outer] + $0.holes }[...]
    guard var joined = rings.popFirst() else { return [] }
    for ring in rings {
      guard let entry = ring.first else { continue }
      var nearest = 0, least = Int.max
      for (index, point) in joined.enumerated() {
        let dx = point.x - entry.x, dy = point.y - entry.y
        let distance = dx * dx + dy * dy
        if distance < least { (nearest, least) = (index, distance) }
      }
      joined.insert(contentsOf: ring + [entry, joined[nearest]], at: nearest + 1)
    }
    return joined
  }
}

extension JSONText {
  /// Appends a share 0…1 with six significant digits and no trailing zeros.
  mutating func sixDigits(_ share: Double) {
    // The decimals that six digits take: 6 from 0.1 up, 7 from 0.01 up; ten are plenty for the
    // first column of the widest picture.
    var decimals = 6, scale = 1e6
    while decimals < 10, share * scale < 99_999.5 {
      decimals += 1
      scale *= 10
    }
    let value = Int((share * scale).rounded(.toNearestOrEven)), unit = Int(scale)
    number(value / unit)
    var fraction = value % unit
    guard fraction != 0 else { return }
    while fraction % 10 == 0 {
      fraction /= 10
      decimals -= 1
    }
    let digits = String(fraction)
    raw("." + String(repeating: "0", count: decimals - digits.utf8.count) + digits)
  }
}
