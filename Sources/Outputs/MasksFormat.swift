import Imaging
import Regions

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

  func picture(_ segment: Segment) -> [UInt8]? {
    let mask = segment.mask, window = mask.window
    var samples = [UInt8](repeating: 0, count: mask.width * mask.height)
    samples.withUnsafeMutableBufferPointer { samples in
      mask.words.withUnsafeBufferPointer { words in
        for row in 0..<window.height {
          let base = (window.y + row) * mask.width + window.x
          for i in 0..<mask.wordsPerRow {
            let word = words[row * mask.wordsPerRow + i]
            if word == 0 { continue }
            for x in 0..<min(64, window.width - i * 64) {
              samples[base + i * 64 + x] =
                0 &- UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: x) & 1)
            }
          }
        }
      }
    }
    return PNG.encode(samples, width: mask.width, height: mask.height, kind: .grey)
  }

  func row(_ segment: Segment) -> String {
    let point = SAMFormat.point(segment)
    func text(_ value: Float?) -> String { value.map { "\($0)" } ?? "" }
    let numbers =
      [segment.instance.id, segment.area] + SAMFormat.inclusiveBox(segment) + [point.x, point.y]
    let fields =
      numbers.map(String.init)
      + [text(segment.instance.score), text(segment.instance.stability())]
      + [0, 0, segment.mask.width, segment.mask.height].map(String.init)
    return fields.joined(separator: ",")
  }
}
