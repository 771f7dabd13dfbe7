import JSON
import Regions

/// A LabelMe annotation, to be opened and edited beside the picture.
///
/// Every part of an instance is a shape, and so is every hole, with the label `hole`; what belongs
/// to one instance shares its `group_id`, which is the instance's id. A ring of three or more points
/// is a polygon, of two a line, of one a point, since LabelMe refuses smaller polygons. The picture is
/// named, not embedded: `imageData` is null.
struct LabelMeFormat: DocumentFormat {
  let frame: MaskFrame
  let separator = ",\n"

  func opening(_ facts: ReportFacts) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"version\": \"5.0.0\", \"flags\": {},\n \"imagePath\": ")
    json.string(facts.picture.file)
    json.raw(", \"imageData\": null,")
    json.raw(" \"imageHeight\": \(facts.picture.height), \"imageWidth\": \(facts.picture.width),\n")
    json.raw(" \"shapes\": [\n")
    return json.bytes
  }

  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8] {
    let label = facts.model.label(segment.instance.classIndex)
    var json = JSONText()
    for polygon in segment.polygons {
      shape(polygon.outer, label, segment, &json)
      for hole in polygon.holes { shape(hole, "hole", segment, &json) }
    }
    return json.bytes
  }

  private func shape(
    _ ring: [PixelPoint], _ label: String, _ segment: Segment, _ json: inout JSONText
  ) {
    if !json.bytes.isEmpty { json.raw(separator) }
    json.raw("  {\"label\": ")
    json.string(label)
    json.raw(", \"group_id\": \(segment.instance.id), \"description\": ")
    json.string(segment.instance.score.map { "score \($0)" } ?? "")
    let kind = ring.count > 2 ? "polygon" : ring.count == 2 ? "line" : "point"
    json.raw(", \"shape_type\": \"\(kind)\", \"flags\": {},\n   \"points\": ")
    json.list(ring) { json, point in
      if frame.isIdentity {
        json.array([point.x, point.y])
      } else {
        let place = frame.picturePoint(point)
        json.array([Float(place.x), Float(place.y)])
      }
    }
    json.raw("}")
  }

  func closing(_ timings: StageTimings?) -> [UInt8] { Array("]}\n".utf8) }
}
