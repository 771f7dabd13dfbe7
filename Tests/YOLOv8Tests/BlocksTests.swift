import Checkpoints
import Graphs
import TestSupport
import Testing
import YOLOv8

@Suite struct BlocksTests {
  @Test(arguments: [
    ("model.0", "Conv"), ("model.2", "C2f"), ("model.2.cv1", nil), ("model.2.m", nil),
    ("model.2.m.0", "Bottleneck"), ("model.2.m.0.cv1", nil), ("model.9", "SPPF"),
    ("model.10", "Upsample"), ("model.11", "Concat"), ("model.22", "Segment"),
    ("model.22.cv2", "boxes"), ("model.22.cv3.0", "P3"), ("model.22.cv4.2", "P5"),
    ("model.22.proto", "Proto"), ("model.22.proto.cv1", nil), ("model.23", nil), ("picture", nil),
  ])
  func blocksAreNamedByTheFigure(path: String, block: String?) {
    #expect(YOLOv8Seg.block(path) == block)
  }

  @Test(arguments: [
    ("model.9.cv2", YOLOv8Stage.backbone), ("model.10", .neck), ("model.21.m.0.cv1", .neck),
    ("model.22.proto.cv1", .head), ("model.23", nil), ("model", nil),
  ])
  func stagesAreCutByNumber(path: String, stage: YOLOv8Stage?) {
    #expect(YOLOv8Stage(layer: path) == stage)
  }

  /// The products that torch's hooks count on ultralytics' network (its decoding's are none of ours).
  @Test(arguments: [(640, 19_957_606_400, 39.9), (1024, 51_091_472_384, 102.2)])
  func costOfTheSmallNetwork(size: Int, products: Int, gigaflops: Double) throws {
    let file = try HollowCheckpoint(YOLOv8Layout.s.tensors)
    let network = try YOLOv8Seg(weights: Checkpoint(path: file.path).weights())
    let cost = GraphCost(network.graph, height: size, width: size)
    #expect(cost.multiplyAdds == products)
    #expect((2 * Double(cost.multiplyAdds) / 1e8).rounded() / 10 == gigaflops)
    #expect(cost.parameters + 16 == network.parameters)
    #expect(cost.foldedParameters + 16 == 11_779_987)
  }
}
