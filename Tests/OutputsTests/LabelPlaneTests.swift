import Imaging
import Regions
import TestSupport
import Testing

@testable import Outputs

struct LabelPlaneTests {
  /// Against the definition: of the masks that cover a pixel, the smallest, of equals the first.
  @Test(arguments: UInt64(0)..<20)
  func smallestOnTop(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let width = 200, height = 12
    var masks: [Mask] = []
    for _ in 0..<8 {
      let x = Int.random(in: 0..<width, using: &random)
      let y = Int.random(in: 0..<height, using: &random)
      var mask = Mask(
        width: width, height: height,
        filling: PixelRectangle(
          x: x, y: y, width: Int.random(in: 1...width - x, using: &random),
          height: Int.random(in: 1...height - y, using: &random)))
      if Bool.random(using: &random) { mask[x, y] = false }
      masks.append(mask)
      if Bool.random(using: &random) { masks.append(mask.translated(dx: 1, dy: 0)) }
    }
    var plane = LabelPlane(width: width, height: height)
    for mask in masks { plane.add(mask, area: mask.area) }
    let order = masks.indices.sorted { (masks[$0].area, $0) < (masks[$1].area, $1) }
    for y in 0..<height {
      for x in 0..<width {
        let owner = order.first { masks[$0][x, y] }
        #expect(
          Int(plane.values[y * width + x]) == (owner ?? -1) + 1, "seed \(seed) at (\(x), \(y))")
      }
    }
  }

  @Test func labelMapTellsIds() throws {
    var plane = LabelPlane(width: 12, height: 9)
    for instance in Samples.instances { plane.add(instance.mask(), area: instance.mask().area) }
    // The decoder keeps a sample's high byte: ids are chosen to be seen there.
    let png = LabelsFormat.png(plane, ids: [0x11FF, 0x22FF, 0x33FF])
    let read = try Image(decoding: png)
    func high(_ x: Int, _ y: Int) -> UInt8 { read.pixels[(y * 12 + x) * 3] }
    #expect(high(1, 1) == 0x12 && high(8, 7) == 0x23 && high(11, 0) == 0x34)
    #expect(high(6, 6) == 0x23, "the smaller one is on top")
    #expect(high(3, 3) == 0 && high(0, 0) == 0)
    // And 16 bits, one sample a pixel, stand in the header.
    #expect(png[24] == 16 && png[25] == 0)
  }
}
