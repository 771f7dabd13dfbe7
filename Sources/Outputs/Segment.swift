import Imaging
import Regions
import Segmentation

/// An instance with its mask, and what several formats want to know of it, found once.
struct Segment: Sendable {
  let instance: Instance
  let mask: Mask
  let area: Int
  /// The smallest rectangle around the mask's pixels; nil for an empty mask.
  let bounds: PixelRectangle?
  /// The mask as COCO's compressed run lengths; empty where no format asks for it.
  let counts: String
  /// The mask's objects with their holes; empty where no format asks for them.
  let polygons: [Polygon]

  init(_ instance: Instance, runLengths: Bool, polygons: Bool) {
    self.instance = instance
    mask = instance.mask()
    area = mask.area
    bounds = mask.boundingRectangle
    counts = runLengths ? RunLength(mask).compressed : ""
    self.polygons = polygons ? mask.polygons() : []
  }
}

extension JSONText {
  /// Appends `"segmentation": {"size": [H, W], "counts": "…"}`.
  mutating func segmentation(_ segment: Segment) {
    raw("\"segmentation\": {\"size\": ")
    array([segment.mask.height, segment.mask.width])
    raw(", \"counts\": ")
    string(segment.counts)
    raw("}")
  }
}
