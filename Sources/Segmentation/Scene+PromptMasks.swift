// The masks that prompts are held against. They are the scene's own, but for `ultralytics` with
// network-size masks: there prompts stay in the picture's pixels, and masks are stretched to it.

import Imaging
import Regions

extension Scene {
  /// The mask of an instance, as prompts see it; built once.
  func promptMask(_ id: Int) -> Mask {
    cache.mask(id) {
      let mask = field.mask(of: seeds[id])
      return promptStretch?.stretched(mask) ?? mask
    }
  }

  /// A window that holds the instance's mask, as prompts see it.
  func promptWindow(_ id: Int) -> PixelRectangle {
    let window = seeds[id].crop.window
    return promptStretch?.reach(of: window) ?? window
  }

  /// True where the instance's mask, as prompts see it, has the picture's pixel (x, y).
  func imageMaskContains(_ id: Int, x: Int, y: Int) -> Bool {
    guard let promptStretch else { return field.contains(seeds[id], x: x, y: y) }
    return promptStretch.contains(x: x, y: y) { field.contains(seeds[id], x: $0, y: $1) }
  }

  /// The boxes as whole pixels of the masks that prompts see, clipped.
  ///
  /// `ultralytics` cuts the fractions off; `official` stretches the box to the mask's size, padding
  /// or not, cutting the fractions off where that is another size, and rounds to the nearest.
  func rectangles(_ boxes: [BoxPrompt]) throws(PromptError) -> [PixelRectangle] {
    var rectangles: [PixelRectangle] = []
    let isStretched = maskWidth != imageWidth || maskHeight != imageHeight
    for box in boxes {
      let width = profile == .official ? maskWidth : imageWidth
      let height = profile == .official ? maskHeight : imageHeight
      func pixel(_ v: Double, _ mask: Int, _ image: Int) -> Int {
        // Far outside is as good as outside, and fits an Int.
        let v = min(max(v, -1), Double(image) + 1)
        let place =
          profile == .ultralytics
          ? v.rounded(.towardZero)
          : isStretched
            ? (v * Double(mask) / Double(image)).rounded(.towardZero)
            : v.rounded(.toNearestOrEven)
        return min(max(Int(place), 0), mask)
      }
      let x1 = pixel(box.x1, width, imageWidth), y1 = pixel(box.y1, height, imageHeight)
      let x2 = pixel(box.x2, width, imageWidth), y2 = pixel(box.y2, height, imageHeight)
      guard x1 < x2, y1 < y2 else { throw .emptyBox(box.name) }
      rectangles.append(PixelRectangle(x: x1, y: y1, width: x2 - x1, height: y2 - y1))
    }
    return rectangles
  }

  /// One mask made from several instances; nil where it has no pixel.
  ///
  /// Its box is the smallest around it.
  func merged(_ mask: Mask, members: [Int]) -> Instance? {
    guard let bounds = mask.boundingRectangle else { return nil }
    let box: Box<ImageFrame>
    switch maskSize {
    case .full:
      box = Box(
        x1: Float(bounds.x), y1: Float(bounds.y), x2: Float(bounds.endX), y2: Float(bounds.endY))
    case .network:
      box = letterbox.imageBox(
        Box(
          x1: Float(bounds.x), y1: Float(bounds.y), x2: Float(bounds.endX),
          y2: Float(bounds.endY)), rule: profile.rule)
    }
    return Instance(
      id: 0, classIndex: 0, score: nil, members: members, box: box, makeMask: { mask })
  }
}

extension Scene {
  /// True where the mask of instance `id` has its pixel (x, y): what its `mask()` would say, found
  /// by a few dot products.
  public func maskContains(_ id: Int, x: Int, y: Int) -> Bool {
    field.contains(seeds[id], x: x, y: y)
  }
}
