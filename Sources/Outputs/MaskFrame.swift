import Imaging
import Regions

/// Where the masks' pixels lie in the picture: the same place, or through the letterbox where masks
/// are made at the network's size.
public struct MaskFrame: Sendable, Equatable {
  /// The masks' size in pixels.
  public let maskWidth: Int, maskHeight: Int
  /// The picture's size in pixels.
  public let pictureWidth: Int, pictureHeight: Int
  /// Mask pixels a picture's pixel, and where the picture begins in the mask.
  let gainX: Double, gainY: Double, left: Double, top: Double

  /// Masks of the picture's own size.
  public init(pictureWidth: Int, pictureHeight: Int) {
    maskWidth = pictureWidth
    maskHeight = pictureHeight
    self.pictureWidth = pictureWidth
    self.pictureHeight = pictureHeight
    (gainX, gainY, left, top) = (1, 1, 0, 0)
  }

  /// Masks of the network input's size, padding included.
  public init(_ letterbox: Letterbox) {
    maskWidth = letterbox.width
    maskHeight = letterbox.height
    pictureWidth = letterbox.imageWidth
    pictureHeight = letterbox.imageHeight
    gainX = Double(letterbox.contentWidth) / Double(letterbox.imageWidth)
    gainY = Double(letterbox.contentHeight) / Double(letterbox.imageHeight)
    left = Double(letterbox.left)
    top = Double(letterbox.top)
  }

  /// True where mask and picture pixels are the same.
  public var isIdentity: Bool {
    gainX == 1 && gainY == 1 && left == 0 && top == 0 && maskWidth == pictureWidth
      && maskHeight == pictureHeight
  }

  /// A contour point in the picture's pixels, clamped to the picture.
  func picturePoint(_ point: PixelPoint) -> (x: Double, y: Double) {
    (
      min(max((Double(point.x) - left) / gainX, 0), Double(pictureWidth)),
      min(max((Double(point.y) - top) / gainY, 0), Double(pictureHeight))
    )
  }

  /// For each column of the picture the mask's column under its centre.
  func columns() -> [Int] {
    (0..<pictureWidth).map {
      min(max(Int((Double($0) + 0.5) * gainX + left), 0), maskWidth - 1)
    }
  }

  /// For each row of the picture the mask's row under its centre.
  func rows() -> [Int] {
    (0..<pictureHeight).map {
      min(max(Int((Double($0) + 0.5) * gainY + top), 0), maskHeight - 1)
    }
  }
}
