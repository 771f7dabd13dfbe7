/// Which pixels of a picture lie on a boundary.
public struct BoundaryMap: Sendable, Equatable {
  /// The size in pixels.
  public let width: Int, height: Int
  /// Row by row from the top.
  public var pixels: [Bool]

  /// A map of these pixels.
  ///
  /// - Precondition: `pixels.count == width * height`.
  public init(width: Int, height: Int, pixels: [Bool]) {
    precondition(
      pixels.count == width * height, "BoundaryMap: \(pixels.count) pixels, \(width)×\(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The number of boundary pixels.
  public var count: Int { pixels.count { $0 } }
}

extension BoundaryMap {
  /// The map with its lines one pixel wide: what can go without breaking a line or shortening it is
  /// taken away, from two sides in turn, until nothing more can.
  ///
  /// Guo and Hall, "Parallel thinning with two-subiteration algorithms" (1989), which MATLAB's
  /// `bwmorph(…, 'thin', Inf)` of the Berkeley benchmark applies too.
  public func thinned() -> BoundaryMap {
    var map = self
    // A frame of outside around the pixels, so that all have eight neighbours.
    let stride = width + 2
    var cells = [UInt8](repeating: 0, count: stride * (height + 2))
    for y in 0..<height {
      for x in 0..<width where pixels[y * width + x] { cells[(y + 1) * stride + x + 1] = 1 }
    }
    var inside = cells.indices.filter { cells[$0] == 1 }
    // Clockwise from the top.
    let offsets = [-stride, 1 - stride, 1, stride + 1, stride, stride - 1, -1, -stride - 1]
    var changed = true
    while changed {
      changed = false
      for isSecond in [false, true] {
        let removed = inside.filter { cell in
          var neighbours = 0
          for (bit, offset) in offsets.enumerated() {
            neighbours |= Int(cells[cell + offset]) << bit
          }
          return Self.isRemovable[neighbours] & (isSecond ? 2 : 1) != 0
        }
        for cell in removed { cells[cell] = 0 }
        if !removed.isEmpty {
          changed = true
          inside.removeAll { cells[$0] == 0 }
        }
      }
    }
    for y in 0..<height {
      for x in 0..<width { map.pixels[y * width + x] = cells[(y + 1) * stride + x + 1] == 1 }
    }
    return map
  }

  /// For each pattern of eight neighbours, clockwise from the top, in which half-steps a pixel goes.
  private static let isRemovable: [UInt8] = (0..<256).map { pattern in
    func p(_ i: Int) -> Bool { pattern >> (i & 7) & 1 == 1 }
    // One connected piece of line around the pixel…
    let pieces = [0, 2, 4, 6].count { !p($0) && (p($0 + 1) || p($0 + 2)) }
    // …that is neither an end nor the inside.
    let pairs = min(
      [0, 2, 4, 6].count { p($0 + 7) || p($0) }, [0, 2, 4, 6].count { p($0) || p($0 + 1) })
    guard pieces == 1, (2...3).contains(pairs) else { return 0 }
    let isFirst = !((p(0) || p(1) || !p(3)) && p(2))
    let isSecond = !((p(4) || p(5) || !p(7)) && p(6))
    return (isFirst ? 1 : 0) | (isSecond ? 2 : 0)
  }
}
