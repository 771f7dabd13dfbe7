import Imaging
import Tensors
import Testing

struct LetterboxTests {
  @Test(arguments: [
    // height, width, target → content height and width, top, bottom, left, right
    ([603, 1072, 1024], [576, 1024, 0, 0, 0, 0]),
    ([1080, 1920, 640], [360, 640, 12, 12, 0, 0]),
    ([427, 640, 640], [427, 640, 10, 11, 0, 0]),
    ([427, 640, 1024], [683, 1024, 10, 11, 0, 0]),
    ([641, 1000, 1024], [656, 1024, 8, 8, 0, 0]),
    ([3, 3000, 640], [1, 640, 15, 16, 0, 0]),
  ])
  func fitsAsTheWorkedExamples(_ picture: [Int], _ expected: [Int]) {
    let box = Letterbox(
      imageWidth: picture[1], imageHeight: picture[0], targetHeight: picture[2],
      targetWidth: picture[2])
    #expect(
      [box.contentHeight, box.contentWidth, box.top, box.bottom, box.left, box.right] == expected)
  }

  @Test(arguments: Golden.shared.letterboxes)
  func inputIsTheReferences(_ fit: Golden.Fit) {
    let box = fit.letterbox
    #expect([box.contentWidth, box.contentHeight] == fit.content)
    #expect([box.left, box.top, box.right, box.bottom] == fit.pads)
    let input = box.render(.pattern(fit.picture[0], fit.picture[1]))
    #expect(input.shape == [1, 3, box.height, box.width])
    #expect(input.withUnsafeElements { crc32(UnsafeRawBufferPointer($0)) } == fit.crc)
  }

  @Test func rowsMayBeRenderedApart() {
    let image = Image.pattern(50, 91)
    let box = Letterbox(imageWidth: 50, imageHeight: 91, targetHeight: 64, targetWidth: 96)
    var apart = Tensor([1, 3, box.height, box.width], repeating: .nan)
    apart.withUnsafeMutableElements { elements in
      guard let base = elements.baseAddress else { return }
      for start in stride(from: 0, to: box.height, by: 7).reversed() {
        box.render(image, rows: start..<min(start + 7, box.height), into: base)
      }
    }
    #expect(apart == box.render(image))
  }

  @Test(arguments: Golden.shared.letterboxes)
  func boxesGoBackAsInTheReferences(_ fit: Golden.Fit) {
    for (rule, expected) in [
      (Letterbox.Rule.ultralytics, fit.ultralytics), (.official, fit.official),
    ] {
      let boxes = stride(from: 0, to: fit.boxes.count, by: 4).flatMap { i -> [UInt32] in
        let v = fit.boxes[i..<i + 4].map(Float.init(bitPattern:))
        let box = fit.letterbox.imageBox(
          Box<ModelFrame>(x1: v[0], y1: v[1], x2: v[2], y2: v[3]), rule: rule)
        // + 0 makes -0, which clamping may leave, the reference's 0.
        return [box.x1, box.y1, box.x2, box.y2].map { ($0 + 0).bitPattern }
      }
      let plain = expected.map { (Float(bitPattern: $0) + 0).bitPattern }
      #expect(boxes == plain, "\(rule)")
    }
  }

  @Test(arguments: Letterbox.Rule.allCases, [[1000, 641], [641, 1000]])
  func boxesGoThereAndBack(_ rule: Letterbox.Rule, _ size: [Int]) {
    let box = Letterbox(
      imageWidth: size[0], imageHeight: size[1], targetHeight: 1024, targetWidth: 1024)
    let original = Box<ImageFrame>(x1: 10.5, y1: 20, x2: 600, y2: 630)
    let there = box.modelBox(original, rule: rule)
    let back = box.imageBox(there, rule: rule)
    for side in [\Box<ImageFrame>.x1, \.y1, \.x2, \.y2] {
      #expect(abs(back[keyPath: side] - original[keyPath: side]) < 1e-3)
    }
    #expect(there.area > original.area)
  }

  @Test(arguments: Golden.shared.letterboxes)
  func prototypesAreCutAsInTheReferences(_ fit: Golden.Fit) {
    let box = fit.letterbox
    for (rule, expected) in [
      (Letterbox.Rule.ultralytics, fit.ultralyticsCrop), (.official, fit.officialCrop),
    ] {
      let crop = box.prototypeCrop(width: box.width / 4, height: box.height / 4, rule: rule)
      #expect(
        [crop.enlargement, crop.left, crop.top, crop.width, crop.height] == expected, "\(rule)")
    }
  }
}
