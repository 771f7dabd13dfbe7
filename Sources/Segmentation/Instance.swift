import Imaging
import Regions

/// One segmented object: a box and a score at once, its mask when somebody asks for it.
public struct Instance: Sendable {
  /// Its number in the unprompted result, which is in score order.
  public let id: Int
  /// The class, 0 for FastSAM's only one.
  public let classIndex: Int
  /// The class probability 0…1; nil for a mask that a prompt merged from several instances.
  public let score: Float?
  /// The ids that went into a merged mask, else nil.
  public let members: [Int]?
  /// Its box in the picture's pixels.
  public let box: Box<ImageFrame>

  private let makeMask: @Sendable () -> Mask
  private let measureStability: (@Sendable () -> Float)?

  /// An instance whose mask `makeMask` builds, and whose stability `measureStability` knows.
  public init(
    id: Int, classIndex: Int, score: Float?, members: [Int]? = nil, box: Box<ImageFrame>,
    makeMask: @escaping @Sendable () -> Mask,
    measureStability: (@Sendable () -> Float)? = nil
  ) {
    self.id = id
    self.classIndex = classIndex
    self.score = score
    self.members = members
    self.box = box
    self.makeMask = makeMask
    self.measureStability = measureStability
  }

  /// Builds the mask, anew at each call: keep it, or drop it, as memory allows.
  public func mask() -> Mask { makeMask() }

  /// How little the mask depends on its threshold, 0…1: the pixels with a logit above 1 divided by
  /// those with one above −1, as SAM's automatic mask generator reports it; nil for a merged mask.
  ///
  /// Costs two masks.
  public func stability() -> Float? { measureStability?() }
}
