import Kernels
import Regions
import TestSupport
import Testing

@testable import Segmentation

@Suite struct EmptyMaskTests {
  /// Windows from thin to all of the picture, and logits that are rarely positive.
  @Test("What counts as empty is what has no pixel", arguments: Picture.all)
  func emptyIsWithoutPixel(_ picture: Picture) {
    let scene = ClosedFormHead.scene(
      imageWidth: picture.width, imageHeight: picture.height, profile: picture.profile,
      masks: picture.masks)
    let field = scene.field, geometry = field.geometry
    var random = SeededGenerator(seed: 41)
    let seeds = (0..<150).map { _ in
      var corners: [Float] = []
      for side in [geometry.width, geometry.height] {
        let ends = random.floats(2, in: 0...Float(side)).sorted()
        corners += Bool.random(using: &random) ? ends : [ends[0], ends[0] + 2]
      }
      let (x1, x2) = (corners[0], corners[1]), (y1, y2) = (corners[2], corners[3])
      return MaskField.Seed(
        coefficients: random.floats(ClosedFormHead.prototypes, in: -1...0.3),
        crop: geometry.crop(
          network: .init(x1: x1, y1: y1, x2: x2, y2: y2),
          image: .init(x1: x1, y1: y1, x2: x2, y2: y2)))
    }
    let there = seeds.indices.filter { field.mask(of: seeds[$0]).area > 0 }
    for threads in [1, 3] {
      #expect(field.nonEmpty(seeds, on: ThreadPool(threads: threads)) == there)
    }
  }
}
