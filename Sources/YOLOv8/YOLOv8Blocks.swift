/// The three parts of the network.
public enum YOLOv8Stage: String, Sendable, CaseIterable {
  /// Modules 0–9, which halve the picture five times.
  case backbone
  /// Modules 10–21, which mix coarse and fine maps.
  case neck
  /// Module 22, whose maps leave the network.
  case head

  /// The part that a layer belongs to, told from its name, `model.2.cv1`; nil for other names.
  public init?(layer path: String) {
    let parts = path.split(separator: ".")
    guard parts.count > 1, parts[0] == "model", let module = Int(parts[1]) else { return nil }
    switch module {
    case 0...9: self = .backbone
    case 10...21: self = .neck
    case 22: self = .head
    default: return nil
    }
  }
}

extension YOLOv8Seg {
  /// The block of the figure whose layers' names begin with `path`: `model.2` is a C2f, `model.2.m.0` a
  /// Bottleneck in it; nil where there is no block, as at `model.2.m` or at a layer of a block.
  public static func block(_ path: String) -> String? {
    let parts = path.split(separator: ".")
    guard parts.count > 1, parts[0] == "model", let module = Int(parts[1]) else { return nil }
    switch (module, parts.count) {
    case (0, 2), (1, 2), (3, 2), (5, 2), (7, 2), (16, 2), (19, 2): return "Conv"
    case (2, 2), (4, 2), (6, 2), (8, 2), (12, 2), (15, 2), (18, 2), (21, 2): return "C2f"
    case (9, 2): return "SPPF"
    case (10, 2), (13, 2): return "Upsample"
    case (11, 2), (14, 2), (17, 2), (20, 2): return "Concat"
    case (22, 2): return "Segment"
    case (22, 3): return branches[String(parts[2])]
    // Prototypes have no levels: `proto.cv1`.
    case (22, 4): return Int(parts[3]).map { "P\($0 + 3)" }
    case (_, 4) where parts[2] == "m": return "Bottleneck"
    default: return nil
    }
  }

  private static let branches = [
    "cv2": "boxes", "cv3": "classes", "cv4": "coefficients", "proto": "Proto",
  ]
}
