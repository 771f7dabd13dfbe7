// Masks of the network's size in the picture's pixels: the padding cut off, the rest stretched
// bilinearly, and what is more than half covered kept.

import Imaging
import Regions

extension Upsampling {
  /// The resampling from the network's pixels to the picture's.
  static func paddingCut(_ letterbox: Letterbox) -> Upsampling {
    let columns = letterbox.left..<letterbox.left + letterbox.contentWidth
    let rows = letterbox.top..<letterbox.top + letterbox.contentHeight
    return Upsampling(
      x: BilinearTaps(from: columns, to: letterbox.imageWidth),
      y: BilinearTaps(from: rows, to: letterbox.imageHeight))
  }

  /// The pixels that any sample of `rectangle` reaches.
  func reach(of rectangle: PixelRectangle) -> PixelRectangle {
    let columns = x.reach(of: rectangle.columns), rows = y.reach(of: rectangle.rows)
    guard !columns.isEmpty, !rows.isEmpty else { return .empty }
    return PixelRectangle(
      x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
  }

  /// `mask` resampled: the pixels where the mean of its 0 and 1 exceeds a half.
  package func stretched(_ mask: Mask) -> Mask {
    let window = reach(of: mask.window)
    let result = Mask(width: x.count, height: y.count, window: window)
    if window.isEmpty { return result }
    let columns = x.sources(of: window.columns)
    // Two rows of floats, row y in the slot y & 1; whole words can be read from any column.
    let stride = columns.count + 64
    let floats = UnsafeMutablePointer<Float>.allocate(capacity: 2 * stride)
    floats.initialize(repeating: 0, count: 2 * stride)
    defer { floats.deallocate() }
    let raster = MaskRaster(self, window: window, sourceColumns: columns, threshold: 0.5)
    return raster.filled(result) { y in
      let row = floats + (y & 1) * stride
      for (i, x) in columns.enumerated() { row[i] = mask[x, y] ? 1 : 0 }
      return UnsafePointer(row)
    }
  }

  /// True where `stretched` would have the pixel (x, y) of a mask that `contains` describes.
  package func contains(x: Int, y: Int, _ contains: (_ x: Int, _ y: Int) -> Bool) -> Bool {
    func row(_ y: Int32) -> Float {
      (contains(Int(self.x.first[x]), Int(y)) ? self.x.firstWeight[x] : 0)
        + (contains(Int(self.x.second[x]), Int(y)) ? self.x.secondWeight[x] : 0)
    }
    return row(self.y.first[y]) * self.y.firstWeight[y]
      + row(self.y.second[y]) * self.y.secondWeight[y] > 0.5
  }
}
