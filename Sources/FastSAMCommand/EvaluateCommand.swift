import ArgumentParser
import Evaluation
import FastSAM
import FoundationEssentials

/// `fastsam evaluate`: how good the masks are, held against what people marked.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Hold the masks against what people marked: recall, precision, overlap, edges.",
    discussion: """
      With --annotations, a COCO file, every picture it names is segmented and judged as COCO's own \
      evaluation does: AR@N is the average recall of the N best proposals over the overlaps (IoU) .50 to \
      .95, AP the average precision of the 100 best; small is below 32², large above 96² pixels. \
      AUC is the area below AR over the logarithm of N. Mean best IoU asks for each marked region how well \
      the best of all proposals fits. A proposal of any category may find a region of any other, \
      unless --by-category.

      With --edges, a folder of boundaries that people drew, the masks' outlines are judged as the \
      Berkeley benchmark does: F-measure at the best threshold for all pictures (ODS) and for each \
      (OIS), AP, and the recall at half precision (R50). For a picture NAME.jpg the folder holds \
      NAME.mat, as BSDS500 comes, or black-and-white NAME.1.png, NAME.2.png, …, one of each person.

      The network runs on --images; --detections judges results of any program in COCO's format \
      instead (`segment --format coco` writes it).
      """)

  @Option(help: ArgumentHelp("Marked regions, a COCO annotation file.", valueName: "file.json"))
  var annotations: String?

  @Option(help: ArgumentHelp("The folder of the pictures.", valueName: "dir"))
  var images: String?

  @Option(
    help: ArgumentHelp("Judge these results; no network runs.", valueName: "file.json"))
  var detections: String?

  @Option(help: ArgumentHelp("A folder of drawn boundaries.", valueName: "dir"))
  var edges: String?

  @OptionGroup var network: NetworkOptions

  @Option(help: "Judge proposals that score above this probability.")
  var confidence = 0.001

  @Option(
    help: """
      Drop a proposal whose box overlaps a better one by more than this IoU; default: what the \
      weights say, or 0.9.
      """)
  var iou: Double?

  @Option(help: "Judge at most so many proposals a picture.")
  var maxDetections = 1000

  @Option(help: "Whose geometry: \(names(Profile.allCases)).")
  var profile = Profile.ultralytics

  @Flag(help: "A proposal finds only regions of its own category.")
  var byCategory = false

  @Option(help: "Judge only so many pictures, in the order of their numbers.")
  var limit: Int?

  @Option(help: ArgumentHelp("The figures as JSON; - prints them.", valueName: "file|-"))
  var json: String?

  func validate() throws {
    guard annotations != nil || edges != nil else {
      throw ValidationError("nothing to hold the masks against: give --annotations or --edges")
    }
    guard (images == nil) != (detections == nil) else {
      throw ValidationError("give either --images or --detections")
    }
    guard (0...1).contains(confidence) else {
      throw ValidationError("--confidence \(confidence): must be a probability, 0 to 1")
    }
    if let iou, !(0...1).contains(iou) {
      throw ValidationError("--iou \(iou): must be from 0 to 1")
    }
    guard (1...100_000).contains(maxDetections) else {
      throw ValidationError("--max-detections \(maxDetections): must be from 1 to 100000")
    }
    if let limit, limit < 1 { throw ValidationError("--limit \(limit): must be 1 or more") }
    if byCategory && annotations == nil {
      throw ValidationError("--by-category needs --annotations")
    }
  }

  func run() throws {
    try reportingFailures {
      let dataset = try annotations.map { try Dataset(annotations: $0) }
      let boundaries = try edges.map { try BoundaryFolder(path: $0) }
      if byCategory, let dataset, dataset.categories.isEmpty {
        throw Failure(.badData, "\(dataset.path): no categories, which --by-category needs")
      }
      let source: any ProposalSource
      if let detections {
        source = try ResultsSource(
          DetectionFile(path: detections), dataset, maximum: maxDetections,
          pool: ThreadPool(threads: network.threads ?? ThreadPool.processorCount))
      } else {
        source = try networkSource()
      }
      var subjects = try subjects(dataset, boundaries)
      if let limit { subjects.removeLast(max(0, subjects.count - limit)) }
      try requirePictures(subjects)
      let job = EvaluateJob(
        source: source, dataset: dataset, boundaries: boundaries, byCategory: byCategory)
      let report = try job.run(subjects)
      if json != "-" { try standardOutput(Array(report.text.utf8)) }
      switch json {
      case nil: break
      case "-": try standardOutput(report.json)
      case .some(let path): try AtomicFile.write(report.json, to: path)
      }
    }
  }

  private func networkSource() throws -> NetworkSource {
    let segmenter = try network.segmenter()
    var options = segmenter.defaultOptions
    options.confidence = confidence
    options.iou = iou ?? options.iou
    options.maximumDetections = maxDetections
    options.profile = profile
    return NetworkSource(
      segmenter: segmenter, size: network.size?.size, options: options)
  }

  /// What is judged: the pictures of the annotations, or those of the folder, or those with
  /// boundaries.
  private func subjects(_ dataset: Dataset?, _ boundaries: BoundaryFolder?) throws -> [Subject] {
    func path(_ file: String) -> String? {
      images.map { $0.hasSuffix("/") ? $0 + file : $0 + "/" + file }
    }
    let subjects: [Subject]
    if let dataset {
      subjects = dataset.pictures.map {
        Subject(stem: $0.stem, path: path($0.file), picture: $0)
      }
    } else if let images {
      subjects = try pictures(in: [images]).map {
        Subject(stem: OutputNames.withoutSuffix(OutputNames.baseName($0)), path: $0, picture: nil)
      }
    } else {
      subjects = (boundaries?.stems ?? []).map { Subject(stem: $0, path: nil, picture: nil) }
    }
    guard !subjects.isEmpty else {
      throw Failure(.badData, "\(dataset?.path ?? edges ?? ""): no pictures")
    }
    return subjects
  }

  /// Looks for all pictures before the first is judged, which may be an hour before the last.
  private func requirePictures(_ subjects: [Subject]) throws {
    let missing = subjects.compactMap(\.path).filter {
      !FileManager.default.fileExists(atPath: $0)
    }
    guard let first = missing.first else { return }
    let rest =
      missing.count > 1 ? ", and \(missing.count - 1) more of \(subjects.count) pictures" : ""
    throw Failure(.missingInput, "\(first): no such file\(rest)")
  }
}
