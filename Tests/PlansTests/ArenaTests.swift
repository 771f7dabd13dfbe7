import TestSupport
import Testing

@testable import Plans

@Suite struct ArenaTests {
  @Test("Buffers that live at the same time never overlap", arguments: 0..<20)
  func placesApart(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var buffers = (0..<40).map { _ in
      let birth = Int.random(in: 0..<30, using: &random)
      return ArenaBuffer(
        blocks: .random(in: 1...4, using: &random), height: .random(in: 1...9, using: &random),
        width: .random(in: 1...9, using: &random), birth: birth,
        death: birth + .random(in: 0...8, using: &random))
    }
    let total = placeBuffers(&buffers)
    for (i, a) in buffers.enumerated() {
      #expect(a.offset >= 0 && a.offset + a.count <= total && a.offset % 16 == 0)
      for b in buffers[..<i] where a.birth <= b.death && b.birth <= a.death {
        #expect(a.offset + a.count <= b.offset || b.offset + b.count <= a.offset)
      }
    }
    // No step can do with less than what lives then; the arena is not far above.
    let least = (0..<40).map { step in
      buffers.filter { $0.birth <= step && step <= $0.death }.reduce(0) { $0 + $1.count }
    }.max()
    #expect(total < 2 * (least ?? 0))
    #expect(total < buffers.reduce(0) { $0 + $1.count } / 2)
  }

  @Test func aChainNeedsTwoPlaces() {
    var chain = (0..<10).map {
      ArenaBuffer(blocks: 1, height: 4, width: 4, birth: $0, death: $0 + 1)
    }
    #expect(placeBuffers(&chain) == 2 * 256)
  }

  @Test("Maps of one size share places of whole blocks", arguments: 0..<20)
  func regionsKeepBlocksTogether(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var buffers = (0..<40).map { _ in
      let birth = Int.random(in: 0..<30, using: &random)
      let side = 4 << Int.random(in: 0...3, using: &random)
      return ArenaBuffer(
        blocks: .random(in: 1...4, using: &random), height: side, width: side, birth: birth,
        death: birth + .random(in: 0...8, using: &random))
    }
    let total = placeRegions(&buffers)
    for (i, a) in buffers.enumerated() {
      #expect(a.offset >= 0 && a.offset + a.count <= total)
      for b in buffers[..<i] {
        if a.birth <= b.death && b.birth <= a.death {
          #expect(a.offset + a.count <= b.offset || b.offset + b.count <= a.offset)
        }
        // Of the four sizes the two smallest lie with the largest.
        if a.height == b.height && a.height > 8 {
          #expect((a.offset - b.offset) % a.blockCount == 0 || a.height == 32)
        } else if a.height != b.height && max(a.height, b.height) == 16 {
          #expect(a.offset + a.count <= b.offset || b.offset + b.count <= a.offset)
        }
      }
    }
  }
}
