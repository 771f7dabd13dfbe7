// OpenCV's INTER_LINEAR on 8-bit pixels, which is fixed-point arithmetic: rounding an exact bilinear
// value instead differs by 1 in about one sample of eight, and the network would see another picture.
// Goals, in order: the same bytes; work split by output rows; no pass over memory that is not needed.

/// For one axis: the first of the two samples under each output sample, and their weights.
struct BilinearTable {
  /// The weights' unit: 11 bits.
  static let one: Float = 2048

  var first: [Int32]
  /// Weights of `first` and of the sample after it.
  var weights: [(Int16, Int16)]

  /// Output sample `i` of `count` looks at `(i + 0.5) * sourceCount / count - 0.5`.
  ///
  /// - Parameter clamped: whether samples beyond the ends take weight 0 (horizontally) or are left
  ///   for the caller to clamp, their weights unchanged (vertically): OpenCV does the two axes so.
  init(count: Int, sourceCount: Int, clamped: Bool) {
    first = []
    weights = []
    first.reserveCapacity(count)
    weights.reserveCapacity(count)
    let scale = 1 / (Double(count) / Double(sourceCount))
    for i in 0..<count {
      let centre = Float((Double(i) + 0.5) * scale - 0.5)
      var sample = Int32(centre.rounded(.down))
      var fraction = centre - Float(sample)
      if clamped {
        if sample < 0 { (sample, fraction) = (0, 0) }
        if sample >= Int32(sourceCount - 1) { (sample, fraction) = (Int32(sourceCount - 1), 0) }
      }
      first.append(sample)
      weights.append((Self.fixed(1 - fraction), Self.fixed(fraction)))
    }
  }

  private static func fixed(_ weight: Float) -> Int16 {
    Int16((weight * one).rounded(.toNearestOrEven))
  }
}

/// Resizes a picture row by row.
struct BilinearResampler {
  let image: Image
  let width: Int, height: Int
  private let columns: BilinearTable, lines: BilinearTable

  init(_ image: Image, width: Int, height: Int) {
    self.image = image
    self.width = width
    self.height = height
    columns = BilinearTable(count: width, sourceCount: image.width, clamped: true)
    lines = BilinearTable(count: height, sourceCount: image.height, clamped: false)
  }

  /// Calls `body` with each of these output rows: three planes of `width` samples 0…255, red first,
  /// valid during the call.
  func forEachRow(_ rows: Range<Int>, _ body: (Int, UnsafePointer<Int16>) -> Void) {
    let count = width * 3
    // Two horizontally resized source rows, and the result.
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: count * 3) { scratch in
      guard let base = scratch.baseAddress else { return }
      var upper = base, lower = base + count
      let result = base + 2 * count
      var upperRow = -1, lowerRow = -1
      for y in rows {
        let above = min(max(Int(lines.first[y]), 0), image.height - 1)
        let below = min(max(Int(lines.first[y]) + 1, 0), image.height - 1)
        if above == lowerRow {
          swap(&upper, &lower)
          swap(&upperRow, &lowerRow)
        }
        if above != upperRow {
          resampleRow(above, into: upper)
          upperRow = above
        }
        if below != lowerRow {
          resampleRow(below, into: lower)
          lowerRow = below
        }
        blend(upper, lower, lines.weights[y], into: result, count: count)
        body(y, result)
      }
    }
  }

  /// One source row at the output's width, in planes, in units of 1/128: OpenCV keeps 11 fractional
  /// bits and drops four before the vertical pass.
  private func resampleRow(_ row: Int, into target: UnsafeMutablePointer<Int16>) {
    let (width, last) = (self.width, image.width - 1)
    image.pixels.withUnsafeBufferPointer { pixels in
      columns.first.withUnsafeBufferPointer { first in
        columns.weights.withUnsafeBufferPointer { weights in
          guard let line = pixels.baseAddress.map({ $0 + row * image.width * 3 }) else { return }
          for x in 0..<width {
            let sample = Int(first[x])
            let (a, b) = (Int32(weights[x].0), Int32(weights[x].1))
            let p = line + 3 &* sample
            // The last sample has no neighbour, and then b is 0.
            let q = sample == last ? p : p + 3
            target[x] = Int16(truncatingIfNeeded: (Int32(p[0]) &* a &+ Int32(q[0]) &* b) >> 4)
            target[x &+ width] = Int16(
              truncatingIfNeeded: (Int32(p[1]) &* a &+ Int32(q[1]) &* b) >> 4)
            target[x &+ 2 &* width] = Int16(
              truncatingIfNeeded: (Int32(p[2]) &* a &+ Int32(q[2]) &* b) >> 4)
          }
        }
      }
    }
  }

  /// `(upper * weights.0 >> 16) + (lower * weights.1 >> 16)`, rounded to units.
  private func blend(
    _ upper: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>, _ weights: (Int16, Int16),
    into target: UnsafeMutablePointer<Int16>, count: Int
  ) {
    let (a, b) = (Int32(weights.0), Int32(weights.1))
    for i in 0..<count {
      let high = Int16(truncatingIfNeeded: (Int32(upper[i]) &* a) >> 16)
      let low = Int16(truncatingIfNeeded: (Int32(lower[i]) &* b) >> 16)
      target[i] = (high &+ low &+ 2) >> 2
    }
  }
}

extension Image {
  /// The picture at another size, as OpenCV's `resize` with `INTER_LINEAR` makes it, byte for byte.
  ///
  /// - Precondition: both sides are at least 1, here and there.
  public func resizedBilinear(width: Int, height: Int) -> Image {
    precondition(
      width > 0 && height > 0 && self.width > 0 && self.height > 0,
      "resizedBilinear: \(self.width)×\(self.height) to \(width)×\(height)")
    let resampler = BilinearResampler(self, width: width, height: height)
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, initialized in
      resampler.forEachRow(0..<height) { y, planes in
        for x in 0..<width {
          for channel in 0..<3 {
            target[(y &* width &+ x) &* 3 &+ channel] =
              UInt8(truncatingIfNeeded: planes[channel &* width &+ x])
          }
        }
      }
      initialized = width * height * 3
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}
