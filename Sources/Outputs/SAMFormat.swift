import JSON
import Regions

/// The records of SAM's automatic mask generator, as `amg.py --convert-to-rle` writes them.
///
/// The quirks are SAM's: `bbox` is x, y, width, height of the mask's pixels with the width counted
/// from the first to the last pixel, so one less than there are columns. What SAM has and we have
/// not is stood in for: `predicted_iou` is the score, `point_coords` a pixel of the mask (SAM: the
/// prompt that gave it), `crop_box` the whole picture. A merged mask has neither score nor stability:
/// `null`.
struct SAMFormat: DocumentFormat {
  let separator = ",\n"

  func opening(_ facts: ReportFacts) -> [UInt8] { Array("[".utf8) }

  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8] {
    var json = JSONText()
    json.raw("{")
    json.segmentation(segment)
    json.raw(", \"area\": \(segment.area), \"bbox\": ")
    json.array(SAMFormat.inclusiveBox(segment))
    json.raw(", \"predicted_iou\": ")
    json.number(segment.instance.score)
    json.raw(", \"point_coords\": ")
    json.list([SAMFormat.point(segment)]) { $0.array([$1.x, $1.y]) }
    json.raw(", \"stability_score\": ")
    json.number(segment.stability)
    json.raw(", \"crop_box\": ")
    json.array([0, 0, segment.mask.width, segment.mask.height])
    json.raw("}")
    return json.bytes
  }

  func closing(_ timings: StageTimings?) -> [UInt8] { Array("]\n".utf8) }

  /// x, y, and the distances from the first to the last column and row.
  static func inclusiveBox(_ segment: Segment) -> [Int] {
    guard let bounds = segment.bounds else { return [0, 0, 0, 0] }
    return [bounds.x, bounds.y, bounds.width - 1, bounds.height - 1]
  }

  /// A pixel of the mask that stands for it: the nearest to the centroid in its row or column;
  /// (0, 0) of an empty mask.
  static func point(_ segment: Segment) -> PixelPoint {
    let mask = segment.mask
    guard let bounds = segment.bounds, let centroid = mask.centroid else {
      return PixelPoint(x: 0, y: 0)
    }
    let column = Int(centroid.x.rounded()), row = Int(centroid.y.rounded())
    for distance in 0...max(bounds.width, bounds.height) {
      for (x, y) in [
        (column, row - distance), (column, row + distance), (column - distance, row),
        (column + distance, row),
      ] where mask[x, y] {
        return PixelPoint(x: x, y: y)
      }
    }
    // A mask that misses the cross through its centroid: any of its pixels.
    let first = (bounds.x..<bounds.endX).first { mask[$0, bounds.y] }
    return PixelPoint(x: first ?? bounds.x, y: bounds.y)
  }
}
