import Imaging
import Kernels
import Regions
import Segmentation
import Tensors
import Testing

/// What is told of a run must be what the run did.
@Suite struct RecordTests {
  private let head = ClosedFormHead.output()
  private let letterbox = ClosedFormHead.letterbox(imageWidth: 144, imageHeight: 96)
  private let pool = ThreadPool(threads: 2)

  private func record(_ options: SegmentationOptions) -> SegmentationRecord {
    SegmentationRecord(head, letterbox: letterbox, options: options, on: pool)
  }

  private func iou(_ a: Box<ModelFrame>, _ b: Box<ModelFrame>) -> Float {
    let width = max(min(a.x2, b.x2) - max(a.x1, b.x1), 0)
    let height = max(min(a.y2, b.y2) - max(a.y1, b.y1), 0)
    return width * height / (a.area + b.area - width * height)
  }

  @Test(arguments: Profile.allCases)
  func theSceneIsTheOneThatIsSegmented(profile: Profile) {
    let options = SegmentationOptions(confidence: 0.3, iou: 0.5, profile: profile)
    let scene = segment(head, letterbox: letterbox, options: options, on: pool)
    let record = record(options)
    #expect(record.scene.instances.map(\.box) == scene.instances.map(\.box))
    #expect(record.scene.instances.map(\.score) == scene.instances.map(\.score))
    #expect(!scene.instances.isEmpty)
  }

  @Test func everyBoxHasItsFate() {
    let record = record(SegmentationOptions(confidence: 0.2, iou: 0.3))
    #expect(record.found == record.candidates.count)
    #expect(record.candidates.map(\.score) == record.candidates.map(\.score).sorted(by: >))
    let kept = record.kept
    #expect(kept.count < record.found && kept.count > 5)
    for (place, candidate) in record.candidates.enumerated() {
      guard let (anchor, iou) = candidate.suppressor else { continue }
      let earlier = record.candidates[..<place].first { $0.anchor == anchor }
      #expect(earlier?.suppressor == nil && earlier != nil)
      #expect(iou > 0.3)
      if let other = earlier?.box { #expect(abs(self.iou(candidate.box, other) - iou) < 1e-5) }
    }
    let told = kept.reduce(0) { $0 + record.suppressed(by: $1.anchor).count }
    #expect(told + kept.count == record.found)
    // Every instance comes from a kept box.
    #expect(Set(record.scene.anchors).isSubset(of: kept.map(\.anchor)))
  }

  @Test func boxesAreNotLookedAtWhenEnoughAreKept() {
    let record = record(SegmentationOptions(confidence: 0.2, iou: 0.9, maximumDetections: 3))
    #expect(record.kept.count == 3 && record.candidates.count < record.found)
  }

  @Test func distributionsMakeTheBox() throws {
    let candidate = try #require(
      record(SegmentationOptions(confidence: 0.2, iou: 0.9)).candidates.last)
    let distributions = head.sideDistributions(of: candidate.anchor)
    let expected = head.expectedBins(of: candidate.anchor)
    #expect(distributions.map(\.count) == [8, 8, 8, 8])
    for (distribution, bin) in zip(distributions, expected) {
      #expect(abs(distribution.reduce(0, +) - 1) < 1e-5)
      let mean = distribution.enumerated().reduce(0) { $0 + Float($1.offset) * $1.element }
      #expect(abs(mean - bin) < 1e-4)
    }
    let (x, y, stride) = head.place(of: candidate.anchor)
    let box = candidate.box
    let sides = [x - box.x1, y - box.y1, box.x2 - x, box.y2 - y]
    for (side, bin) in zip(sides, expected) { #expect(abs(side - bin * stride) < 1e-3) }
  }
}

/// The parts that a mask is mixed from must be those of the mask.
@Suite struct MixingTests {
  private func scene(_ profile: Profile, _ size: MaskSize) -> Scene {
    ClosedFormHead.scene(imageWidth: 144, imageHeight: 96, profile: profile, masks: size)
  }

  @Test func allTermsAreTheFieldOfTheMask() throws {
    let scene = scene(.ultralytics, .network)
    let prototypes = scene.prototypes
    let plane = prototypes.shape[2] * prototypes.shape[3]
    for instance in scene.instances {
      let sum = scene.logits(of: instance.id).elements
      let coefficients = scene.coefficients(of: instance.id)
      let values = prototypes.elements
      let worst = (0..<plane).reduce(Float(0)) { worst, cell in
        let naive = coefficients.indices.reduce(Float(0)) {
          $0 + coefficients[$1] * values[$1 * plane + cell]
        }
        return max(worst, abs(naive - sum[cell]) / max(1, abs(naive)))
      }
      #expect(worst < 1e-5)
      let all = Set(coefficients.indices)
      #expect(scene.logits(of: instance.id, prototypes: all).elements == sum)
    }
    #expect(!scene.instances.isEmpty)
  }

  @Test func partsAddUp() {
    let scene = scene(.ultralytics, .full)
    let even = scene.logits(of: 0, prototypes: [0, 2, 4, 6]).elements
    let odd = scene.logits(of: 0, prototypes: [1, 3, 5, 7]).elements
    let sums = zip(even, odd).map { $0 + $1 }
    #expect(zip(scene.logits(of: 0).elements, sums).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(scene.logits(of: 0, prototypes: []).elements.allSatisfy { $0 == 0 })
  }

  @Test(arguments: Profile.allCases, MaskSize.allCases)
  func levelsNestAroundTheMask(profile: Profile, size: MaskSize) {
    let scene = scene(profile, size)
    for instance in scene.instances {
      let id = instance.id
      let mask = instance.mask()
      #expect(scene.mask(of: id, above: 0) == mask)
      #expect(scene.mask(of: id, above: 1).subtracting(mask).isEmpty)
      if scene.cells(of: id) == nil {
        let uncropped = scene.mask(of: id, above: 0, isCropped: false)
        let window = Mask(
          width: mask.width, height: mask.height, filling: scene.window(of: id))
        #expect(uncropped.intersection(window) == mask)
      }
      let sources = scene.sources(of: id)
      let grid = PixelRectangle(
        x: 0, y: 0, width: scene.prototypes.shape[3], height: scene.prototypes.shape[2])
      #expect(grid.contains(sources))
    }
  }
}
