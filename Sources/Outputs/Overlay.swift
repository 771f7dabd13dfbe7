import Imaging
import Regions
import Segmentation

/// The picture with the masks over it, the smallest on top.
///
/// One pass over the pixels: the label plane says whose each one is, and its neighbours whether it
/// lies at a visible border. So the time does not grow with the number of masks.
struct Overlay {
  let options: OverlayOptions
  let frame: MaskFrame

  /// The finished picture; `instances[i]` is the one whose value in the plane is i + 1.
  func render(_ picture: Image, _ plane: LabelPlane, instances: [Instance]) -> Image {
    var image = picture
    // Lines and letters keep their weight to the eye on large pictures.
    let stroke = max(1, min(image.width, image.height) / 400)
    let colours = instances.map { Colour.distinct($0.id) }
    tint(&image, frame.isIdentity ? plane.values : stretched(plane), colours: colours, stroke)
    if options.boxes {
      for (instance, colour) in zip(instances, colours) {
        image.drawBox(instance.box, colour, thickness: stroke)
      }
    }
    if options.scores {
      // From the last to the first, so that the best scores stay readable.
      for (instance, colour) in zip(instances, colours).reversed() {
        guard let score = instance.score else { continue }
        image.drawText(
          percent(score), x: whole(instance.box.x1, below: image.width),
          y: whole(instance.box.y1, below: image.height), colour.legible, on: colour,
          scale: stroke)
      }
    }
    drawPrompts(on: &image, stroke)
    return image
  }

  private func drawPrompts(on image: inout Image, _ stroke: Int) {
    for box in options.boxPrompts {
      let edges = Box<ImageFrame>(
        x1: Float(box.x1), y1: Float(box.y1), x2: Float(box.x2), y2: Float(box.y2))
      image.drawBox(edges, .white, thickness: 2 * stroke)
    }
    let radius = Double(max(4, min(image.width, image.height) / 90))
    for point in options.pointPrompts {
      image.drawDisc(x: point.x, y: point.y, radius: radius * 1.4, .white)
      image.drawDisc(
        x: point.x, y: point.y, radius: radius, point.label == 0 ? .refused : .wanted)
    }
    var top = 0
    for text in options.textPrompts {
      // As much as the picture's width has room for.
      let letter = Image.textSize("a", scale: 2 * stroke).width
      image.drawText(
        String(text.prefix(max(1, image.width / letter))), x: 0, y: top, .white, on: .wanted,
        scale: 2 * stroke)
      top += Image.textSize(text, scale: 2 * stroke).height
    }
  }

  /// The whole part, 0 … limit; 0 for what is no number.
  private func whole(_ value: Float, below limit: Int) -> Int {
    value > 0 ? Int(min(value, Float(limit))) : 0
  }

  /// A score as whole percent: "94%".
  private func percent(_ score: Float) -> String { "\(whole(score * 100 + 0.5, below: 100))%" }

  /// The labels under the picture's pixels, where masks have another size.
  private func stretched(_ plane: LabelPlane) -> [UInt16] {
    let columns = frame.columns()
    var labels: [UInt16] = []
    labels.reserveCapacity(frame.pictureWidth * frame.pictureHeight)
    for row in frame.rows() {
      let base = row * plane.width
      for column in columns { labels.append(plane.values[base + column]) }
    }
    return labels
  }

  /// Mixes each pixel with its label's colour, more so where a neighbour `reach` pixels away has
  /// another label.
  private func tint(_ image: inout Image, _ labels: [UInt16], colours: [Colour], _ reach: Int) {
    let inside = Mix.table(colours, opacity: options.opacity)
    let border = Mix.table(colours, opacity: options.contours ? 0.95 : options.opacity)
    let width = image.width, height = image.height
    image.pixels.withUnsafeMutableBufferPointer { pixels in
      labels.withUnsafeBufferPointer { labels in
        for y in 0..<height {
          let row = y * width
          let above = max(0, y - reach) * width, below = min(height - 1, y + reach) * width
          for x in 0..<width {
            let label = labels[row + x]
            if label == 0 { continue }
            let same =
              labels[above + x] == label && labels[below + x] == label
              && labels[row + max(0, x - reach)] == label
              && labels[row + min(width - 1, x + reach)] == label
            let mix = same ? inside[Int(label)] : border[Int(label)]
            let place = (row + x) * 3
            pixels[place] = mix.red(pixels[place])
            pixels[place + 1] = mix.green(pixels[place + 1])
            pixels[place + 2] = mix.blue(pixels[place + 2])
          }
        }
      }
    }
  }

  /// A colour times its opacity, ready to be added to what is left of a pixel; in 256ths.
  private struct Mix {
    let rest: Int32
    let redPart: Int32, greenPart: Int32, bluePart: Int32

    init(_ colour: Colour, opacity: Double) {
      let share = Int32((min(max(opacity, 0), 1) * 256).rounded())
      rest = 256 - share
      redPart = Int32(colour.red) * share + 128
      greenPart = Int32(colour.green) * share + 128
      bluePart = Int32(colour.blue) * share + 128
    }

    /// Entry 0, nobody's, is never asked for.
    static func table(_ colours: [Colour], opacity: Double) -> [Mix] {
      [Mix(.white, opacity: 0)] + colours.map { Mix($0, opacity: opacity) }
    }

    @inline(__always)
    func red(_ value: UInt8) -> UInt8 {
      UInt8(truncatingIfNeeded: (Int32(value) &* rest &+ redPart) &>> 8)
    }

    @inline(__always)
    func green(_ value: UInt8) -> UInt8 {
      UInt8(truncatingIfNeeded: (Int32(value) &* rest &+ greenPart) &>> 8)
    }

    @inline(__always)
    func blue(_ value: UInt8) -> UInt8 {
      UInt8(truncatingIfNeeded: (Int32(value) &* rest &+ bluePart) &>> 8)
    }
  }
}

extension Colour {
  static let wanted = Colour(red: 30, green: 200, blue: 60)
  static let refused = Colour(red: 220, green: 30, blue: 50)
}

/// The picture with the masks of `instances` over it, the smallest on top: what the format `overlay`
/// writes.
///
/// - Parameters:
///   - masks: those of `instances`, in their order; of a size that `frame` describes.
///   - frame: where the masks lie in the picture.
package func overlay(
  _ picture: Image, _ instances: [Instance], masks: [Mask], frame: MaskFrame,
  options: OverlayOptions = OverlayOptions()
) -> Image {
  var plane = LabelPlane(width: frame.maskWidth, height: frame.maskHeight)
  let count = min(instances.count, LabelPlane.capacity)
  for mask in masks.prefix(count) { plane.add(mask, area: mask.area) }
  return Overlay(options: options, frame: frame)
    .render(picture, plane, instances: Array(instances.prefix(count)))
}
