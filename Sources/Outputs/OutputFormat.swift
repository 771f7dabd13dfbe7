/// What can be written of a picture's instances.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// The picture with the masks in colour.
  case overlay
  /// The result document (`fastsam.result/1`).
  case json
  /// COCO results: what `COCO.loadRes` reads.
  case coco
  /// The records of SAM's automatic mask generator.
  case sam
  /// YOLO segmentation labels: one normalised polygon a line.
  case yolo
  /// A LabelMe annotation: polygons to edit.
  case labelme
  /// A folder of one black-and-white PNG a mask, and `metadata.csv`, as SAM's `amg.py` writes them.
  case masks
  /// One 16-bit PNG: each pixel tells its instance.
  case labels
  /// The picture with the masks as vector shapes, holes included.
  case svg
  /// A folder of one PNG an instance, cut out of the picture, transparent around it.
  case cutouts

  /// What follows the stem in the name of its file or folder.
  public var suffix: String {
    switch self {
    case .overlay: "overlay.jpg"
    case .json: "json.json"
    case .coco: "coco.json"
    case .sam: "sam.json"
    case .yolo: "yolo.txt"
    case .labelme: "labelme.json"
    case .masks: "masks"
    case .labels: "labels.png"
    case .svg: "svg.svg"
    case .cutouts: "cutouts"
    }
  }
}
