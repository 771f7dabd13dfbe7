import Imaging
import Regions
import Segmentation
import Testing

@testable import Outputs

struct OverlayTests {
  private func overlay(_ options: OverlayOptions, _ instances: [Instance]) -> Image {
    var plane = LabelPlane(width: 12, height: 9)
    for instance in instances { plane.add(instance.mask(), area: instance.mask().area) }
    return Overlay(options: options, frame: Samples.frame)
      .render(Samples.image, plane, instances: instances)
  }

  private func pixel(_ image: Image, _ x: Int, _ y: Int) -> [UInt8] {
    Array(image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3])
  }

  private func mixed(_ x: Int, _ y: Int, _ id: Int, _ opacity: Double) -> [UInt8] {
    let colour = Colour.distinct(id), share = Int((opacity * 256).rounded())
    return zip(pixel(Samples.image, x, y), [colour.red, colour.green, colour.blue]).map {
      UInt8((Int($0) * (256 - share) + Int($1) * share + 128) >> 8)
    }
  }

  @Test func masksTintThePicture() {
    var options = OverlayOptions()
    options.opacity = 0.5
    options.contours = false
    let found = overlay(options, Samples.instances)
    #expect(pixel(found, 2, 2) == mixed(2, 2, 0, 0.5))
    #expect(pixel(found, 6, 6) == mixed(6, 6, 1, 0.5), "the smaller one is on top")
    #expect(pixel(found, 3, 3) == pixel(Samples.image, 3, 3), "a hole")
    #expect(pixel(found, 0, 8) == pixel(Samples.image, 0, 8), "nobody's")
  }

  @Test func contoursRunAlongVisibleBorders() {
    let found = overlay(OverlayOptions(), [Samples.instance(0, Samples.rectangle(0, 2, 5, 5))])
    #expect(pixel(found, 2, 4) == mixed(2, 4, 0, 0.45), "inside")
    #expect(pixel(found, 4, 4) == mixed(4, 4, 0, 0.95), "right border")
    #expect(pixel(found, 2, 2) == mixed(2, 2, 0, 0.95), "upper border")
    #expect(pixel(found, 2, 6) == mixed(2, 6, 0, 0.95), "lower border")
    #expect(pixel(found, 0, 4) == mixed(0, 4, 0, 0.45), "the picture's border is none of a mask's")
  }

  @Test func promptsAreDrawnAndCutOffAtTheBorder() {
    var options = OverlayOptions()
    options.boxes = true
    options.scores = true
    options.boxPrompts = [BoxPrompt(x1: -5, y1: -5, x2: 1000, y2: 1000)]
    options.pointPrompts = [PointPrompt(x: 11.9, y: 8.9), PointPrompt(x: -30, y: 2, label: 0)]
    let found = overlay(options, Samples.instances)
    #expect(pixel(found, 0, 0) == [255, 255, 255])
    #expect(pixel(found, 11, 8) == [30, 200, 60])
  }

  @Test func networkSizedMasksAreLaidOverThePicture() {
    // A 12×9 picture in a 64×64 network input: 64×48 with 8 rows of padding above and below.
    let letterbox = Letterbox(
      imageWidth: 12, imageHeight: 9, targetHeight: 64, targetWidth: 64, padding: .full)
    let frame = MaskFrame(letterbox)
    #expect(!frame.isIdentity && frame.maskWidth == 64 && frame.maskHeight == 64)
    #expect(frame.columns() == (0..<12).map { ($0 * 64 + 32) / 12 })
    #expect(frame.rows() == (0..<9).map { 8 + ($0 * 48 + 24) / 9 })
    let point = frame.picturePoint(PixelPoint(x: 32, y: 32))
    #expect(point.x == 6 && point.y == 4.5)
    #expect(frame.picturePoint(PixelPoint(x: 32, y: 0)).y == 0)
    // The left half of the picture.
    let mask = Mask(
      width: 64, height: 64, filling: PixelRectangle(x: 0, y: 8, width: 32, height: 48))
    let cut = CutoutsFormat(image: Samples.image, frame: frame)
    let segment = Segment(Samples.instance(0, mask), mask, needs: [])
    let read = cut.picture(segment).flatMap { try? Image(decoding: $0) }
    #expect(read?.width == 6 && read?.height == 9)
    if let read { #expect(pixel(read, 5, 8) == pixel(Samples.image, 5, 8)) }
  }
}
