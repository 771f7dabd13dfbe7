import Kernels
import Regions
import Segmentation
import TestSupport
import Testing

struct Picture: Sendable, CustomTestStringConvertible {
  let width: Int, height: Int
  let profile: Profile, masks: MaskSize
  var testDescription: String { "\(width)×\(height) \(profile) \(masks)" }

  /// Without padding, with padding that needs no, a double and a fourfold finer grid, upright,
  /// enlarged, and as small and as thin as pictures get.
  static let all: [Picture] = [
    (96, 96), (150, 90), (96, 60), (96, 56), (61, 97), (7, 5), (200, 131), (1, 1), (1000, 3),
    (2, 700),
  ].flatMap { width, height in
    Profile.allCases.flatMap { profile in
      MaskSize.allCases.map { Picture(width: width, height: height, profile: profile, masks: $0) }
    }
  }
}

@Suite struct MaskTests {
  // The point test is the definition: a value computed for one pixel alone. The raster, which
  // looks at outlines only, must give the same bits.
  @Test(arguments: Picture.all)
  func rasterIsThePointTestAtEveryPixel(_ picture: Picture) throws {
    let scene = ClosedFormHead.scene(
      imageWidth: picture.width, imageHeight: picture.height, profile: picture.profile,
      masks: picture.masks)
    for instance in scene.instances.prefix(6) {
      let mask = instance.mask()
      try #require(mask.width == scene.maskWidth && mask.height == scene.maskHeight)
      var wrong: [[Int]] = []
      for y in stride(from: 0, to: mask.height, by: 1 + mask.height / 100) {
        for x in stride(from: 0, to: mask.width, by: 1 + mask.width / 100)
        where mask[x, y] != scene.maskContains(instance.id, x: x, y: y) {
          wrong.append([x, y])
        }
      }
      #expect(wrong.isEmpty, "instance \(instance.id) at \(wrong.prefix(3))")
    }
  }

  @Test(arguments: Picture.all)
  func everyThreadCountGivesTheSame(_ picture: Picture) {
    func scene(_ threads: Int) -> Scene {
      ClosedFormHead.scene(
        imageWidth: picture.width, imageHeight: picture.height, profile: picture.profile,
        masks: picture.masks, threads: threads)
    }
    let one = scene(1), three = scene(3)
    #expect(one.instances.map(\.box) == three.instances.map(\.box))
    #expect(one.instances.map(\.score) == three.instances.map(\.score))
    #expect(one.masks(on: ThreadPool(threads: 1)) == three.masks(on: ThreadPool(threads: 3)))
  }

  @Test("Masks that are made together are those that are made alone, whosever they are")
  func masksMadeTogether() {
    let scenes = [(190, 120), (96, 96)].map {
      ClosedFormHead.scene(imageWidth: $0.0, imageHeight: $0.1, confidence: 0.1)
    }
    var instances = scenes[0].instances + scenes[1].instances + scenes[0].instances
    let filled = Mask(
      width: 40, height: 30, filling: PixelRectangle(x: 3, y: 4, width: 5, height: 6))
    instances.insert(
      Instance(
        id: 7, classIndex: 0, score: nil, box: instances[0].box, makeMask: { filled }), at: 1)
    for slice in [instances[...], instances[2..<5], instances[1..<2], instances[0..<0]] {
      var masks: [Int: Mask] = [:]
      slice.forEachMask { masks[$0] = $1 }
      #expect(masks.count == slice.count)
      for index in slice.indices { #expect(masks[index] == instances[index].mask()) }
    }
  }

  @Test func onlyOfficialKeepsEmptyMasks() {
    let official = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90, profile: .official)
    let ultralytics = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90)
    #expect(official.instances.contains { $0.mask().area == 0 })
    #expect(ultralytics.instances.allSatisfy { $0.mask().area > 0 })
    #expect(ultralytics.instances.map(\.id) == Array(ultralytics.instances.indices))
  }

  @Test func stabilityComparesTwoThresholds() throws {
    let scene = ClosedFormHead.scene(imageWidth: 96, imageHeight: 64)
    for instance in scene.instances {
      let stability = try #require(instance.stability())
      #expect(stability >= 0 && stability <= 1)
    }
    #expect(Set(scene.instances.compactMap { $0.stability() }).count > 5)
  }

  @Test(arguments: [(40, 30), (200, 170), (97, 61)])
  func stretchedMasksAreHalfCovered(_ width: Int, _ height: Int) {
    var random = SeededGenerator(seed: 5)
    var mask = Mask(
      width: 96, height: 64, window: PixelRectangle(x: 10, y: 5, width: 70, height: 50))
    for y in 5..<55 { for x in 10..<80 { mask[x, y] = Bool.random(using: &random) } }
    let stretch = Upsampling(
      x: BilinearTaps(from: 4..<90, to: width), y: BilinearTaps(from: 3..<60, to: height))
    let stretched = stretch.stretched(mask)
    #expect(stretched.width == width && stretched.height == height)
    var wrong = 0
    for y in 0..<height {
      for x in 0..<width
      where stretched[x, y] != stretch.contains(x: x, y: y, { mask[$0, $1] }) { wrong += 1 }
    }
    #expect(wrong == 0)
    #expect(stretch.contains(x: 0, y: 0) { _, _ in true })
    #expect(!stretch.contains(x: 0, y: 0) { _, _ in false })
  }

  @Test func tapsAreThoseOfHalfPixelCentres() {
    let up = BilinearTaps(from: 2..<4, to: 4)
    #expect(up.first == [2, 2, 2, 3] && up.second == [3, 3, 3, 3])
    #expect(up.secondWeight == [0, 0.25, 0.75, 0.25])
    let down = BilinearTaps(from: 0..<4, to: 2)
    #expect(down.first == [0, 2] && down.secondWeight == [0.5, 0.5])
    #expect(up.sources(of: 1..<3) == 2..<4)
    #expect(up.reach(of: 3..<4) == 0..<4 && down.reach(of: 0..<1) == 0..<1)
    #expect(up.reach(of: 2..<2).isEmpty)
  }
}
