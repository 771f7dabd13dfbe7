/// A PNG a mask, 0 and 255, of the masks' full size, and `metadata.csv`: what SAM's `amg.py` writes.
///
/// The table's columns are those of SAM's records (see `SAMFormat`), numbers unrounded; what a merged
/// mask lacks is left empty.
struct MasksFormat: FolderFormat {
  var table: (name: String, header: String)? {
    (
      "metadata.csv",
      "id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,predicted_iou,"
        + "stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h"
    )
  }

  func picture(_ segment: Segment) -> [UInt8]? { MaskPNG.encode(segment.mask) }

  func row(_ segment: Segment) -> String {
    let point = SAMFormat.point(segment)
    func text(_ value: Float?) -> String { value.map { "\($0)" } ?? "" }
    let numbers =
      [segment.instance.id, segment.area] + SAMFormat.inclusiveBox(segment) + [point.x, point.y]
    let fields =
      numbers.map(String.init)
      + [text(segment.instance.score), text(segment.stability)]
      + [0, 0, segment.mask.width, segment.mask.height].map(String.init)
    return fields.joined(separator: ",")
  }
}
