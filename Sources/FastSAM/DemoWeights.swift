import Checkpoints
import DemoWeights
import Segmentation

extension Checkpoint {
  /// What the demo weights are called wherever weights have a name.
  public static let demoName = "demo"

  /// The demo weights: a nano network trained by this project on pictures that a program drew, part
  /// of the executable.
  ///
  /// Enough to see masks at once; see `Weights/MODEL_CARD.md` for how good they are.
  ///
  /// - Throws: `CheckpointError` where the program was built with broken ones.
  public static func demo() throws(CheckpointError) -> Checkpoint {
    let bytes = UnsafeRawBufferPointer(start: demo_weights_bytes(), count: demo_weights_count())
    return try Checkpoint(staticBytes: bytes, name: demoName)
  }
}

extension SegmentationOptions {
  /// The default options, but for the thresholds that a weights file asks for.
  ///
  /// These are numbers from 0 to 1 under `confidence` and `iou` in its metadata; anything else there
  /// is a remark.
  public init(calibratedFor checkpoint: Checkpoint) {
    self.init()
    func threshold(_ key: String) -> Double? {
      checkpoint.metadata[key].flatMap(Double.init).flatMap { (0...1).contains($0) ? $0 : nil }
    }
    confidence = threshold("confidence") ?? confidence
    iou = threshold("iou") ?? iou
  }
}
