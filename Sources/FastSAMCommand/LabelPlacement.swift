#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Finds room for labels of size 11 beside discs.
struct LabelPlacement {
  /// A disc that no label covers.
  typealias Disc = (x: Double, y: Double, radius: Double)

  /// Where a text's near end stands on its baseline, which end that is, and the line that leads to it.
  typealias Label = (
    x: Double, y: Double, anchor: String, start: (x: Double, y: Double),
    end: (x: Double, y: Double)
  )

  private let left: Double, right: Double, top: Double, bottom: Double
  private var discs: [Disc] = []
  private var boxes: [(x: Double, y: Double, width: Double)] = []

  private static let height = 13.0

  /// A frame without discs and labels.
  init(left: Double, right: Double, top: Double, bottom: Double) {
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  mutating func avoid(_ disc: Disc) { discs.append(disc) }

  /// Keeps labels away from a line of text that is there already, given its upper left corner.
  mutating func avoid(x: Double, y: Double, width: Double) { boxes.append((x, y, width)) }

  /// The nearest place with room for `text`; nil where there is none.
  mutating func place(_ text: String, besides disc: Disc) -> Label? {
    let width = 6.0 * Double(text.count)
    for distance in stride(from: 5.0, through: 200, by: 5) {
      for step in 0..<24 {
        let angle = 2 * Double.pi * Double(step) / 24
        let (c, s) = (cos(angle), sin(angle))
        let reach = disc.radius + distance
        let end = (x: disc.x + reach * c, y: disc.y + reach * s)
        let x = c >= 0 ? end.x + 2 : end.x - 2 - width
        let y = end.y - Self.height / 2
        guard isFree(x, y, width) else { continue }
        boxes.append((x, y, width))
        return (
          c >= 0 ? x : x + width, y + 10, c >= 0 ? "start" : "end",
          (disc.x + disc.radius * c, disc.y + disc.radius * s), end
        )
      }
    }
    return nil
  }

  private func isFree(_ x: Double, _ y: Double, _ width: Double) -> Bool {
    guard x >= left, x + width <= right, y >= top, y + Self.height <= bottom else { return false }
    let meetsLabel = boxes.contains {
      x < $0.x + $0.width + 4 && $0.x < x + width + 4 && abs(y - $0.y) < Self.height + 1
    }
    let meetsDisc = discs.contains { disc in
      let near = (x: min(max(disc.x, x), x + width), y: min(max(disc.y, y), y + Self.height))
      let (dx, dy) = (near.x - disc.x, near.y - disc.y)
      return dx * dx + dy * dy < disc.radius * disc.radius
    }
    return !meetsLabel && !meetsDisc
  }
}
