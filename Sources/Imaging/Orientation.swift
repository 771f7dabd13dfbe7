/// How the stored rows and columns relate to the upright picture: EXIF tag 0x0112.
///
/// The raw value is EXIF's; the name says what makes the stored picture upright.
public enum Orientation: Int, Sendable, CaseIterable {
  /// Nothing is to be done.
  case upright = 1
  /// Mirror left and right.
  case mirrorHorizontally
  /// Turn by 180°.
  case turnAround
  /// Mirror top and bottom.
  case mirrorVertically
  /// Exchange rows and columns.
  case transpose
  /// Turn by 90° clockwise.
  case turnClockwise
  /// Exchange rows and columns along the other diagonal.
  case transverse
  /// Turn by 90° counter-clockwise.
  case turnCounterclockwise

  /// True where width and height change places.
  public var exchangesSides: Bool { rawValue >= 5 }
}

extension Image {
  /// The upright picture of one that is stored under `orientation`.
  public func oriented(_ orientation: Orientation) -> Image {
    let (column, row) = (3, width * 3)
    let lastColumn = (width - 1) * column, lastRow = (height - 1) * row
    // Where the upright picture's first pixel lies in the stored one, and how many bytes one step
    // to the right and one step down are there.
    let (start, across, along): (Int, Int, Int)
    switch orientation {
    case .upright: return self
    case .mirrorHorizontally: (start, across, along) = (lastColumn, -column, row)
    case .turnAround: (start, across, along) = (lastColumn + lastRow, -column, -row)
    case .mirrorVertically: (start, across, along) = (lastRow, column, -row)
    case .transpose: (start, across, along) = (0, row, column)
    case .turnClockwise: (start, across, along) = (lastRow, -row, column)
    case .transverse: (start, across, along) = (lastColumn + lastRow, -row, -column)
    case .turnCounterclockwise: (start, across, along) = (lastColumn, row, -column)
    }
    let (newWidth, newHeight) = orientation.exchangesSides ? (height, width) : (width, height)
    // Square tiles: a turned row touches one cache line a pixel, and these are used again soon.
    let tile = 32
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initialized in
      pixels.withUnsafeBufferPointer { source in
        for top in stride(from: 0, to: newHeight, by: tile) {
          for left in stride(from: 0, to: newWidth, by: tile) {
            for y in top..<min(top + tile, newHeight) {
              for x in left..<min(left + tile, newWidth) {
                let from = start &+ x &* across &+ y &* along
                let to = (y &* newWidth &+ x) &* 3
                target[to] = source[from]
                target[to &+ 1] = source[from &+ 1]
                target[to &+ 2] = source[from &+ 2]
              }
            }
          }
        }
      }
      initialized = pixels.count
    }
    return Image(width: newWidth, height: newHeight, pixels: turned)
  }
}
