import Kernels
import TestSupport
import Testing

@Suite struct TranspositionTests {
  @Test(
    "A transposition moves every number and touches no other, on every instruction set",
    arguments: [(16, 16), (64, 16), (37, 16), (15, 15), (1, 40), (48, 1), (35, 53), (0, 16)])
  func movesNumbers(rows: Int, columns: Int) {
    var random = SeededGenerator(seed: 21)
    let sourceStep = columns + 3, targetStep = rows + 5
    let source = random.floats(max(1, rows * sourceStep))
    var expected = [Float](repeating: 7, count: max(1, columns * targetStep))
    for row in 0..<rows {
      for column in 0..<columns {
        expected[column * targetStep + row] = source[row * sourceStep + column]
      }
    }
    for kernels in VectorKernels.available {
      var actual = [Float](repeating: 7, count: expected.count)
      kernels.transpose(source, sourceStep, rows, columns, &actual, targetStep)
      #expect(actual == expected, "\(kernels.name)")
    }
  }
}

@Suite struct BlockedMapTests {
  /// What stands in a map's channel and cell; both can be read off it.
  private func number(_ channel: Int, _ cell: Int) -> Float { Float(1000 * channel + cell) }

  /// Calls `body` with a map of `number`s; lanes that hold no channel are NaN.
  private func withMap(
    _ lanes: ChannelLanes, _ height: Int, _ width: Int, _ body: (BlockedMap) -> Void
  ) {
    let cells = height * width
    var floats: [Float] = []
    for block in 0..<lanes.blocks {
      for cell in 0..<cells {
        for lane in 0..<16 {
          floats.append(lanes.channels[block * 16 + lane].map { number($0, cell) } ?? .nan)
        }
      }
    }
    floats.withUnsafeBufferPointer { floats in
      guard let base = floats.baseAddress else { return }
      body(
        BlockedMap(
          (0..<lanes.blocks).map { base + $0 * cells * 16 }, lanes: lanes, height: height,
          width: width))
    }
  }

  static let lanes = [
    ChannelLanes(parts: [40]), ChannelLanes(parts: [1]), ChannelLanes(parts: [19, 3, 16]),
    // Neighbouring lanes whose channels are none, and a channel before its neighbour.
    ChannelLanes([nil, 0, 1, nil, 3, 2] + [Int?](repeating: nil, count: 10)),
  ]

  @Test("Planes and channels are those that the lanes name", arguments: lanes, [(1, 5), (7, 9)])
  func copies(lanes: ChannelLanes, size: (height: Int, width: Int)) {
    withMap(lanes, size.height, size.width) { map in
      let channels = lanes.channels.compactMap(\.self).count, cells = size.height * size.width
      #expect(map.channels == channels && map.cells == cells)
      for threads in [1, 3] {
        var planes = [Float](repeating: .nan, count: channels * cells)
        map.copyPlanes(to: &planes, on: ThreadPool(threads: threads))
        #expect(planes == planes.indices.map { number($0 / cells, $0 % cells) })
      }
      var part = [Float](repeating: -1, count: channels * 6)
      map.copyPlanes(of: 1..<5, to: &part, step: 6)
      #expect(part == part.indices.map { $0 % 6 < 4 ? number($0 / 6, $0 % 6 + 1) : -1 })
      var row = [Float](repeating: .nan, count: channels)
      map.copyChannels(of: 3, to: &row)
      #expect(row == row.indices.map { number($0, 3) })
    }
  }
}
