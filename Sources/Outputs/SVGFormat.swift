import Imaging
import JSON
import Regions

/// The masks as vector shapes over the picture, for browsers and drawing programs.
///
/// A `path` an instance, in the overlay's colour, holes left open by the even-odd rule, the smallest
/// on top; its `id` is `instance-` and the id, its title the label and score. The picture is referred
/// to by its base name: put it beside the file. Outlines run through the middle of border pixels and
/// are a pixel wide, so that the filled shape covers the mask's pixels.
struct SVGFormat: DocumentFormat {
  let frame: MaskFrame
  let separator = "\n"
  let largestFirst = true

  func opening(_ facts: ReportFacts) -> [UInt8] {
    let width = facts.picture.width, height = facts.picture.height
    return Array(
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)">
      <image href="\(xmlEscaped(facts.picture.file))" width="\(width)" \
      height="\(height)"/>
      <g fill-rule="evenodd" fill-opacity="0.45" stroke-width="1" stroke-linejoin="round" \
      transform="translate(0.5 0.5)">

      """.utf8)
  }

  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8] {
    let instance = segment.instance
    guard !segment.polygons.isEmpty else { return [] }
    let colour = Colour.distinct(instance.id).hexadecimal
    let label = facts.model.label(instance.classIndex)
    let title = instance.score.map { "\(label) \($0)" } ?? label
    var text = JSONText()
    text.raw("<path id=\"instance-\(instance.id)\" fill=\"\(colour)\" stroke=\"\(colour)\" d=\"")
    for polygon in segment.polygons {
      for ring in [polygon.outer] + polygon.holes { path(ring, &text) }
    }
    text.raw("\"><title>\(xmlEscaped(title))</title></path>")
    return text.bytes
  }

  func closing(_ timings: StageTimings?) -> [UInt8] { Array("\n</g>\n</svg>\n".utf8) }

  /// Appends a ring: absolute points, a space between all numbers.
  private func path(_ ring: [PixelPoint], _ text: inout JSONText) {
    for (index, point) in ring.enumerated() {
      text.raw(index == 0 ? "M" : index == 1 ? "L" : " ")
      if frame.isIdentity {
        text.number(point.x)
        text.raw(" ")
        text.number(point.y)
      } else {
        let place = frame.picturePoint(point)
        text.number(Float(place.x))
        text.raw(" ")
        text.number(Float(place.y))
      }
    }
    text.raw("Z")
  }
}
