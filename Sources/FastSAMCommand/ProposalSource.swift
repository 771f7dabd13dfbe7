import Evaluation
import FastSAM

/// A picture that is judged.
struct Subject: Sendable {
  let stem: String
  /// Where the picture lies; nil where no network runs.
  let path: String?
  /// What people marked in it; nil where only its edges are judged.
  let picture: AnnotatedPicture?
}

/// What is proposed for one picture.
struct Proposed: Sendable {
  let proposals: [Proposal]
  /// Its outlines, on the picture's pixels; nil where they are not judged.
  let edges: EdgeMap?
}

/// Where proposals come from.
protocol ProposalSource: Sendable {
  /// What errors about proposals name.
  var name: String { get }
  var pool: ThreadPool { get }
  /// True where each picture is worth all threads; otherwise pictures go to threads.
  var takesAllThreads: Bool { get }
  /// True where every proposal has a mask.
  var hasMasks: Bool { get }
  /// What is proposed for a picture; its edges on a picture of `size` pixels, where that is given.
  func proposed(for subject: Subject, edgesOn size: (width: Int, height: Int)?) throws -> Proposed
}

/// Proposals of the network.
struct NetworkSource: ProposalSource {
  let segmenter: Segmenter
  let size: ImageSize?
  let options: SegmentationOptions

  var name: String { segmenter.name }
  var pool: ThreadPool { segmenter.pool }
  var takesAllThreads: Bool { true }
  var hasMasks: Bool { true }

  func proposed(for subject: Subject, edgesOn size: (width: Int, height: Int)?) throws
    -> Proposed
  {
    let path = subject.path ?? ""  // Given for every subject that a network looks at.
    let image = try Image(contentsOf: path)
    if let picture = subject.picture, picture.width != image.width || picture.height != image.height
    {
      throw Failure(
        .badData,
        "\(path): \(image.width)×\(image.height) pixels, but marked as "
          + "\(picture.width)×\(picture.height)")
    }
    if let size, size != (image.width, image.height) {
      throw Failure(
        .badData,
        "\(path): \(image.width)×\(image.height) pixels, but its boundaries are of "
          + "\(size.width)×\(size.height)")
    }
    let scene = segmenter.segment(image, size: self.size, options: options)
    let masks = scene.masks(on: pool)
    let proposals = Array(zip(scene.instances, masks)).concurrentMap(on: pool) {
      Proposal($0, $1)
    }
    guard size != nil else { return Proposed(proposals: proposals, edges: nil) }
    let outlines = Array(zip(scene.instances, masks)).concurrentMap(on: pool) { instance, mask in
      SoftOutline(mask) { scene.probability(of: instance.id, x: $0, y: $1) }
    }
    var edges = EdgeMap(width: image.width, height: image.height)
    for outline in outlines { edges.add(outline) }
    return Proposed(proposals: proposals, edges: edges)
  }
}

extension Proposal {
  /// What `segment --format coco` would write of an instance, and a reader read.
  fileprivate init(_ instance: Instance, _ mask: Mask) {
    // Shortest decimals, as in the file: the sums and differences are those of its reader then.
    func written(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
    let box = instance.box
    self.init(
      category: instance.classIndex + 1, score: written(instance.score ?? 1),
      box: Rectangle(
        x: written(box.x1), y: written(box.y1), width: written(box.x2 - box.x1),
        height: written(box.y2 - box.y1)), outline: .runs(RunLength(mask)))
  }
}

/// Proposals from a file of results.
struct ResultsSource: ProposalSource {
  let pool: ThreadPool
  private let file: DetectionFile
  private let maximum: Int
  private let byPicture: [Int: [Proposal]]
  let hasMasks: Bool

  init(_ file: DetectionFile, _ dataset: Dataset?, maximum: Int, pool: ThreadPool) throws {
    self.file = file
    self.maximum = maximum
    self.pool = pool
    hasMasks = file.hasMasks
    byPicture =
      try dataset.map { dataset in
        Dictionary(
          uniqueKeysWithValues: zip(
            dataset.pictures.map(\.id), try file.proposals(for: dataset)))
      } ?? [:]
  }

  var name: String { file.path }
  var takesAllThreads: Bool { false }

  func proposed(for subject: Subject, edgesOn size: (width: Int, height: Int)?) throws
    -> Proposed
  {
    var proposals =
      subject.picture.map { byPicture[$0.id] ?? [] } ?? file.proposals(forStem: subject.stem)
    if proposals.count > maximum {
      let order = proposals.indices.sorted {
        (-proposals[$0].score, $0) < (-proposals[$1].score, $1)
      }
      proposals = order.prefix(maximum).sorted().map { proposals[$0] }
    }
    guard let size else { return Proposed(proposals: proposals, edges: nil) }
    var edges = EdgeMap(width: size.width, height: size.height)
    for proposal in proposals {
      // All that a file tells of a mask is where it is, and how sure its maker was.
      edges.add(try proposal.outline(on: size, source: file.path, picture: subject.stem))
    }
    return Proposed(proposals: proposals, edges: edges)
  }
}
