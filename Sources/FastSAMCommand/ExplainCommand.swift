import ArgumentParser
import Explanation
import FastSAM

/// `fastsam explain`: a run on one picture, as a page to read.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a run on one picture: an HTML page with what every stage makes of it.",
    discussion: """
      The page is one file and loads nothing: the letterboxed input, feature maps of backbone and \
      neck, score maps, the distributions of a box's sides, boxes before and after suppression, the \
      prototypes, and how one object's coefficients mix them into its mask.

      The object is the best-scored one of a fair size (a fiftieth to a quarter of the picture, not \
      at its border, where there is one), that of --instance, or the best-scored one that holds \
      --point.

      --pictures writes the figures: letterbox.jpg, stages.jpg, neck.jpg, scores.jpg, dfl.svg, \
      boxes-before.jpg, boxes-after.jpg, prototypes.jpg, coefficients.svg, mixing.jpg, mask.jpg, \
      overlay.jpg. Without an object to follow there is no dfl, coefficients, mixing or mask.
      """)

  @Argument(help: "A picture (JPEG, PNG).")
  var image: String

  @OptionGroup var network: NetworkOptions
  @OptionGroup var detection: DetectionOptions

  @Option(
    help: ArgumentHelp(
      "Follow the best-scored object that holds this point of the picture.", valueName: "x,y"))
  var point: PointArgument?

  @Option(help: ArgumentHelp("Follow the object with this id.", valueName: "n"))
  var instance: Int?

  @Option(
    help: ArgumentHelp(
      "Where the page goes; - prints it. Default: fastsam-output/<picture>.explain.html",
      valueName: "file|-"))
  var output: String?

  @Option(help: ArgumentHelp("Also write the figures into this folder.", valueName: "dir"))
  var pictures: String?

  @Flag(help: "Say nothing on standard error but errors.")
  var quiet = false

  func validate() throws {
    if point != nil && instance != nil {
      throw ValidationError("--point and --instance exclude each other")
    }
    if let point, point.point.label != 1 {
      throw ValidationError("--point takes X,Y: there is one object to follow")
    }
    if let instance, instance < 0 {
      throw ValidationError("--instance \(instance): must not be negative")
    }
  }

  func run() throws {
    try reportingFailures {
      let picture = try Image(contentsOf: image)
      let segmenter = try network.segmenter()
      let explanation = try Explanation(
        of: picture, named: OutputNames.baseName(image), by: segmenter, size: network.size?.size,
        options: detection.options(for: segmenter), choice: choice)
      var written: [String] = []
      if let pictures {
        try TemporaryFolder.make(pictures)
        for figure in explanation.figures {
          try AtomicFile.write(figure.bytes, to: path(figure.name, in: pictures))
        }
        written.append(pictures)
      }
      if output == "-" {
        try standardOutput(Array(explanation.page.utf8))
      } else {
        let file = try output ?? defaultOutput()
        try AtomicFile.write(explanation.page, to: file)
        written.insert(file, at: 0)
      }
      if !quiet && output != "-" { standardError(summary(explanation, written)) }
    }
  }

  private var choice: ObjectChoice {
    if let point { return .point(x: point.point.x, y: point.point.y) }
    return instance.map { .instance($0) } ?? .best
  }

  /// Beside what `segment` writes; the folder is made.
  private func defaultOutput() throws -> String {
    try TemporaryFolder.make("fastsam-output")
    return path(OutputNames.stems(for: [image])[0] + ".explain.html", in: "fastsam-output")
  }

  private func path(_ name: String, in folder: String) -> String {
    folder + (folder.isEmpty || folder.hasSuffix("/") ? "" : "/") + name
  }

  private func summary(_ explanation: Explanation, _ written: [String]) -> String {
    let (count, chosen) = explanation.objects
    let followed = chosen.map { ", number \($0) followed" } ?? ", none followed"
    let noun = count == 1 ? "instance" : "instances"
    return "\(image): \(count) \(noun)\(followed) → " + written.joined(separator: ", ")
  }
}
