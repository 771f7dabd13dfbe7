import Kernels
import Segmentation
import Tensors
import TestSupport
import Testing

/// A head in blocks, as a plan leaves it; valid as long as this is.
private final class Blocks {
  let head: BlockedHead
  private let memory: [UnsafeMutablePointer<Float>]

  init(_ head: HeadOutput) {
    var memory: [UnsafeMutablePointer<Float>] = []
    func map(_ tensor: Tensor) -> BlockedMap {
      let (channels, height, width) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
      let blocks = stride(from: 0, to: channels, by: 16).map { first in
        let block = UnsafeMutablePointer<Float>.allocate(capacity: height * width * 16)
        memory.append(block)
        for i in 0..<height * width * 16 {
          let (cell, channel) = (i / 16, first + i % 16)
          block[i] = channel < channels ? tensor[0, channel, cell / width, cell % width] : .nan
        }
        return UnsafePointer(block)
      }
      return BlockedMap(
        blocks, lanes: ChannelLanes(parts: [channels]), height: height, width: width)
    }
    self.head = BlockedHead(
      levels: head.levels.map {
        BlockedHead.Level(
          stride: $0.stride, boxes: map($0.boxes), scores: map($0.scores),
          coefficients: map($0.coefficients))
      }, prototypes: head.prototypes)
    self.memory = memory
  }

  deinit { for block in memory { block.deallocate() } }
}

@Suite struct BlockedHeadTests {
  /// A head of seeded logits.
  private func head(bins: Int, classes: Int, masks: Int, height: Int, width: Int) -> HeadOutput {
    var random = SeededGenerator(seed: 31)
    func map(_ channels: Int, _ stride: Int, _ range: ClosedRange<Float>) -> Tensor {
      let shape: Shape = [1, channels, height / stride, width / stride]
      return Tensor(shape, random.floats(shape.count, in: range))
    }
    return HeadOutput(
      levels: [8, 16, 32].map {
        HeadLevel(
          stride: $0, boxes: map(4 * bins, $0, -8...8), scores: map(classes, $0, -9...3),
          coefficients: map(masks, $0, -1...1))
      }, prototypes: map(masks, 4, -1...1))
  }

  @Test(
    "Predictions are what the definition says, for every number of threads",
    arguments: [(16, 1, 32), (26, 1, 32), (8, 3, 8), (1, 80, 5)])
  func predictionsAreDefined(bins: Int, classes: Int, masks: Int) throws {
    // 160×224: 560, 140 and 35 cells, so some parts are no whole vectors.
    let head = head(bins: bins, classes: classes, masks: masks, height: 160, width: 224)
    let expected = head.predictions()
    let blocks = Blocks(head)
    let actual = blocks.head.predictions(on: ThreadPool(threads: 1))
    try #require(actual.shape == expected.shape)
    try #require(actual.shape == [1, 4 + classes + masks, 735])
    func error(_ rows: Range<Int>, _ scale: (Float) -> Float) -> Float {
      zip(actual.elements, expected.elements).enumerated().reduce(0) { worst, element in
        guard rows.contains(element.offset / 735) else { return worst }
        let (a, e) = element.element
        let difference = abs(a - e) / scale(e)
        return difference <= worst ? worst : difference  // keeps a NaN
      }
    }
    // A box is a difference of distances of up to 26 cells of 32 pixels.
    #expect(error(0..<4) { _ in 1 } <= 2e-4)
    #expect(error(4..<4 + classes) { $0 } <= 1e-6)
    #expect(error(4 + classes..<4 + classes + masks) { _ in 1 } == 0)
    for threads in [2, 8] {
      #expect(blocks.head.predictions(on: ThreadPool(threads: threads)) == actual)
    }
  }
}
