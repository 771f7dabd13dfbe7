import FastSAM
import Graphs
import Imaging
import Regions
import Segmentation
import Tensors
import YOLOv8

/// A run and all that the chapters need to know about it.
struct Run: Sendable {
  /// The picture, and the base name of its file.
  let image: Image, file: String
  let segmenter: Segmenter
  let record: RunRecord
  /// What the graph costs at this size, and sees of the picture.
  let cost: GraphCost
  /// The network's input as a picture.
  let input: Image
  /// The object whose mask is followed, and how it was chosen; nil where there is none.
  let chosen: ChosenObject?
  /// Why there is none.
  let absence: String

  init(
    _ image: Image, named file: String, by segmenter: Segmenter, size: ImageSize?,
    options: SegmentationOptions, choice: ObjectChoice
  ) throws {
    self.image = image
    self.file = file
    self.segmenter = segmenter
    let record = segmenter.record(image, size: size, options: options)
    self.record = record
    cost = GraphCost(
      segmenter.network.graph, height: record.letterbox.height, width: record.letterbox.width)
    input = Image(input: record.values["input"] ?? Tensor([1, 3, 0, 0]))
    let id = try choice.id(in: record.scene)
    chosen = id.flatMap { ChosenObject($0, in: record) }
    absence =
      record.scene.instances.isEmpty
      ? "Nothing was found in this picture, so there is no object to follow."
      : "No object holds the point that was asked for, so there is none to follow."
  }

  var architecture: YOLOv8Architecture { segmenter.network.architecture }
  var scene: Scene { record.scene }
  var letterbox: Letterbox { record.letterbox }
  var options: SegmentationOptions { record.options }

  /// The value of module `module`, 1×C×H×W.
  func value(_ module: Int) -> Tensor { record.values["model.\(module)"] ?? Tensor([1, 0, 0, 0]) }

  /// What the named value costs, and sees of the picture.
  func cost(of name: String) -> GraphCost.Entry {
    cost.entries[segmenter.network.graph.node(named: name)]
  }

  /// The picture in whose pixels the masks are made: the user's or the network's input.
  var canvas: Image { options.masks == .full ? image : input }

  /// The longest side, in pixels, of pictures that stand alone, of those that stand in pairs, and of
  /// those of which there are several.
  static let wide = 860, pair = 740, half = 620
}

extension Image {
  /// The picture that a network input 1×3×H×W of numbers 0 … 1 is.
  fileprivate init(input: Tensor) {
    let (height, width) = (input.shape[2], input.shape[3])
    let plane = width * height
    let pixels = input.withUnsafeElements { values in
      (0..<plane * 3).map { UInt8((values[$0 % 3 * plane + $0 / 3] * 255).rounded()) }
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}
