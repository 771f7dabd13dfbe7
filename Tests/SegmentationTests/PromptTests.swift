import Imaging
import Kernels
import Regions
import Segmentation
import Testing

@Suite struct PromptTests {
  private let pool = ThreadPool(threads: 1)

  @Test func promptsThatMakeNoSenseAreNamed() {
    let scene = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90)
    func error(points: [PointPrompt] = [], boxes: [BoxPrompt] = []) -> PromptError? {
      do {
        _ = try scene.select(points: points, boxes: boxes)
        return nil
      } catch {
        return error
      }
    }
    #expect(error(points: [PointPrompt(x: 3, y: 4, label: 2)]) == .label(2))
    #expect(
      error(points: [PointPrompt(x: 151, y: 4)])
        == .outside("point 151,4", width: 150, height: 90))
    #expect(
      error(points: [PointPrompt(x: -0.5, y: 4)])
        == .outside("point -0.5,4", width: 150, height: 90))
    #expect(error(points: [PointPrompt(x: .nan, y: 4)]) == .notANumber("point nan,4"))
    #expect(error(points: [PointPrompt(x: 150, y: 90)]) == nil)
    #expect(
      error(boxes: [BoxPrompt(x1: 150, y1: 4, x2: 300, y2: 50)])
        == .outside("box 150,4,300,50", width: 150, height: 90))
    #expect(
      error(boxes: [BoxPrompt(x1: 8, y1: 4, x2: 8, y2: 50)]) == .emptyBox("box 8,4,8,50"))
    #expect(
      error(boxes: [BoxPrompt(x1: 8.1, y1: 4, x2: 8.9, y2: 50)])
        == .emptyBox("box 8.1,4,8.9,50"))
    #expect(
      error(boxes: [BoxPrompt(x1: 0, y1: 0, x2: .infinity, y2: 5)])
        == .notANumber("box 0,0,inf,5"))
    #expect(error(boxes: [BoxPrompt(x1: -1e30, y1: -50, x2: 1e30, y2: 20)]) == nil)
  }

  @Test func officialTakesOneKind() throws {
    let point = [PointPrompt(x: 40, y: 40)], box = [BoxPrompt(x1: 9, y1: 9, x2: 50, y2: 50)]
    let official = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90, profile: .official)
    #expect(throws: PromptError.severalKinds(.official)) {
      try official.select(points: point, boxes: box)
    }
    #expect(throws: PromptError.severalKinds(.official)) {
      try official.select(boxes: box, texts: [[0]])
    }
    let ultralytics = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90)
    let both = try ultralytics.select(points: point, boxes: box, texts: [[3], [1]]).map(\.id)
    let parts = try [
      ultralytics.select(points: point), ultralytics.select(boxes: box),
      ultralytics.select(texts: [[3], [1]]),
    ].joined().map(\.id)
    #expect(both == Set(parts).sorted())
    #expect(
      try ultralytics.select(.point(x: 40, y: 40), .box(x1: 9, y1: 9, x2: 50, y2: 50)).map(\.id)
        == ultralytics.select(points: point, boxes: box).map(\.id))
  }

  /// The box search skips masks that cannot win; counting pixels for each must choose the same.
  @Test(arguments: Profile.allCases)
  func boxesChooseTheBestOfAllMasks(_ profile: Profile) throws {
    let scene = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90, profile: profile)
    let masks = scene.masks(on: pool)
    for i in 0..<60 {
      let x = i * 37 % 120, y = i * 53 % 70, width = 2 + i * 7 % 29, height = 2 + i * 11 % 19
      let ious = masks.map { mask in
        var inside = 0
        for row in y..<y + height {
          for column in x..<x + width where mask[column, row] { inside += 1 }
        }
        return Float(inside) / Float(width * height + mask.area - inside)
      }
      let best = ious.firstIndex(of: ious.max() ?? 0)
      let box = BoxPrompt(
        x1: Double(x), y1: Double(y), x2: Double(x + width), y2: Double(y + height))
      #expect(try scene.select(boxes: [box]).map(\.id) == [best ?? -1])
    }
  }

  @Test func textsChooseAmongMasksOfMoreThanAHundredPixels() {
    let scene = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90)
    let crops = scene.textCrops(on: pool)
    #expect(crops.map(\.id) == scene.instances.filter { $0.mask().area > 100 }.map(\.id))
    let scores = [
      crops.indices.map { $0 == 2 || $0 == 4 ? 0.75 : 0.25 } as [Float],
      crops.indices.map { $0 == 0 ? .nan : -Float($0) },
    ]
    #expect(
      scene.matches(scores, of: crops) == [
        [TextMatch(text: 0, id: crops[2].id, score: 0.75)],
        [TextMatch(text: 1, id: crops[1].id, score: -1)],
      ])
    #expect(
      scene.matches(scores, of: crops, above: 0.5).map { $0.map(\.id) }
        == [[crops[2].id, crops[4].id], []])
  }

  @Test func cropsShowWhatTheProfileShows() throws {
    let image = Image(
      width: 150, height: 90, pixels: (0..<150 * 90 * 3).map { UInt8($0 % 199 + 20) })
    let masked = try #require(
      ClosedFormHead.scene(imageWidth: 150, imageHeight: 90).textCrops(on: pool).first)
    guard case .masked(let mask, let rectangle) = masked.content else {
      Issue.record("\(masked.content)")
      return
    }
    let cut = masked.render(image)
    #expect(cut.width == rectangle.width && cut.height == rectangle.height)
    for y in 0..<cut.height {
      for x in 0..<cut.width {
        let from = ((rectangle.y + y) * 150 + rectangle.x + x) * 3, to = (y * cut.width + x) * 3
        let isShown = mask[rectangle.x + x, rectangle.y + y]
        #expect(cut.pixels[to + 1] == (isShown ? image.pixels[from + 1] : 0))
      }
    }

    let canvas = try #require(
      ClosedFormHead.scene(imageWidth: 150, imageHeight: 90, profile: .official)
        .textCrops(on: pool).first)
    guard case .canvas(150, 90, let window) = canvas.content else {
      Issue.record("\(canvas.content)")
      return
    }
    let shown = canvas.render(image)
    for y in 0..<90 {
      for x in 0..<150 {
        let isInside =
          window.x <= x && x < window.endX && window.y <= y && y < window.endY
        let i = (y * 150 + x) * 3
        #expect(shown.pixels[i] == (isInside ? image.pixels[i] : 255))
      }
    }
  }

  @Test func widerIsTheLargestCover() throws {
    let scene = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90)
    let crops = scene.textCrops(on: pool), masks = scene.masks(on: pool)
    for crop in crops {
      let covers = crops.map(\.id).filter {
        Double(masks[$0].intersectionCount(masks[crop.id])) > 0.9 * Double(masks[crop.id].area)
      }
      let largest = covers.map { masks[$0].area }.max()
      #expect(masks[scene.wider(than: crop.id, among: crops)].area == largest)
    }
  }

  @Test func smoothingClosesGapsAndOpensWhatIsThin() {
    var mask = Mask(
      width: 60, height: 40, filling: PixelRectangle(x: 10, y: 10, width: 30, height: 20))
    let square = mask
    mask[20, 20] = false
    let spike = Mask(
      width: 60, height: 40, filling: PixelRectangle(x: 40, y: 12, width: 9, height: 6))
    #expect(MaskRefinement(smooths: true)(mask.union(spike)) == square)
    // A gap of three pixels, and an arm of seven, are not noise.
    let gap = Mask(
      width: 60, height: 40, filling: PixelRectangle(x: 24, y: 18, width: 3, height: 3))
    let arm = Mask(
      width: 60, height: 40, filling: PixelRectangle(x: 40, y: 12, width: 9, height: 7))
    let kept = square.union(arm).subtracting(gap)
    #expect(!MaskRefinement(smooths: true)(kept)[25, 19])
    #expect(MaskRefinement(smooths: true)(square.union(arm)) == square.union(arm))
  }

  @Test func refinementsAreDoneInOrder() throws {
    let scene = ClosedFormHead.scene(imageWidth: 150, imageHeight: 90)
    let all = scene.instances, masks = scene.masks(on: pool)
    #expect(scene.refined(all, by: MaskRefinement(), on: pool).count == all.count)

    let large = scene.refined(all, by: MaskRefinement(minimumArea: 500), on: pool)
    #expect(large.map(\.id) == all.map(\.id).filter { masks[$0].area >= 500 })
    #expect(!large.isEmpty && large.count < all.count)

    let refinement = MaskRefinement(
      fillsHolesBelow: 50, removesIslandsBelow: 50, smooths: true, merges: true)
    let merged = try #require(scene.refined(large, by: refinement, on: pool).first)
    var union = Mask(width: 150, height: 90)
    for instance in large { union.formUnion(refinement(instance.mask())) }
    #expect(merged.mask() == union)
    #expect(merged.members == large.map(\.id) && merged.score == nil)
    let bounds = try #require(union.boundingRectangle)
    #expect(
      merged.box
        == Box(
          x1: Float(bounds.x), y1: Float(bounds.y), x2: Float(bounds.endX),
          y2: Float(bounds.endY)))
  }
}
