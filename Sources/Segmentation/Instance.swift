import Imaging
import Kernels
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

  /// Where the mask comes from; nil where it is not the network's own.
  let origin: (field: MaskField, seed: MaskField.Seed)?

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
    self.origin = nil
    self.makeMask = makeMask
    self.measureStability = measureStability
  }

  /// An instance whose mask grows from a seed.
  init(
    id: Int, _ detection: Detection, box: Box<ImageFrame>, _ field: MaskField,
    _ seed: MaskField.Seed
  ) {
    self.id = id
    self.classIndex = detection.classIndex
    self.score = detection.score
    self.members = nil
    self.box = box
    self.origin = (field, seed)
    self.makeMask = { field.mask(of: seed) }
    self.measureStability = { field.stability(of: seed) }
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
  ///
  /// For many instances `mapMasks` is quicker.
  public func mask() -> Mask { makeMask() }

  /// How little the mask depends on its threshold, 0…1: the pixels with a logit above 1 divided by
  /// those with one above −1, as SAM's automatic mask generator reports it; nil for a merged mask.
  ///
  /// Costs two masks.
  public func stability() -> Float? { measureStability?() }
}

extension ArraySlice<Instance> {
  /// Calls `body` with the place of each instance and its mask, built anew, in any order.
  ///
  /// Instances of one scene share each reading of its prototypes: for 300 a sixth less time than `mask()` takes for
  /// one after the other. Meanwhile the logits of all their masks are kept, a float a prototype cell.
  public func forEachMask(_ body: (Int, Mask) -> Void) {
    let field = lazy.compactMap { $0.origin?.field }.first
    var shared: [Int] = []
    for index in indices {
      if let field, self[index].origin?.field === field {
        shared.append(index)
      } else {
        body(index, self[index].mask())
      }
    }
    field?.forEachMask(of: shared.compactMap { self[$0].origin?.seed }) { body(shared[$0], $1) }
  }
}

extension [Instance] {
  /// What `transform` makes of each instance's mask, built anew, in the order of the instances; on the threads of
  /// `pool`, a group of instances at a time, see `forEachMask`.
  public func mapMasks<Result>(
    on pool: ThreadPool, _ transform: (Mask) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { slots in
      nonisolated(unsafe) let slots = slots  // Each mask has a slot of its own.
      let size = MaskField.groupSize
      pool.run((count + size - 1) / size) { task, _ in
        self[task * size..<Swift.min((task + 1) * size, count)].forEachMask {
          slots[$0] = transform($1)
        }
      }
    }
    return results.compactMap(\.self)
  }
}
