import Imaging
import Regions
import TestSupport
import Testing

@testable import Outputs

struct MaskPNGTests {
  /// Read back by libpng: runs of every length that a copy can have, and of the longest ones.
  @Test(arguments: [(1, 1), (3, 300), (300, 3), (64, 65), (1000, 9), (521, 40)])
  func readersSeeTheMask(_ width: Int, _ height: Int) throws {
    var random = SeededGenerator(seed: UInt64(width))
    for share in [0, 0.02, 0.5, 1] {
      var mask = Mask(width: width, height: height)
      for y in 0..<height {
        var x = 0
        while x < width {
          let length = share == 0.5 ? 1 : Int.random(in: 1...300, using: &random)
          let inside = Double.random(in: 0..<1, using: &random) < share
          mask.fill(row: y, from: x, to: min(width, x + length), with: inside)
          x += length
        }
      }
      let read = try Image(decoding: MaskPNG.encode(mask))
      #expect(read.width == width && read.height == height)
      for y in 0..<height {
        for x in 0..<width where read.pixels[(y * width + x) * 3] != (mask[x, y] ? 255 : 0) {
          Issue.record("\(width)×\(height), share \(share): pixel (\(x), \(y))")
          return
        }
      }
    }
  }
}

extension Mask {
  fileprivate mutating func fill(row y: Int, from start: Int, to end: Int, with value: Bool) {
    for x in start..<end { self[x, y] = value }
  }
}
