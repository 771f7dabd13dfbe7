// How prototype maps become masks, for each profile and size (REFERENCE: both systems' published
// behaviour). Every way is a chain of one or two bilinear upsamplings; they differ in what is cut
// away between them and in where the box crops.

import Imaging
import Regions

/// The way from the prototype grid to one picture's masks.
struct MaskGeometry: Sendable {
  let profile: Profile
  let size: MaskSize
  /// The masks' size in pixels.
  let width: Int, height: Int
  /// The size of the prototype maps in cells.
  let gridWidth: Int, gridHeight: Int
  /// The resampling steps, from the prototype grid to the masks' pixels.
  let steps: [Upsampling]

  /// The geometry of masks of `size` for a grid of `gridWidth`×`gridHeight` prototypes.
  init(
    _ letterbox: Letterbox, gridWidth: Int, gridHeight: Int, profile: Profile, size: MaskSize
  ) {
    self.profile = profile
    self.size = size
    self.gridWidth = gridWidth
    self.gridHeight = gridHeight
    func resampling(
      _ columns: Range<Int>, _ rows: Range<Int>, to width: Int, _ height: Int
    ) -> Upsampling {
      Upsampling(
        x: BilinearTaps(from: columns, to: width), y: BilinearTaps(from: rows, to: height))
    }
    switch size {
    case .network:
      (width, height) = (letterbox.width, letterbox.height)
      steps = [resampling(0..<gridWidth, 0..<gridHeight, to: width, height)]
    case .full:
      (width, height) = (letterbox.imageWidth, letterbox.imageHeight)
      let crop = letterbox.prototypeCrop(
        width: gridWidth, height: gridHeight, rule: profile.rule)
      let stretch = resampling(
        crop.left..<crop.left + crop.width, crop.top..<crop.top + crop.height,
        to: width, height)
      let factor = crop.enlargement
      let refinement = resampling(
        0..<gridWidth, 0..<gridHeight, to: factor * gridWidth, factor * gridHeight)
      steps = factor == 1 ? [stretch] : [refinement, stretch]
    }
  }

  /// The mask's pixel over the middle of a cell of the prototype grid; one in the corner for a cell
  /// that no pixel touches.
  func pixel(over cell: (x: Int, y: Int)) -> (x: Int, y: Int) {
    var columns = cell.x..<cell.x + 1, rows = cell.y..<cell.y + 1
    for step in steps {
      columns = step.x.reach(of: columns)
      rows = step.y.reach(of: rows)
    }
    return ((columns.lowerBound + columns.upperBound) / 2, (rows.lowerBound + rows.upperBound) / 2)
  }

  /// Where the mask of one object may have pixels.
  struct Crop: Sendable {
    /// In the masks' pixels.
    let window: PixelRectangle
    /// In cells of the prototype grid: outside it logits count as 0; nil where none do.
    let cells: PixelRectangle?
  }

  /// The crop of an object with these boxes: the pixels (r, c) with x1 ≤ c < x2 and y1 ≤ r < y2,
  /// the box's corners being floats.
  ///
  /// `official` crops network-size masks among the prototypes, *before* the upsampling, so that
  /// they leak past the box.
  func crop(network: Box<ModelFrame>, image: Box<ImageFrame>) -> Crop {
    switch (size, profile) {
    case (.full, _):
      let window = Self.pixels(image.x1, image.y1, image.x2, image.y2, in: (width, height))
      return Crop(window: window, cells: nil)
    case (.network, .ultralytics):
      let window = Self.pixels(
        network.x1, network.y1, network.x2, network.y2, in: (width, height))
      return Crop(window: window, cells: nil)
    case (.network, .official):
      let scaleX = Float(gridWidth) / Float(width), scaleY = Float(gridHeight) / Float(height)
      let cells = Self.pixels(
        network.x1 * scaleX, network.y1 * scaleY, network.x2 * scaleX, network.y2 * scaleY,
        in: (gridWidth, gridHeight))
      return Crop(window: steps[0].reach(of: cells), cells: cells)
    }
  }

  /// The whole pixels of a float box inside a canvas; empty for a box that is not a number.
  private static func pixels(
    _ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float, in size: (width: Int, height: Int)
  ) -> PixelRectangle {
    func edge(_ v: Float, _ limit: Int) -> Int {
      guard v > 0 else { return 0 }
      return v < Float(limit) ? min(Int(v.rounded(.up)), limit) : limit
    }
    let x = edge(x1, size.width), y = edge(y1, size.height)
    return PixelRectangle(
      x: x, y: y, width: max(edge(x2, size.width) - x, 0),
      height: max(edge(y2, size.height) - y, 0))
  }
}
