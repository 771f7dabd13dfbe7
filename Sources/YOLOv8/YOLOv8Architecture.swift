import Checkpoints
import Tensors

/// The widths and depths of a YOLOv8-seg network, read from the shapes of its tensors.
///
/// The published variants (channels and repeats follow from a width, a depth and a channel cap):
///
/// | variant | depth | width | cap | p1 … p5 |
/// |---|---|---|---|---|
/// | n | 0.33 | 0.25 | 1024 | 16 32 64 128 256 |
/// | s (FastSAM-s) | 0.33 | 0.50 | 1024 | 32 64 128 256 512 |
/// | m | 0.67 | 0.75 | 768 | 48 96 192 384 576 |
/// | l | 1.00 | 1.00 | 512 | 64 128 256 512 512 |
/// | x (FastSAM-x) | 1.00 | 1.25 | 512 | 80 160 320 640 640 |
///
/// Nothing is assumed from the variant's name: any width and depth loads, and so does the published
/// FastSAM-x with its 26 bins a side.
public struct YOLOv8Architecture: Sendable, Equatable {
  /// The channels that leave the backbone's stages, at 2, 4, 8, 16 and 32 pixels a cell.
  public let p1: Int, p2: Int, p3: Int, p4: Int, p5: Int
  /// The bottlenecks in the backbone's stages (modules 2, 4, 6, 8).
  public let repeats2: Int, repeats3: Int, repeats4: Int, repeats5: Int
  /// The channels that leave the neck's modules 12, 15, 18 and 21.
  public let merge4: Int, neck3: Int, neck4: Int, neck5: Int
  /// The bottlenecks in the neck's modules 12, 15, 18 and 21.
  public let repeats12: Int, repeats15: Int, repeats18: Int, repeats21: Int
  /// The widths inside the head's three branches.
  public let boxHidden: Int, classHidden: Int, coefficientHidden: Int
  /// R, the bins of each side's distribution: 16, or 26 in the published FastSAM-x.
  public let bins: Int
  /// nc, the number of classes: 1 for FastSAM.
  public let classes: Int
  /// The number of prototypes, and so of mask coefficients: 32.
  public let prototypes: Int
  /// The width inside the prototype branch.
  public let prototypeChannels: Int

  /// The architecture of the network whose modules stand in `model` under their numbers.
  ///
  /// - Throws: `CheckpointError` where a tensor that tells a size is missing or of another rank.
  public init(_ model: WeightScope) throws(CheckpointError) {
    func extent(_ axis: Int, _ block: WeightScope) throws(CheckpointError) -> Int {
      let name = block.path + ".weight"
      guard let shape = block.shape(of: "weight") else {
        throw .missingTensor(path: block.file, name: name)
      }
      guard shape.rank == 4, shape.count > 0 else {
        throw .malformedTensor(
          path: block.file, name: name, fault: "shape \(shape) is not a convolution's")
      }
      return shape[axis]
    }
    func width(_ block: WeightScope) throws(CheckpointError) -> Int { try extent(0, block) }
    func repeats(_ block: WeightScope) -> Int {
      var count = 0
      while block["m"]["\(count)"]["cv1"]["conv"].contains("weight") { count += 1 }
      return count
    }
    self.p1 = try width(model["0"]["conv"])
    self.p2 = try width(model["1"]["conv"])
    self.p3 = try width(model["3"]["conv"])
    self.p4 = try width(model["5"]["conv"])
    self.p5 = try width(model["7"]["conv"])
    self.repeats2 = repeats(model["2"])
    self.repeats3 = repeats(model["4"])
    self.repeats4 = repeats(model["6"])
    self.repeats5 = repeats(model["8"])
    self.merge4 = try width(model["12"]["cv2"]["conv"])
    self.neck3 = try width(model["15"]["cv2"]["conv"])
    self.neck4 = try width(model["18"]["cv2"]["conv"])
    self.neck5 = try width(model["21"]["cv2"]["conv"])
    self.repeats12 = repeats(model["12"])
    self.repeats15 = repeats(model["15"])
    self.repeats18 = repeats(model["18"])
    self.repeats21 = repeats(model["21"])
    let head = model["22"]
    self.boxHidden = try width(head["cv2"]["0"]["0"]["conv"])
    self.classHidden = try width(head["cv3"]["0"]["0"]["conv"])
    self.coefficientHidden = try width(head["cv4"]["0"]["0"]["conv"])
    self.bins = try extent(1, head["dfl"]["conv"])
    self.classes = try width(head["cv3"]["0"]["2"])
    self.prototypes = try width(head["cv4"]["0"]["2"])
    self.prototypeChannels = try width(head["proto"]["cv1"]["conv"])
  }

  /// The letter of the published variant with these widths and depths, if it is one.
  public var variant: String? {
    switch (p1, p5, repeats3) {
    case (16, 256, 2): "n"
    case (32, 512, 2): "s"
    case (48, 576, 4): "m"
    case (64, 512, 6): "l"
    case (80, 640, 6): "x"
    default: nil
    }
  }
}
