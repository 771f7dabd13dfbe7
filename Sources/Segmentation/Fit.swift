import Imaging
import Regions

/// How a picture lies in the network's input, with both references' ways back to its own pixels.
struct Fit: Sendable {
  /// The picture's size.
  let imageWidth: Int, imageHeight: Int
  /// The size of the network's input, padding included.
  let networkWidth: Int, networkHeight: Int

  init(_ letterbox: Letterbox) {
    imageWidth = letterbox.imageWidth
    imageHeight = letterbox.imageHeight
    networkWidth = letterbox.width
    networkHeight = letterbox.height
  }

  /// The largest factor that fits the picture into a canvas.
  func gain(width: Int, height: Int) -> Double {
    min(Double(height) / Double(imageHeight), Double(width) / Double(imageWidth))
  }

  /// The part of a `width`×`height` canvas that the picture fills, padding around it; an odd
  /// padding has its extra pixel right and below.
  func content(width: Int, height: Int) -> PixelRectangle {
    let gain = gain(width: width, height: height)
    func side(_ n: Int) -> Int { max(Int((Double(n) * gain).rounded(.toNearestOrEven)), 1) }
    func lead(_ padding: Int) -> Int {
      Int((Double(padding) / 2 - 0.1).rounded(.toNearestOrEven))
    }
    let w = side(imageWidth), h = side(imageHeight)
    return PixelRectangle(x: lead(width - w), y: lead(height - h), width: w, height: h)
  }

  /// A network box in the picture's pixels, clamped to the picture.
  ///
  /// `ultralytics` undoes the resize that really happened, each axis by its own rounded factor;
  /// `official` divides both by the unrounded gain, and pads by that too.
  func imageBox(_ box: Box<ModelFrame>, _ profile: Profile) -> Box<ImageFrame> {
    let gainX: Double, gainY: Double, left: Double, top: Double
    switch profile {
    case .ultralytics:
      let content = content(width: networkWidth, height: networkHeight)
      gainX = Double(content.width) / Double(imageWidth)
      gainY = Double(content.height) / Double(imageHeight)
      left = Double(content.x)
      top = Double(content.y)
    case .official:
      let gain = gain(width: networkWidth, height: networkHeight)
      gainX = gain
      gainY = gain
      left = ((Double(networkWidth) - Double(imageWidth) * gain) / 2 - 0.1)
        .rounded(.toNearestOrEven)
      top = ((Double(networkHeight) - Double(imageHeight) * gain) / 2 - 0.1)
        .rounded(.toNearestOrEven)
    }
    func x(_ v: Float) -> Float { clamp((v - Float(left)) / Float(gainX), Float(imageWidth)) }
    func y(_ v: Float) -> Float { clamp((v - Float(top)) / Float(gainY), Float(imageHeight)) }
    return Box(x1: x(box.x1), y1: y(box.y1), x2: x(box.x2), y2: y(box.y2))
  }

  private func clamp(_ v: Float, _ limit: Float) -> Float { min(max(v, 0), limit) }
}
