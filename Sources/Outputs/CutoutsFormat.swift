import Imaging
import Regions

/// A PNG an instance: the picture inside the rectangle around its mask, transparent off the mask.
///
/// Pixels off the mask are black as well as transparent, so that nothing of the picture around the
/// object is left in the file.
struct CutoutsFormat: FolderFormat {
  let image: Image
  let frame: MaskFrame

  var table: (name: String, header: String)? { nil }

  func row(_ segment: Segment) -> String { "" }

  func picture(_ segment: Segment) -> [UInt8]? {
    guard let bounds = segment.bounds else { return nil }
    let columns: [Int], rows: [Int], box: PixelRectangle
    if frame.isIdentity {
      box = bounds
      columns = Array(box.x..<box.endX)
      rows = Array(box.y..<box.endY)
    } else {
      // The picture's pixels whose centres fall into the mask's rectangle.
      let allColumns = frame.columns(), allRows = frame.rows()
      guard
        let left = allColumns.firstIndex(where: { $0 >= bounds.x }),
        let right = allColumns.lastIndex(where: { $0 < bounds.endX }), left <= right,
        let top = allRows.firstIndex(where: { $0 >= bounds.y }),
        let bottom = allRows.lastIndex(where: { $0 < bounds.endY }), top <= bottom
      else { return nil }
      box = PixelRectangle(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
      columns = Array(allColumns[left...right])
      rows = Array(allRows[top...bottom])
    }
    var samples = [UInt8](repeating: 0, count: box.width * box.height * 4)
    samples.withUnsafeMutableBufferPointer { samples in
      image.pixels.withUnsafeBufferPointer { pixels in
        for j in 0..<box.height {
          for i in 0..<box.width where segment.mask[columns[i], rows[j]] {
            let source = ((box.y + j) * image.width + box.x + i) * 3
            let target = (j * box.width + i) * 4
            samples[target] = pixels[source]
            samples[target + 1] = pixels[source + 1]
            samples[target + 2] = pixels[source + 2]
            samples[target + 3] = 255
          }
        }
      }
    }
    return PNG.encode(samples, width: box.width, height: box.height, kind: .rgba)
  }
}
