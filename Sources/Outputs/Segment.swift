import Imaging
import JSON
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
  /// How little the mask depends on its threshold; nil where that is not known or not asked for.
  let stability: Float?

  /// What costs something to find, and is found only where a format needs it.
  struct Needs: OptionSet, Sendable {
    let rawValue: Int
    static let runLengths = Needs(rawValue: 1)
    static let polygons = Needs(rawValue: 2)
    static let stability = Needs(rawValue: 4)
  }

  /// - Parameter mask: the instance's.
  init(_ instance: Instance, _ mask: Mask, needs: Needs) {
    self.instance = instance
    self.mask = mask
    area = mask.area
    bounds = mask.boundingRectangle
    counts = needs.contains(.runLengths) ? RunLength(mask).compressed : ""
    polygons = needs.contains(.polygons) ? mask.polygons() : []
    stability = needs.contains(.stability) ? instance.stability() : nil
  }
}

extension OutputFormat {
  /// What it wants to know of each instance.
  var needs: Segment.Needs {
    switch self {
    case .json, .coco: .runLengths
    case .sam: [.runLengths, .stability]
    case .yolo, .labelme, .svg: .polygons
    case .masks: .stability
    case .overlay, .labels, .cutouts: []
    }
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
