// OpenCV's INTER_LINEAR on 8-bit pixels, which is fixed-point arithmetic: rounding an exact bilinear
// value instead differs by 1 in about one sample of eight, and the network would see another picture.
// Goals, in order: the same bytes; work split by output rows; no pass over memory that is not needed.

/// For one axis: the first of the two samples under each output sample, and the weights of both in
/// units of 1/2048.
private struct BilinearTable {
  var first: [Int32] = []
  /// The first sample's weight in the low half, the second's in the high half.
  var weights: [UInt32] = []

  /// Output sample `i` of `count` looks at `(i + 0.5) * sourceCount / count - 0.5`.
  ///
  /// - Parameter clamped: whether samples beyond the ends take weight 0 (horizontally) or are left
  ///   for the caller to clamp, their weights unchanged (vertically): OpenCV does the two axes so.
  init(count: Int, sourceCount: Int, clamped: Bool) {
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
      weights.append(Self.fixed(1 - fraction) | Self.fixed(fraction) << 16)
    }
  }

  private static func fixed(_ weight: Float) -> UInt32 {
    UInt32((weight * 2048).rounded(.toNearestOrEven))
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
    // Rounded up to whole vectors, which may write past the last sample.
    let count = (width * 3 + 7) / 8 * 8
    withUnsafeTemporaryAllocation(of: SIMD8<Int16>.self, capacity: count / 8 * 5 + 2) { scratch in
      guard let start = scratch.baseAddress else { return }
      scratch.initialize(repeating: .zero)
      let base = UnsafeMutableRawPointer(start).assumingMemoryBound(to: Int16.self)
      var (upper, lower) = (base, base + count)
      let pixels = UnsafeMutableRawPointer(base + 3 * count).assumingMemoryBound(to: UInt32.self)
      let weights = base + 5 * count
      let result = base + 2 * count
      var (upperRow, lowerRow) = (-1, -1)
      for y in rows {
        let above = min(max(Int(lines.first[y]), 0), image.height - 1)
        let below = min(max(Int(lines.first[y]) + 1, 0), image.height - 1)
        if above == lowerRow {
          swap(&upper, &lower)
          swap(&upperRow, &lowerRow)
        }
        if above != upperRow {
          resampleRow(above, gathered: pixels, into: upper)
          upperRow = above
        }
        if below != lowerRow {
          resampleRow(below, gathered: pixels, into: lower)
          lowerRow = below
        }
        weights.update(repeating: Int16(lines.weights[y] & 0xFFFF), count: 8)
        (weights + 8).update(repeating: Int16(lines.weights[y] >> 16), count: 8)
        Self.blend(upper, lower, weights, into: result, count: count)
        body(y, result)
      }
    }
  }

  /// One source row at the output's width, in planes, in units of 1/128: OpenCV keeps 11 fractional
  /// bits and drops four of them before the vertical pass.
  private func resampleRow(
    _ row: Int, gathered: UnsafeMutablePointer<UInt32>, into target: UnsafeMutablePointer<Int16>
  ) {
    let (width, rowBytes) = (self.width, image.width * 3)
    let (left, right) = (gathered, gathered + width)
    image.pixels.withUnsafeBytes { pixels in
      columns.first.withUnsafeBufferPointer { first in
        // Eight bytes hold a pixel and its right neighbour; at the end of the picture they are not
        // all there.
        let wholeLoads = pixels.count - 8
        for x in 0..<width {
          let at = row &* rowBytes &+ 3 &* Int(first[x])
          let eight =
            at <= wholeLoads
            ? pixels.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            : pixels[at...].reversed().reduce(0) { $0 << 8 | UInt64($1) }
          left[x] = UInt32(truncatingIfNeeded: eight)
          right[x] = UInt32(truncatingIfNeeded: eight >> 24)
        }
      }
    }
    columns.weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      for channel in 0..<3 {
        let (shift, plane) = (UInt32(channel * 8), target + channel * width)
        for x in 0..<width {
          // The masks tell the compiler that 16-bit products do.
          let p = Int32(truncatingIfNeeded: left[x] &>> shift & 0xFF)
          let q = Int32(truncatingIfNeeded: right[x] &>> shift & 0xFF)
          let a = Int32(truncatingIfNeeded: weights[x] & 0xFFF)
          let b = Int32(truncatingIfNeeded: weights[x] &>> 16 & 0xFFF)
          plane[x] = Int16(truncatingIfNeeded: (p &* a &+ q &* b) &>> 4)
        }
      }
    }
  }

  /// `(upper * weights[0] >> 16) + (lower * weights[8] >> 16)`, rounded to units.
  ///
  /// The weights lie in memory, eight times each, and are loaded for every vector: as loop constants
  /// they would be widened outside the loop, where the compiler no longer sees that one
  /// high-half multiplication of 16 bits is all that is asked (four times the instructions).
  private static func blend(
    _ upper: UnsafeRawPointer, _ lower: UnsafeRawPointer, _ weights: UnsafeRawPointer,
    into target: UnsafeMutablePointer<Int16>, count: Int
  ) {
    let target = UnsafeMutableRawPointer(target)
    @inline(__always)
    func highHalves(_ row: UnsafeRawPointer, _ offset: Int, _ weight: Int) -> SIMD8<Int16> {
      let samples = row.load(fromByteOffset: offset, as: SIMD8<Int16>.self)
      let weights = weights.load(fromByteOffset: weight, as: SIMD8<Int16>.self)
      let products =
        SIMD8<Int32>(truncatingIfNeeded: samples) &* SIMD8<Int32>(truncatingIfNeeded: weights)
      return SIMD8<Int16>(truncatingIfNeeded: products &>> 16)
    }
    for offset in stride(from: 0, to: 2 * count, by: 16) {
      let sum = highHalves(upper, offset, 0) &+ highHalves(lower, offset, 16)
      target.storeBytes(of: (sum &+ 2) &>> 2, toByteOffset: offset, as: SIMD8<Int16>.self)
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
