import FastSAM
import TestSupport
import Testing

@Suite struct SegmenterTests {
  static let golden = GoldenYOLOv8.document

  /// The tiny network of index `index`, opened.
  private func segmenter(_ index: Int, threads: Int = 2) throws -> Segmenter {
    let file = try Self.golden.networks[index].layout.write()
    return try Segmenter(weights: file.path, threads: threads)
  }

  /// A gradient with a bright rectangle and some noise.
  private func picture(width: Int, height: Int) -> Image {
    Image(
      width: width, height: height,
      pixels: SyntheticNumbers.brightRectangle(width: width, height: height))
  }

  @Test("The pass that segments computes what ultralytics does", arguments: [0, 1])
  func traceIsTheReference(index: Int) throws {
    let (height, width) = (Self.golden.height, Self.golden.width)
    let layout = Self.golden.networks[index].layout
    let planes = SyntheticNumbers.levels(height: height, width: width)
    // Of the network's own size, so that the letterbox changes nothing.
    let picture = Image(
      width: width, height: height,
      pixels: (0..<planes.count).map { planes[$0 % 3 * height * width + $0 / 3] })
    let trace = try segmenter(index).trace(picture, size: ImageSize(height: height, width: width))
    #expect(
      trace.map(\.name)
        == ["input"] + (0...21).map { "model.\($0)" } + ["predictions", "prototypes"])
    #expect(trace[0].value == SyntheticNumbers.picture(height: height, width: width))
    var values = Dictionary(uniqueKeysWithValues: trace.map { ($0.name, $0.value) })
    // The three parts of a prediction have magnitudes of their own, and are judged apart.
    let predictions = trace[23].value
    let anchors = predictions.shape[2]
    let ends = [0, 4, 4 + layout.nc, 4 + layout.nc + layout.prototypes]
    try #require(predictions.shape == [1, ends[3], 126])
    for (part, name) in ["boxes", "scores", "coefficients"].enumerated() {
      values["predictions.\(name)"] = Tensor(
        [1, ends[part + 1] - ends[part], anchors],
        Array(predictions.elements[ends[part] * anchors..<ends[part + 1] * anchors]))
    }
    var judged = 0
    for golden in Self.golden.networks[index].values {
      // The head's raw maps are not in a trace.
      guard let value = values[golden.name] else { continue }
      #expect(golden.error(of: value) < 5e-6, "\(golden.name)")
      judged += 1
    }
    #expect(judged == 22 + 1 + 3)
  }

  @Test func segmentsASmallPicture() throws {
    let segmenter = try segmenter(0)
    let scene = segmenter.segment(
      picture(width: 75, height: 50), size: ImageSize(height: 64, width: 64),
      options: SegmentationOptions(confidence: 0.55, iou: 0.7))
    #expect(!scene.instances.isEmpty)
    #expect(scene.maskWidth == 75 && scene.maskHeight == 50)
    let scores = scene.instances.compactMap(\.score)
    #expect(scores == scores.sorted(by: >) && scores.allSatisfy { $0 > 0.55 && $0 < 1 })
    for instance in scene.instances {
      let (box, mask) = (instance.box, instance.mask())
      #expect(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= 75 && box.y2 <= 50)
      #expect(mask.area > 0 && mask.area <= 75 * 50)
    }
  }

  @Test("What is computed where it is asked is what whole maps have there", arguments: [0, 1])
  func lazyIsTheWhole(index: Int) throws {
    let segmenter = try segmenter(index)
    let picture = picture(width: 75, height: 50), size = ImageSize(height: 64, width: 96)
    let options = SegmentationOptions(confidence: 0.3, iou: 0.7)
    let lazy = segmenter.segment(picture, size: size, options: options).instances
    let whole = segmenter.record(picture, size: size, options: options).segmentation.scene.instances
    try #require(lazy.count == whole.count && lazy.count > 20)
    for (a, b) in zip(lazy, whole) {
      #expect(a.score == b.score && a.classIndex == b.classIndex)
      let difference = max(
        abs(a.box.x1 - b.box.x1), abs(a.box.y1 - b.box.y1), abs(a.box.x2 - b.box.x2),
        abs(a.box.y2 - b.box.y2))
      #expect(difference < 1e-3)
      #expect(a.mask().iou(b.mask()) > 0.99)
    }
  }

  @Test func nothingIsAboveCertainty() throws {
    let scene = try segmenter(1).segment(
      picture(width: 33, height: 65), size: ImageSize(height: 32, width: 32),
      options: SegmentationOptions(confidence: 1))
    #expect(scene.instances.isEmpty)
  }

  @Test(arguments: [(1, 1), (1, 200), (200, 1), (31, 33)])
  func anyShapeOfPicture(width: Int, height: Int) throws {
    let segmenter = try segmenter(1)
    let scene = segmenter.segment(
      picture(width: width, height: height), size: ImageSize(height: 64, width: 96),
      options: SegmentationOptions(confidence: 0.3))
    #expect(scene.imageWidth == width && scene.imageHeight == height)
    for instance in scene.instances { #expect(instance.mask().area <= width * height) }
  }

  @Test func tasksShareASegmenter() async throws {
    let segmenter = try segmenter(0, threads: 3)
    let pictures = [
      picture(width: 75, height: 50), picture(width: 40, height: 64),
      picture(width: 64, height: 64),
    ]
    let options = SegmentationOptions(confidence: 0.52, iou: 0.7)
    @Sendable func answer(_ index: Int) -> [String] {
      segmenter.segment(
        pictures[index], size: ImageSize(height: 64, width: 64), options: options
      ).instances.map { "\($0.score ?? 0) \($0.box) \($0.mask().area)" }
    }
    let alone = (0..<3).map(answer)
    #expect(alone.allSatisfy { !$0.isEmpty } && Set(alone).count == 3)
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<9 { group.addTask { answer(task % 3) == alone[task % 3] } }
      for await isSame in group { #expect(isSame) }
    }
  }

  @Test func sameBytesForEveryThreadCount() throws {
    let picture = picture(width: 75, height: 50)
    let size = ImageSize(height: 64, width: 64)
    let one = try segmenter(0, threads: 1).trace(picture, size: size)
    for threads in [2, 8] {
      let many = try segmenter(0, threads: threads).trace(picture, size: size)
      for (a, b) in zip(one, many) { #expect(a.value == b.value, "\(a.name) \(threads)") }
    }
  }

  @Test func sizesAreRoundedUpToTheStride() throws {
    let segmenter = try segmenter(1)
    let letterbox = segmenter.letterbox(
      picture(width: 100, height: 50), size: ImageSize(height: 65, width: 65))
    #expect(letterbox.width == 96 && letterbox.height == 64)
    // Without a size in the weights, the network's usual one.
    #expect(segmenter.imageSize == ImageSize(height: 640, width: 640))
    #expect(segmenter.classNames == ["class0", "class1", "class2"])
    #expect(segmenter.parameters == Self.golden.networks[1].parameters)
  }

  @Test func wrongWeightsAreNamed() throws {
    let layout = Self.golden.networks[1].layout
    let extra = try layout.write { $0.append(("optimizer.step", [1])) }
    #expect(
      throws: CheckpointError.unreadTensors(path: extra.path, names: ["optimizer.step"])
    ) { try Segmenter(weights: extra.path) }
    let missing = try layout.write { $0.removeAll { $0.name == "model.9.cv2.bn.bias" } }
    #expect(
      throws: CheckpointError.missingTensor(path: missing.path, name: "model.9.cv2.bn.bias")
    ) { try Segmenter(weights: missing.path) }
    let wrong = try layout.write { tensors in
      for i in tensors.indices where tensors[i].name == "model.16.conv.weight" {
        tensors[i].shape = [8, 8, 1, 1]
      }
    }
    #expect(
      throws: CheckpointError.wrongShape(
        path: wrong.path, name: "model.16.conv.weight", expected: [8, 8, 3, 3],
        found: [8, 8, 1, 1])
    ) { try Segmenter(weights: wrong.path) }
    #expect(throws: CheckpointError.missingFile(path: "/nowhere.pt")) {
      try Segmenter(weights: "/nowhere.pt")
    }
  }
}
