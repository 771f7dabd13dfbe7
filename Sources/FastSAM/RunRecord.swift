import Imaging
import Segmentation
import Tensors

/// One run with all that it went through: what `Segmenter.record` keeps.
package struct RunRecord: Sendable {
  /// How the picture lies in the network's input.
  package let letterbox: Letterbox
  /// What was kept, and by whose rules.
  package let options: SegmentationOptions
  /// `input` and `model.0` … `model.21`, each 1×C×H×W.
  package let values: [String: Tensor]
  /// The head's raw maps.
  package let head: HeadOutput
  /// The scene, and what became of each box.
  package let segmentation: SegmentationRecord

  /// The scene.
  package var scene: Scene { segmentation.scene }
}
