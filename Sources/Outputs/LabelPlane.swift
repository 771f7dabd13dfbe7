import Regions

/// For each pixel the smallest mask that covers it.
///
/// Masks may come in any order and are forgotten once drawn, so the plane, two bytes a pixel, is all
/// that is ever held. Of equally large masks the earlier one is on top.
struct LabelPlane: Sendable {
  /// The most masks that fit: values are 16 bits and 0 is nobody's.
  static let capacity = Int(UInt16.max)

  let width: Int, height: Int
  /// H×W: 0, or 1 + the place of the mask in the order of `add`.
  private(set) var values: [UInt16]
  /// The areas by value; nobody's pixels give way to everybody.
  private var areas: [Int] = [Int.max]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    values = [UInt16](repeating: 0, count: width * height)
  }

  /// Draws a mask of `area` pixels under the smaller ones and over the larger ones.
  ///
  /// Sixty-four pixels that one mask owns are judged at once, which is the rule inside objects.
  mutating func add(_ mask: Mask, area: Int) {
    precondition(
      mask.width == width && mask.height == height && areas.count <= LabelPlane.capacity,
      "LabelPlane: mask \(areas.count) of \(mask.width)×\(mask.height) on \(width)×\(height)")
    let label = UInt16(areas.count)
    areas.append(area)
    let window = mask.window, perRow = mask.wordsPerRow
    guard !window.isEmpty else { return }
    values.withUnsafeMutableBufferPointer { values in
      areas.withUnsafeBufferPointer { areas in
        mask.words.withUnsafeBufferPointer { words in
          guard let first = values.baseAddress else { return }
          for row in 0..<window.height {
            let pixels = first + (window.y + row) * width + window.x
            for i in 0..<perRow {
              LabelPlane.draw(words[row * perRow + i], pixels + i * 64, label, area, areas)
            }
          }
        }
      }
    }
  }

  /// Draws the pixels whose bit is set.
  @inline(__always)
  private static func draw(
    _ word: UInt64, _ pixels: UnsafeMutablePointer<UInt16>, _ label: UInt16, _ area: Int,
    _ areas: UnsafeBufferPointer<Int>
  ) {
    if word == ~0 {
      let owner = pixels[0]
      let raw = UnsafeRawPointer(pixels)
      let same = SIMD16<UInt16>(repeating: owner)
      var different = SIMD16<UInt16>(repeating: 0)
      for k in 0..<4 {
        different |= raw.loadUnaligned(fromByteOffset: k * 32, as: SIMD16<UInt16>.self) ^ same
      }
      if different == SIMD16<UInt16>(repeating: 0) {
        if areas[Int(owner)] > area { pixels.update(repeating: label, count: 64) }
        return
      }
    }
    var rest = word
    while rest != 0 {
      let x = rest.trailingZeroBitCount
      if areas[Int(pixels[x])] > area { pixels[x] = label }
      rest &= rest &- 1
    }
  }
}
