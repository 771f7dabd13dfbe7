import JSON

/// COCO results: the list that `COCO.loadRes` and the evaluation take.
///
/// `image_id` is the stem, as a number where it is one, so that evaluation against an annotation file
/// works for pictures named by their id; `category_id` is the class + 1, since COCO counts from 1.
/// A merged mask, which has no score, gets 1: the format demands a number, and the prompt chose it.
struct COCOFormat: DocumentFormat {
  let separator = ",\n"

  func opening(_ facts: ReportFacts) -> [UInt8] { Array("[".utf8) }

  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8] {
    let instance = segment.instance, box = instance.box
    let stem = OutputNames.withoutSuffix(facts.picture.file)
    var json = JSONText()
    json.raw("{\"image_id\": ")
    // A number with a leading zero or beyond 64 bits would not be JSON, or not the same id.
    if stem.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(stem) {
      json.number(number)
    } else {
      json.string(stem)
    }
    json.raw(", \"category_id\": \(instance.classIndex + 1), \"bbox\": ")
    json.array([box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1])
    json.raw(", \"area\": \(segment.area), \"score\": ")
    json.number(instance.score ?? 1)
    json.raw(", ")
    json.segmentation(segment)
    json.raw("}")
    return json.bytes
  }

  func closing(_ timings: StageTimings?) -> [UInt8] { Array("]\n".utf8) }
}
