import Foundation
import Imaging
import Kernels
import Regions
import Segmentation
import Testing

/// What the references say about the closed-form head (Tests/Golden/segmentation/generate.py).
struct Golden: Decodable, Sendable {
  struct Prompt: Decodable, Sendable {
    let points: [[Double]]?
    let labels: [Int]?
    let boxes: [[Double]]?
    let ids: [Int]?
    let merged: String?
    let area: Int?
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let width: Int, height: Int
    let profile: String, masks: String
    /// A row: x1, y1, x2, y2, score, class.
    let boxes: [[Float]]
    /// The masks as COCO's compressed run lengths.
    let codes: [String]
    let prompts: [Prompt]

    var testDescription: String { "\(width)×\(height) \(profile) \(masks)" }

    func scene(threads: Int = 1) throws -> Scene {
      ClosedFormHead.scene(
        imageWidth: width, imageHeight: height,
        profile: try #require(Profile(rawValue: profile)),
        masks: try #require(MaskSize(rawValue: masks)), threads: threads)
    }
  }

  let confidence: Double, iou: Double
  let cases: [Case]
  let classes: [[Float]]
  let predictions: [Float]

  static let document: Golden = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Golden/segmentation/segmentation.json")
    do {
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    } catch {
      fatalError("golden data at \(file.path): \(error)")
    }
  }()
}

@Suite struct GoldenTests {
  @Test(arguments: Golden.document.cases)
  func instancesAreTheReferences(_ golden: Golden.Case) throws {
    let scene = try golden.scene(threads: 2)
    try #require(scene.instances.count == golden.boxes.count)
    let masks = scene.masks(on: .init(threads: 2))
    for (instance, row) in zip(scene.instances, golden.boxes) {
      let box = instance.box
      for (ours, theirs) in zip([box.x1, box.y1, box.x2, box.y2], row) {
        #expect(abs(ours - theirs) < 1e-3, "box \(instance.id)")
      }
      #expect(abs((instance.score ?? -1) - row[4]) < 1e-6)
      let theirs = try RunLength(
        width: scene.maskWidth, height: scene.maskHeight, compressed: golden.codes[instance.id]
      ).mask()
      // Matrix products of different libraries round differently.
      #expect(
        instance.mask().symmetricDifference(theirs).area <= 1, "mask \(instance.id)")
      #expect(masks[instance.id] == instance.mask())
    }
  }

  @Test(arguments: Golden.document.cases)
  func promptsChooseWhatTheReferencesChoose(_ golden: Golden.Case) throws {
    let scene = try golden.scene()
    for prompt in golden.prompts {
      let points = zip(prompt.points ?? [], prompt.labels ?? []).map {
        PointPrompt(x: $0[0], y: $0[1], label: $1)
      }
      let boxes = (prompt.boxes ?? []).map {
        BoxPrompt(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3])
      }
      let chosen = try scene.select(points: points, boxes: boxes)
      if let merged = prompt.merged {
        #expect(chosen.isEmpty == (prompt.area == 0), "\(prompt)")
        let theirs = try RunLength(
          width: scene.maskWidth, height: scene.maskHeight, compressed: merged
        ).mask()
        for instance in chosen {
          #expect(instance.mask().symmetricDifference(theirs).area <= 3, "\(prompt)")
          #expect(instance.score == nil && instance.members?.isEmpty == false)
        }
      } else {
        #expect(chosen.map(\.id) == prompt.ids, "\(prompt)")
      }
    }
  }

  @Test func severalClassesAreSuppressedApart() {
    let scene = segment(
      ClosedFormHead.output(classes: 5),
      letterbox: ClosedFormHead.letterbox(imageWidth: 96, imageHeight: 64),
      options: SegmentationOptions(
        confidence: 0.25, iou: 0.5, profile: .official, masks: .network),
      on: .init(threads: 1))
    #expect(scene.instances.count == Golden.document.classes.count)
    let frame = Box<ImageFrame>(x1: 0, y1: 0, x2: 96, y2: 64)
    for (instance, row) in zip(scene.instances, Golden.document.classes) {
      // A box that becomes the frame loses its class in this profile.
      #expect(instance.classIndex == (instance.box == frame ? 0 : Int(row[5])))
      #expect(abs((instance.score ?? -1) - row[4]) < 1e-6)
    }
  }

  @Test func predictionsAreDecodedHeads() {
    let predictions = ClosedFormHead.output(classes: 1).predictions()
    #expect(predictions.shape == [1, 13, 126])
    var index = 0
    for row in 0..<13 {
      for anchor in stride(from: 0, to: 126, by: 17) {
        #expect(abs(predictions[0, row, anchor] - Golden.document.predictions[index]) < 2e-5)
        index += 1
      }
    }
  }
}
