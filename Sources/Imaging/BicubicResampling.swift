// Pillow's antialiased bicubic resize of 8-bit pixels, which is how CLIP's training pictures were
// made: a convolution whose window widens with the shrinking factor, in fixed point, one axis after
// the other, rounded to bytes in between.
// Goals, in order: the same bytes; rows in the inner loops.

/// For one axis: which samples under each output sample count, and how much.
private struct BicubicTable {
  /// Fractional bits of the weights: 8 bits of pixel and 2 of overshoot leave 22 of 32.
  static let precision: Int32 = 22

  /// The first sample under each output sample.
  var first: [Int] = []
  /// How many count.
  var counts: [Int] = []
  /// `window` weights an output sample, the rest of them 0.
  var weights: [Int32] = []
  let window: Int

  init(count: Int, sourceCount: Int) {
    let scale = Double(sourceCount) / Double(count)
    let stretch = max(scale, 1)
    let support = 2 * stretch
    window = Int(support.rounded(.up)) * 2 + 1
    for i in 0..<count {
      let centre = (Double(i) + 0.5) * scale
      let begin = max(Int(centre - support + 0.5), 0)
      let end = min(Int(centre + support + 0.5), sourceCount)
      let exact = (begin..<end).map { sample in
        Self.cubic((Double(sample) - centre + 0.5) * (1 / stretch))
      }
      let sum = exact.reduce(0, +)
      first.append(begin)
      counts.append(end - begin)
      for tap in 0..<window {
        let weight = tap < exact.count ? exact[tap] / sum : 0
        weights.append(
          Int32((weight * Double(1 << Self.precision)).rounded(.toNearestOrAwayFromZero)))
      }
    }
  }

  /// Keys' cubic with a = -1/2.
  ///
  /// - SeeAlso: R. Keys, Cubic convolution interpolation for digital image processing, 1981.
  private static func cubic(_ distance: Double) -> Double {
    let (a, x) = (-0.5, abs(distance))
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }
}

extension Image {
  /// The picture at another size, as Pillow's `resize` with `BICUBIC` makes it, byte for byte.
  ///
  /// - Precondition: both sides are at least 1, here and there.
  public func resizedBicubic(width: Int, height: Int) -> Image {
    precondition(
      width > 0 && height > 0 && self.width > 0 && self.height > 0,
      "resizedBicubic: \(self.width)×\(self.height) to \(width)×\(height)")
    // Which axis comes first shows in the bytes. Pillow 13 begins with the columns where they lose
    // more than twice as many pixels as the rows do; versions before it always began with the rows.
    let downFirst = height < self.height && self.height - height > 2 * (self.width - width)
    return downFirst
      ? resizedDown(to: height).resizedAcross(to: width)
      : resizedAcross(to: width).resizedDown(to: height)
  }

  /// The picture whose shorter side is `side`, in torchvision's rounding: the longer one is
  /// `side * longer / shorter`, cut to a whole number.
  public func resizedShortSide(to side: Int) -> Image {
    let longer = Int(Double(side * max(width, height)) / Double(min(width, height)))
    return width <= height
      ? resizedBicubic(width: side, height: longer) : resizedBicubic(width: longer, height: side)
  }

  /// The middle `side`×`side` pixels, in torchvision's rounding: the left and top margins are half of
  /// what is left over, half to even.
  ///
  /// - Precondition: neither side of the picture is shorter.
  public func centreCropped(to side: Int) -> Image {
    precondition(side <= min(width, height), "centreCropped: \(side) of \(width)×\(height)")
    let left = rounded(Double(width - side) / 2), top = rounded(Double(height - side) / 2)
    var cut: [UInt8] = []
    cut.reserveCapacity(side * side * 3)
    for y in top..<top + side {
      let start = (y * width + left) * 3
      cut.append(contentsOf: pixels[start..<start + side * 3])
    }
    return Image(width: side, height: side, pixels: cut)
  }

  private func resizedAcross(to newWidth: Int) -> Image {
    if newWidth == width { return self }
    let table = BicubicTable(count: newWidth, sourceCount: width)
    let (width, height) = (self.width, self.height)
    let pixels = filled(count: newWidth * height * 3) { source, target in
      table.weights.withUnsafeBufferPointer { weights in
        for y in 0..<height {
          var pixel = target + y * newWidth * 3
          for x in 0..<newWidth {
            let samples = source + (y &* width &+ table.first[x]) &* 3
            var (red, green, blue) = (Self.half, Self.half, Self.half)
            for tap in 0..<table.counts[x] {
              let weight = weights[x &* table.window &+ tap]
              red &+= Int32(samples[3 &* tap]) &* weight
              green &+= Int32(samples[3 &* tap &+ 1]) &* weight
              blue &+= Int32(samples[3 &* tap &+ 2]) &* weight
            }
            pixel[0] = Self.byte(red)
            pixel[1] = Self.byte(green)
            pixel[2] = Self.byte(blue)
            pixel += 3
          }
        }
      }
    }
    return Image(width: newWidth, height: height, pixels: pixels)
  }

  private func resizedDown(to newHeight: Int) -> Image {
    if newHeight == height { return self }
    let table = BicubicTable(count: newHeight, sourceCount: height)
    let count = width * 3
    let pixels = filled(count: count * newHeight) { source, target in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { sums in
        guard let sums = sums.baseAddress else { return }
        for y in 0..<newHeight {
          sums.update(repeating: Self.half, count: count)
          for tap in 0..<table.counts[y] {
            let weight = table.weights[y * table.window + tap]
            let line = source + (table.first[y] + tap) * count
            for i in 0..<count { sums[i] &+= Int32(line[i]) &* weight }
          }
          let row = target + y * count
          for i in 0..<count { row[i] = Self.byte(sums[i]) }
        }
      }
    }
    return Image(width: width, height: newHeight, pixels: pixels)
  }

  private static let half: Int32 = 1 << (BicubicTable.precision - 1)

  private static func byte(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(max(sum >> BicubicTable.precision, 0), 255))
  }

  private func filled(
    count: Int, by fill: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      pixels.withUnsafeBufferPointer { source in
        if let from = source.baseAddress, let to = target.baseAddress { fill(from, to) }
      }
      initialized = count
    }
  }
}
