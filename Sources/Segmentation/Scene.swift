import Imaging
import Kernels
import Regions

/// One segmented picture: its instances, and all that prompts need to choose among them.
///
/// Made once by `segment`, then prompted as often as wanted, from any number of tasks. Masks are
/// built when asked for; until then a scene holds the prototypes and 32 numbers an instance.
public struct Scene: Sendable {
  /// The instances in score order, ties by anchor; `instances[i].id` is i.
  public let instances: [Instance]
  /// The picture's size in pixels.
  public let imageWidth: Int, imageHeight: Int
  /// Whose rules were followed, and prompts follow.
  public let profile: Profile
  /// The size the masks have.
  public let maskSize: MaskSize

  /// The cell of the head that each instance comes from, numbered as in `SegmentationHead`.
  package let anchors: [Int]

  let field: MaskField
  let seeds: [MaskField.Seed]
  let letterbox: Letterbox
  /// From the masks to the frame that prompts are held against, where that is another one.
  let promptStretch: Upsampling?
  let cache: MaskCache

  /// The masks' size in pixels.
  public var maskWidth: Int { field.geometry.width }
  /// The masks' size in pixels.
  public var maskHeight: Int { field.geometry.height }

  /// The masks of all instances, in their order: what each one's `mask()` gives, made together on
  /// the threads of `pool`, which is quicker.
  public func masks(on pool: ThreadPool) -> [Mask] { instances.mapMasks(on: pool) { $0 } }
}

/// Everything that the head found in a picture: decoded, freed of duplicates, its masks ready to be
/// built.
///
/// - Parameters:
///   - head: what the network says about the letterboxed picture.
///   - letterbox: how the picture lies in the network's input.
///   - pool: who looks for empty masks.
/// - Precondition: the letterbox has the size that the network was run at.
public func segment(
  _ head: some SegmentationHead, letterbox: Letterbox, options: SegmentationOptions,
  on pool: ThreadPool
) -> Scene {
  segment(head, letterbox: letterbox, options: options, on: pool, observe: nil)
}

/// `segment`, with every decoded box told to `observe`.
func segment(
  _ head: some SegmentationHead, letterbox: Letterbox, options: SegmentationOptions,
  on pool: ThreadPool, observe: ((Candidate) -> Void)?
) -> Scene {
  let grid = head.prototypes.shape
  precondition(
    grid[3] * 4 == letterbox.width && grid[2] * 4 == letterbox.height,
    "segment: prototypes \(grid) for an input of \(letterbox.width)×\(letterbox.height)")
  let field = MaskField(
    prototypes: head.prototypes,
    geometry: MaskGeometry(
      letterbox, gridWidth: grid[3], gridHeight: grid[2], profile: options.profile,
      size: options.masks))

  var found = detections(in: head, options: options, observe: observe)
  if options.profile == .official {
    let width = Float(letterbox.width), height = Float(letterbox.height)
    for i in found.indices {
      found[i].box = found[i].box.snapped(toBorderOf: width, height)
      // The repository writes a new row for it, of class 0.
      if found[i].box == Box(x1: 0, y1: 0, x2: width, y2: height) { found[i].classIndex = 0 }
    }
  }
  let coefficients = head.coefficients(at: found.map(\.anchor))
  let prototypeCount = grid[1]
  var seeds: [MaskField.Seed] = [], boxes: [Box<ImageFrame>] = []
  for (i, detection) in found.enumerated() {
    let box = letterbox.imageBox(detection.box, rule: options.profile.rule)
    boxes.append(box)
    seeds.append(
      MaskField.Seed(
        coefficients: Array(coefficients[i * prototypeCount..<(i + 1) * prototypeCount]),
        crop: field.geometry.crop(network: detection.box, image: box)))
  }
  var kept = Array(found.indices)
  if options.profile == .ultralytics {
    kept = field.nonEmpty(seeds, on: pool)
    for i in kept {
      boxes[i] = boxes[i].snapped(
        toBorderOf: Float(letterbox.imageWidth), Float(letterbox.imageHeight))
    }
  }
  return Scene(
    kept.map { (found[$0], boxes[$0], seeds[$0]) }, field: field, letterbox: letterbox,
    profile: options.profile, maskSize: options.masks)
}

extension Scene {
  init(
    _ found: [(detection: Detection, box: Box<ImageFrame>, seed: MaskField.Seed)],
    field: MaskField, letterbox: Letterbox, profile: Profile, maskSize: MaskSize
  ) {
    self.field = field
    self.letterbox = letterbox
    self.profile = profile
    self.maskSize = maskSize
    promptStretch = profile == .ultralytics && maskSize == .network ? .paddingCut(letterbox) : nil
    imageWidth = letterbox.imageWidth
    imageHeight = letterbox.imageHeight
    anchors = found.map(\.detection.anchor)
    seeds = found.map(\.seed)
    cache = MaskCache(count: found.count)
    instances = found.enumerated().map { id, found in
      Instance(id: id, found.detection, box: found.box, field, found.seed)
    }
  }
}

extension Scene {
  /// How surely the mask's pixel (x, y) belongs to instance `id`, 0…1: the sigmoid of its logit; 0
  /// where the mask is cropped.
  ///
  /// Cost: 4 dot products of nm numbers, 16 where the geometry takes two steps.
  ///
  /// - Precondition: the id is one of the unprompted result, the pixel one of the mask.
  public func probability(of id: Int, x: Int, y: Int) -> Float {
    field.probability(seeds[id], x: x, y: y)
  }
}
