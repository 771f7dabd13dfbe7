import Explanation
import FastSAM
import TestSupport

/// Explanations of runs of tiny networks on small pictures.
enum ExplainedRuns {
  /// A network with synthetic weights; `names` is the classes' JSON in its metadata.
  static func segmenter(
    _ layout: YOLOv8Layout = GoldenYOLOv8.document.networks[0].layout, names: String? = nil
  ) throws -> Segmenter {
    var writer = SafetensorsWriter()
    if let names { writer.metadata["names"] = names }
    for entry in layout.tensors {
      writer.add(SyntheticNumbers.weight(entry.name, entry.shape), name: entry.name)
    }
    let file = TemporaryFile(suffix: ".safetensors")
    try writer.write(to: file.path)
    return try withExtendedLifetime(file) { try Segmenter(weights: file.path, threads: 2) }
  }

  /// A gradient with a bright rectangle and some noise.
  static func picture(width: Int, height: Int) -> Image {
    Image(
      width: width, height: height,
      pixels: SyntheticNumbers.brightRectangle(width: width, height: height))
  }

  /// A run at 64×64 network pixels.
  static func explanation(
    width: Int = 75, height: Int = 50, file: String = "a.jpg", segmenter: Segmenter? = nil,
    confidence: Double = 0.55, profile: Profile = .ultralytics, masks: MaskSize = .full,
    choice: ObjectChoice = .best
  ) throws -> Explanation {
    try Explanation(
      of: picture(width: width, height: height), named: file,
      by: segmenter ?? self.segmenter(), size: ImageSize(height: 64, width: 64),
      options: SegmentationOptions(
        confidence: confidence, iou: 0.7, profile: profile, masks: masks), choice: choice)
  }
}
