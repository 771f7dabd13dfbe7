import Imaging
import Kernels
import Segmentation
import Tensors
import TestSupport
import Testing

@Suite struct DetectionTests {
  private func map(_ logits: [Float], classes: Int = 1) -> ScoreMap {
    ScoreMap(stride: 8, logits: Tensor([1, classes, 1, logits.count / classes], logits))
  }

  @Test(arguments: [0, 0.001, 0.05, 0.4, 0.9999, 1] as [Float])
  func candidatesAreThoseWhoseScoreIsAbove(_ confidence: Float) {
    var random = SeededGenerator(seed: 7)
    let logits = random.floats(4000, in: -12...12) + [.nan, .infinity, -.infinity]
    let found = candidates(in: [map(logits)], above: confidence)
    let anchors: [Int] = logits.indices.filter { sigmoid(logits[$0]) > confidence }
    let scores: [Float] = anchors.map { sigmoid(logits[$0]) }
    #expect(found.anchors == anchors)
    #expect(found.scores == scores)
  }

  @Test func confidenceIsStrict() {
    let found = candidates(in: [map([0, 0.00001])], above: 0.5)
    #expect(found.anchors == [1])
  }

  @Test func firstClassWinsTiesOfTheScore() {
    // Different logits whose probabilities are one float: 1.
    let found = candidates(in: [map([1, 0, 40, 2, 60, 3], classes: 3)], above: 0.5)
    #expect(found.classes == [1, 2] && found.anchors == [0, 1])
  }

  private func suppress(_ boxes: [Box<ModelFrame>], classes: [Int], limit: Double) -> [Int] {
    var suppression = Suppression(limit: limit)
    return boxes.indices.filter { suppression.insert(boxes[$0], classIndex: classes[$0]) }
  }

  @Test func onlyTheBestAreKept() {
    func scene(_ maximum: Int) -> Scene {
      segment(
        ClosedFormHead.output(),
        letterbox: ClosedFormHead.letterbox(imageWidth: 96, imageHeight: 64),
        options: SegmentationOptions(
          confidence: 0.001, iou: 0.7, maximumDetections: maximum, profile: .official),
        on: ThreadPool(threads: 1))
    }
    let all = scene(1000)
    #expect(scene(0).instances.isEmpty)
    #expect(scene(7).instances.map(\.box) == all.instances.prefix(7).map(\.box))
    #expect(all.instances.count > 50)
  }

  @Test(arguments: [0.3, 0.7, 0.9], [1, 3])
  func suppressionIsGreedy(_ limit: Double, _ classes: Int) {
    var random = SeededGenerator(seed: 11)
    let boxes: [Box<ModelFrame>] = (0..<600).map { _ in
      let v = random.floats(4, in: 0...1)
      return Box(
        x1: v[0] * 60, y1: v[1] * 60, x2: v[0] * 60 + 20 + v[2] * 40,
        y2: v[1] * 60 + 20 + v[3] * 40)
    }
    let labels = boxes.indices.map { $0 % classes }
    var expected: [Int] = []
    for i in boxes.indices {
      let isFree = expected.allSatisfy { j in
        let offsetI = Float(labels[i]) * 7680, offsetJ = Float(labels[j]) * 7680
        let (a, b) = (boxes[i].moved(offsetI), boxes[j].moved(offsetJ))
        let width = max(min(a.x2, b.x2) - max(a.x1, b.x1), 0)
        let height = max(min(a.y2, b.y2) - max(a.y1, b.y1), 0)
        let overlap = width * height
        return Double(overlap / (a.area + b.area - overlap)) <= limit
      }
      if isFree { expected.append(i) }
    }
    #expect(suppress(boxes, classes: labels, limit: limit) == expected)
  }

  @Test func anIoUAtTheLimitIsKept() {
    // Overlap 2, union 4: exactly a half.
    let boxes = [Box<ModelFrame>(x1: 0, y1: 0, x2: 3, y2: 1), .init(x1: 1, y1: 0, x2: 4, y2: 1)]
    #expect(suppress(boxes, classes: [0, 0], limit: 0.5) == [0, 1])
    #expect(suppress(boxes, classes: [0, 0], limit: 0.4999) == [0])
  }

  @Test func bordersAttractWithinTwentyPixels() {
    func snap(_ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float) -> Box<ImageFrame> {
      Box(x1: x1, y1: y1, x2: x2, y2: y2).snapped(toBorderOf: 200, 100)
    }
    #expect(snap(19.5, 20, 180, 80.5) == Box(x1: 0, y1: 20, x2: 180, y2: 100))
    #expect(snap(50, 30, 60, 40) == Box(x1: 50, y1: 30, x2: 60, y2: 40))
    // More than nine tenths of the frame is all of it; nine tenths is not.
    #expect(snap(0, 0, 179, 100) == Box(x1: 0, y1: 0, x2: 179, y2: 100))
    #expect(snap(0, 0, 200, 79) == Box(x1: 0, y1: 0, x2: 200, y2: 79))
    #expect(snap(-3, -5, 190, 99) == Box(x1: 0, y1: 0, x2: 200, y2: 100))
  }

  @Test func nothingAboveTheConfidenceIsAnEmptyScene() throws {
    for profile in Profile.allCases {
      let scene = ClosedFormHead.scene(
        imageWidth: 96, imageHeight: 64, profile: profile, confidence: 1)
      #expect(scene.instances.isEmpty)
      #expect(try scene.select(points: [PointPrompt(x: 3, y: 3)]).isEmpty)
      #expect(try scene.select(boxes: [BoxPrompt(x1: 1, y1: 1, x2: 9, y2: 9)]).isEmpty)
      #expect(scene.textCrops(on: ThreadPool(threads: 1)).isEmpty)
    }
  }

  @Test func aBoxThatIsNotANumberIsNoDetection() {
    let head = ClosedFormHead.output()
    let broken = HeadOutput(
      levels: head.levels.map {
        HeadLevel(
          stride: $0.stride, boxes: Tensor($0.boxes.shape, repeating: .nan), scores: $0.scores,
          coefficients: $0.coefficients)
      }, prototypes: head.prototypes)
    let scene = segment(
      broken, letterbox: ClosedFormHead.letterbox(imageWidth: 96, imageHeight: 64),
      options: SegmentationOptions(profile: .official), on: ThreadPool(threads: 1))
    #expect(scene.instances.isEmpty)
  }
}

extension Box {
  fileprivate func moved(_ offset: Float) -> Box {
    Box(x1: x1 + offset, y1: y1 + offset, x2: x2 + offset, y2: y2 + offset)
  }
}
