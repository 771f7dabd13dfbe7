import Imaging
import Regions

/// How well a text describes an instance.
public struct TextScore: Sendable, Equatable {
  /// The text.
  public let text: String
  /// The cosine between text and crop, −1…1.
  public let similarity: Float

  /// A text and its cosine.
  public init(text: String, similarity: Float) {
    self.text = text
    self.similarity = similarity
  }
}

/// One segmented object: a box and a score at once, its mask when somebody asks for it.
public struct Instance: Sendable {
  /// Its number in the unprompted result, which is in score order.
  public private(set) var id: Int
  /// The class, 0 for FastSAM's only one.
  public let classIndex: Int
  /// The class probability 0…1; nil for a mask that a prompt merged from several instances.
  public let score: Float?
  /// The ids that went into a merged mask, else nil.
  public let members: [Int]?
  /// The texts that chose it.
  public private(set) var matches: [TextScore] = []
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

  /// The same instance, chosen by these texts.
  public func matched(by texts: [TextScore]) -> Instance {
    var instance = self
    instance.matches = texts
    return instance
  }

  /// The same instance under another number.
  public func numbered(_ id: Int) -> Instance {
    var instance = self
    instance.id = id
    return instance
  }

  /// Builds the mask, anew at each call: keep it, or drop it, as memory allows.
  public func mask() -> Mask { makeMask() }

  /// How little the mask depends on its threshold, 0…1: the pixels with a logit above 1 divided by
  /// those with one above −1, as SAM's automatic mask generator reports it; nil for a merged mask.
  ///
  /// Costs two masks.
  public func stability() -> Float? { measureStability?() }
}
