import Foundation
import Imaging
import JSON
import Regions
import TestSupport
import Testing

@testable import Outputs

struct YOLOFormatTests {
  @Test func lines() {
    let format = YOLOFormat(frame: Samples.frame)
    func line(_ index: Int) -> String {
      let segment = Segment(
        Samples.instances[index], Samples.instances[index].mask(), needs: .polygons)
      return String(decoding: format.entry(segment, Samples.facts), as: UTF8.self)
    }
    #expect(
      line(1) == "0 0.416667 0.555556 0.416667 0.777778 0.666667 0.777778 0.666667 0.555556\n")
    #expect(line(2) == "", "a pixel is no polygon")
  }

  @Test func sharesAreThoseOfPrintf() {
    var random = SeededGenerator(seed: 3)
    let shares =
      [0, 1, 0.5, 0.1, 0.01, 0.001, 0.999_999_9, 1.0 / 3, 0.25]
      + (0..<300).map { _ in
        Double.random(in: 0...1, using: &random)
          * ([1, 0.1, 0.01, 0.002].randomElement(using: &random) ?? 1)
      }
    for share in shares where share == 0 || share >= 1e-4 {
      var text = JSONText()
      text.sixDigits(share)
      #expect(String(decoding: text.bytes, as: UTF8.self) == String(format: "%g", share))
    }
  }

  /// Filled by the even-odd rule, outline included, the one ring is the mask again, hole and all.
  @Test func ringWithBridgesKeepsHoles() {
    var mask = Samples.rectangle(0, 0, 12, 9)
    for (x, y) in [(2, 2), (3, 2), (2, 3), (3, 3), (8, 4), (8, 5), (9, 4), (5, 7)] {
      mask[x, y] = false
    }
    let ring = YOLOFormat.joined(mask.polygons())
    #expect(mask.polygons().count == 1)
    for y in 0..<mask.height {
      for x in 0..<mask.width {
        #expect(covers(ring, x, y) == mask[x, y], "pixel (\(x), \(y))")
      }
    }
  }

  private func covers(_ ring: [PixelPoint], _ x: Int, _ y: Int) -> Bool {
    var inside = false
    for (i, b) in ring.enumerated() {
      let a = ring[i == 0 ? ring.count - 1 : i - 1]
      let cross = (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)
      if cross == 0, min(a.x, b.x)...max(a.x, b.x) ~= x, min(a.y, b.y)...max(a.y, b.y) ~= y {
        return true
      }
      if (a.y > y) != (b.y > y), (cross < 0) == (b.y > a.y) { inside.toggle() }
    }
    return inside
  }
}
