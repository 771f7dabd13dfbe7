import ArgumentParser
import FastSAM

/// `fastsam segment`: everything in each picture, or what the prompts choose.
struct SegmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segment",
    abstract: "Segment everything in each picture, or what prompts choose.",
    discussion: """
      Results go to --output, one file a format and picture. With --json alone, only that document \
      is written.
      """)

  @Argument(help: "Pictures (JPEG, PNG), folders or globs.")
  var images: [String]

  @OptionGroup var network: NetworkOptions

  @OptionGroup var detection: DetectionOptions

  @OptionGroup var prompts: PromptOptions

  @Option(help: ArgumentHelp("Folder for the results.", valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("Any of \(names(OutputFormat.allCases)).", valueName: "list"))
  var format: FormatsArgument?

  @Option(
    help: ArgumentHelp("The result document of one picture; - prints it.", valueName: "file|-"))
  var json: String?

  @Flag(help: "Put the stages' times into the result document.")
  var timings = false

  @Flag(help: "Say nothing on standard error but errors.")
  var quiet = false

  func run() throws {
    try reportingFailures {
      let paths = try pictures(in: images)
      if json != nil && paths.count > 1 {
        throw Failure(.usage, "--json takes one picture, not \(paths.count)")
      }
      // Opened before the network runs, so that what is missing is said at once.
      let clip = prompts.text.isEmpty ? nil : try prompts.clip.model()
      let segmenter = try network.segmenter()
      let job = SegmentJob(
        segmenter: segmenter, size: network.size?.size, options: detection.options(for: segmenter),
        prompts: prompts.prompts, isRanked: prompts.rank, clip: clip, formats: formats,
        directory: output ?? "fastsam-output", json: json, hasTimings: timings)
      try runBatch(job, paths)
    }
  }

  /// What is written to the folder: nothing where only the document was asked for.
  private var formats: [OutputFormat] {
    format?.formats ?? (json != nil && output == nil ? [] : [.overlay, .json])
  }

  /// All pictures; a bad one is reported and the rest goes on.
  private func runBatch(_ job: SegmentJob, _ paths: [String]) throws {
    var progress = Progress(total: paths.count, isShown: !quiet)
    var failures: [Failure] = []
    for (path, stem) in zip(paths, OutputNames.stems(for: paths)) {
      progress.show(path)
      do {
        let summary = try job.run(path, stem: stem)
        progress.clear()
        if !quiet && json != "-" { standardError(summary) }
      } catch {
        progress.clear()
        let failure = Failure(error)
        failure.report()
        failures.append(failure)
        // What is wrong with the folder or the prompts is wrong for every picture.
        if failure.kind == .unwritable || failure.kind == .usage { break }
      }
    }
    guard let first = failures.first else { return }
    if paths.count > 1 && !quiet {
      standardError("fastsam: \(failures.count) of \(paths.count) pictures failed")
    }
    let decisive = failures.first { $0.kind == .unwritable || $0.kind == .usage }
    let code = decisive?.kind ?? (paths.count > 1 ? .badData : first.kind)
    throw ExitCode(code.rawValue)
  }
}
