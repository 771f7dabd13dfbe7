extension Letterbox {
  /// Which reference system's way back from the network input to the picture.
  ///
  /// Scaling rounds the picture's sides to whole network pixels, so the two axes are scaled by
  /// slightly different factors; the systems disagree on whether to notice.
  public enum Rule: Sendable, CaseIterable {
    /// Ultralytics 8.4.190: each axis has its own gain, that of its rounded side.
    case ultralytics
    /// The FastSAM repository: one gain for both, the unrounded one (0.4 px off at the bottom of a
    /// 641×1000 picture at 1024).
    case official
  }

  /// The box in the picture's pixels, its corners clamped to the picture.
  ///
  /// Subtracts the padding and divides by the gain in single precision, in the references' order:
  /// equal to theirs in every bit.
  public func imageBox(_ box: Box<ModelFrame>, rule: Rule) -> Box<ImageFrame> {
    let (gainX, gainY, padX, padY) = transform(rule)
    func back(_ value: Float, _ pad: Float, _ gain: Float, _ size: Int) -> Float {
      min(max((value - pad) / gain, 0), Float(size))
    }
    return Box(
      x1: back(box.x1, padX, gainX, imageWidth), y1: back(box.y1, padY, gainY, imageHeight),
      x2: back(box.x2, padX, gainX, imageWidth), y2: back(box.y2, padY, gainY, imageHeight))
  }

  /// The box in the network input's pixels: the inverse of `imageBox`, without clamping.
  public func modelBox(_ box: Box<ImageFrame>, rule: Rule) -> Box<ModelFrame> {
    let (gainX, gainY, padX, padY) = transform(rule)
    return Box(
      x1: box.x1 * gainX + padX, y1: box.y1 * gainY + padY,
      x2: box.x2 * gainX + padX, y2: box.y2 * gainY + padY)
  }

  /// Gains and pads from picture to network input.
  private func transform(_ rule: Rule) -> (gainX: Float, gainY: Float, padX: Float, padY: Float) {
    let fit = Fit(imageWidth, imageHeight, into: width, height)
    switch rule {
    case .ultralytics:
      return (
        Float(Double(fit.width) / Double(imageWidth)),
        Float(Double(fit.height) / Double(imageHeight)), Float(fit.left), Float(fit.top)
      )
    case .official:
      let gain = fit.gain
      return (
        Float(gain), Float(gain),
        Float(rounded((Double(width) - Double(imageWidth) * gain) / 2 - 0.1)),
        Float(rounded((Double(height) - Double(imageHeight) * gain) / 2 - 0.1))
      )
    }
  }

  /// The part of the prototypes that is the picture, for masks at the picture's size.
  ///
  /// The whole mask is: prototypes enlarged `enlargement` times (bilinear), cut to this rectangle,
  /// resized to the picture (bilinear).
  public struct PrototypeCrop: Sendable, Equatable {
    /// How much finer than the prototypes the grid is on which the padding ends on whole cells.
    public let enlargement: Int
    /// The rectangle on the enlarged grid.
    public let left: Int, top: Int, width: Int, height: Int
  }

  /// Where the picture lies in `width`×`height` prototypes.
  ///
  /// Four network pixels are one prototype cell, so the padding rarely ends between two cells.
  /// `.official` cuts at whole cells and so shifts masks by up to two network pixels; `.ultralytics`
  /// first makes the grid two or four times finer.
  public func prototypeCrop(width: Int, height: Int, rule: Rule) -> PrototypeCrop {
    switch rule {
    case .ultralytics:
      // The pads of both axes in network pixels, and their halves: whatever their common factor
      // with 4 lacks, the finer grid supplies.
      let network = Fit(imageWidth, imageHeight, into: self.width, self.height)
      let pads = (self.width - network.width) | (self.height - network.height)
      let enlargement = 4 >> min((pads | pads >> 1).trailingZeroBitCount, 2)
      let fit = Fit(imageWidth, imageHeight, into: enlargement * width, enlargement * height)
      return PrototypeCrop(
        enlargement: enlargement, left: fit.left, top: fit.top, width: fit.width,
        height: fit.height)
    case .official:
      let (w, h) = (Double(width), Double(height))
      let gain = min(h / Double(imageHeight), w / Double(imageWidth))
      let (padX, padY) = ((w - Double(imageWidth) * gain) / 2, (h - Double(imageHeight) * gain) / 2)
      return PrototypeCrop(
        enlargement: 1, left: Int(padX), top: Int(padY),
        width: max(Int(w - padX) - Int(padX), 1), height: max(Int(h - padY) - Int(padY), 1))
    }
  }

  /// A picture centred in a canvas: what Ultralytics derives again, from the sizes alone, wherever
  /// it goes back from a canvas to the picture.
  private struct Fit {
    let gain: Double
    let width: Int, height: Int
    let left: Int, top: Int

    init(_ imageWidth: Int, _ imageHeight: Int, into width: Int, _ height: Int) {
      gain = min(Double(height) / Double(imageHeight), Double(width) / Double(imageWidth))
      self.width = max(rounded(Double(imageWidth) * gain), 1)
      self.height = max(rounded(Double(imageHeight) * gain), 1)
      left = rounded(Double(width - self.width) / 2 - 0.1)
      top = rounded(Double(height - self.height) / 2 - 0.1)
    }
  }
}
