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
  init(_ fit: Fit, gridWidth: Int, gridHeight: Int, profile: Profile, size: MaskSize) {
    self.profile = profile
    self.size = size
    self.gridWidth = gridWidth
    self.gridHeight = gridHeight
    switch (size, profile) {
    case (.network, _):
      (width, height) = (fit.networkWidth, fit.networkHeight)
      steps = [
        Upsampling(
          x: BilinearTaps(from: 0..<gridWidth, to: width),
          y: BilinearTaps(from: 0..<gridHeight, to: height))
      ]
    case (.full, .ultralytics):
      (width, height) = (fit.imageWidth, fit.imageHeight)
      steps = Self.aligned(fit, gridWidth, gridHeight)
    case (.full, .official):
      (width, height) = (fit.imageWidth, fit.imageHeight)
      steps = [Self.truncated(fit, gridWidth, gridHeight)]
    }
  }

  /// `ultralytics`: the grid is first doubled or quadrupled where only that puts the letterbox's
  /// padding on whole cells; then the padding is cut off and the rest stretched over the picture.
  private static func aligned(_ fit: Fit, _ gridWidth: Int, _ gridHeight: Int) -> [Upsampling] {
    let content = fit.content(width: fit.networkWidth, height: fit.networkHeight)
    // A total padding p has halves p/2, rounded down and up; each must be a multiple of 4 network
    // pixels divided by the factor.
    let padding = (fit.networkWidth - content.width) | (fit.networkHeight - content.height)
    let factor = 4 >> min((padding | padding >> 1).trailingZeroBitCount, 2)
    let (width, height) = (gridWidth * factor, gridHeight * factor)
    let kept = fit.content(width: width, height: height)
    let stretch = Upsampling(
      x: BilinearTaps(from: kept.x..<kept.x + kept.width, to: fit.imageWidth),
      y: BilinearTaps(from: kept.y..<kept.y + kept.height, to: fit.imageHeight))
    if factor == 1 { return [stretch] }
    let refine = Upsampling(
      x: BilinearTaps(from: 0..<gridWidth, to: width),
      y: BilinearTaps(from: 0..<gridHeight, to: height))
    return [refine, stretch]
  }

  /// `official`: the padding is cut off in whole cells, rounded towards zero, so that the mask may
  /// lie a few pixels beside the object.
  private static func truncated(_ fit: Fit, _ gridWidth: Int, _ gridHeight: Int) -> Upsampling {
    let gain = fit.gain(width: gridWidth, height: gridHeight)
    func kept(_ cells: Int, _ pixels: Int) -> Range<Int> {
      let padding = (Double(cells) - Double(pixels) * gain) / 2
      return Int(padding)..<Int(Double(cells) - padding)
    }
    return Upsampling(
      x: BilinearTaps(from: kept(gridWidth, fit.imageWidth), to: fit.imageWidth),
      y: BilinearTaps(from: kept(gridHeight, fit.imageHeight), to: fit.imageHeight))
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
