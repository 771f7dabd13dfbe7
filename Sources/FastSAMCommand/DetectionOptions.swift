import ArgumentParser
import FastSAM

/// What counts as an instance, and whose rules are followed.
struct DetectionOptions: ParsableArguments {
  @Option(
    help: """
      Keep instances that score above this probability; default: what the weights say, or 0.4.
      """)
  var confidence: Double?

  @Option(
    help: """
      Drop an instance whose box overlaps a better one by more than this IoU; default: what the \
      weights say, or 0.9.
      """)
  var iou: Double?

  @Option(help: "Keep at most so many instances.")
  var maxDetections = 300

  @Option(help: "Whose geometry and prompt rules: \(names(Profile.allCases)).")
  var profile = Profile.ultralytics

  @Option(help: "Masks at the picture's size or at the network's: \(names(MaskSize.allCases)).")
  var masks = MaskSize.full

  func validate() throws {
    if let confidence, !(0...1).contains(confidence) {
      throw ValidationError("--confidence \(confidence): must be a probability, 0 to 1")
    }
    if let iou, !(0...1).contains(iou) {
      throw ValidationError("--iou \(iou): must be from 0 to 1")
    }
    guard (1...100_000).contains(maxDetections) else {
      throw ValidationError("--max-detections \(maxDetections): must be from 1 to 100000")
    }
  }

  /// The options for these weights.
  func options(for segmenter: Segmenter) -> SegmentationOptions {
    var options = segmenter.defaultOptions
    options.confidence = confidence ?? options.confidence
    options.iou = iou ?? options.iou
    options.maximumDetections = maxDetections
    options.profile = profile
    options.masks = masks
    return options
  }
}

/// `a, b, c` for help texts.
func names<T: RawRepresentable<String>>(_ cases: [T]) -> String {
  cases.map(\.rawValue).joined(separator: ", ")
}
