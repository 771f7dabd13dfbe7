import Imaging
import Kernels
import Regions

/// What is done to the masks of a selection, in the order of the properties.
public struct MaskRefinement: Sendable, Equatable {
  /// Holes of fewer pixels than this are filled.
  public var fillsHolesBelow: Int
  /// Islands of fewer pixels than this are removed; the largest part of a mask always stays.
  public var removesIslandsBelow: Int
  /// Outlines are smoothed: gaps closed with a 3×3 square, then what is thinner than a 7×7 square
  /// opened away.
  ///
  /// The FastSAM repository's "better quality" opens with 8×8, which moves each mask by a pixel;
  /// these squares have a centre.
  public var smooths: Bool
  /// Masks of fewer pixels than this are dropped; those left without any always are.
  public var minimumArea: Int
  /// All masks become one.
  public var merges: Bool

  /// A refinement; without arguments it does nothing.
  public init(
    fillsHolesBelow: Int = 0, removesIslandsBelow: Int = 0, smooths: Bool = false,
    minimumArea: Int = 0, merges: Bool = false
  ) {
    self.fillsHolesBelow = fillsHolesBelow
    self.removesIslandsBelow = removesIslandsBelow
    self.smooths = smooths
    self.minimumArea = minimumArea
    self.merges = merges
  }

  /// The mask refined; its area is not looked at.
  public func callAsFunction(_ mask: Mask) -> Mask {
    var mask = mask
    if fillsHolesBelow > 0 { mask = mask.fillingHoles(smallerThan: fillsHolesBelow) }
    if removesIslandsBelow > 0 { mask = mask.removingIslands(smallerThan: removesIslandsBelow) }
    if smooths { mask = mask.closed(radius: 1).opened(radius: 3) }
    return mask
  }
}

extension Scene {
  /// A selection with its masks refined: the same ids, scores and boxes, or one merged mask.
  ///
  /// Builds the masks unless nothing is asked for, on the threads of `pool`.
  public func refined(
    _ selection: [Instance], by refinement: MaskRefinement, on pool: ThreadPool
  ) -> [Instance] {
    if refinement == MaskRefinement() { return selection }
    let masks = selection.mapMasks(on: pool) { refinement($0) }
    let kept: [(instance: Instance, mask: Mask)] = zip(selection, masks).compactMap {
      $1.area >= max(refinement.minimumArea, 1) ? ($0, $1) : nil
    }
    if refinement.merges {
      var union = Mask(width: maskWidth, height: maskHeight)
      for (_, mask) in kept { union.formUnion(mask) }
      let members = kept.flatMap { $0.instance.members ?? [$0.instance.id] }
      return [merged(union, members: members)].compactMap(\.self)
    }
    return kept.map { $0.instance.replacingMask(by: $0.mask) }
  }
}

extension Instance {
  /// The same instance with a finished mask, which has no stability of its own.
  func replacingMask(by mask: Mask) -> Instance {
    Instance(
      id: id, classIndex: classIndex, score: score, members: members, box: box,
      makeMask: { mask }
    ).matched(by: matches)
  }
}
