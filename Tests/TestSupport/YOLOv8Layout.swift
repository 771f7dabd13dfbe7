import Checkpoints
import Tensors

/// The widths and depths of a YOLOv8-seg network, and from them the names and shapes of all its
/// tensors: written from the figure, independently of the room that reads them.
public struct YOLOv8Layout: Decodable, Sendable {
  /// The classes, the bins a side, the prototypes and the width inside the prototype branch.
  public var nc: Int, bins: Int, prototypes: Int, hidden: Int
  /// The channels of P1 … P5, and of modules 12, 15, 18, 21.
  public var stages: [Int], neck: [Int]
  /// The bottlenecks of modules 2, 4, 6, 8, and of modules 12, 15, 18, 21.
  public var repeats: [Int], neckRepeats: [Int]

  /// A published variant, with one class.
  public static func published(
    stages: [Int], repeats: [Int], neckRepeats: Int, bins: Int = 16, nc: Int = 1
  ) -> YOLOv8Layout {
    YOLOv8Layout(
      nc: nc, bins: bins, prototypes: 32, hidden: stages[2], stages: stages,
      neck: [stages[3], stages[2], stages[3], stages[4]], repeats: repeats,
      neckRepeats: [Int](repeating: neckRepeats, count: 4))
  }

  /// FastSAM-s.
  public static let s = published(
    stages: [32, 64, 128, 256, 512], repeats: [1, 2, 2, 1], neckRepeats: 1)

  /// FastSAM-x; the published one has 26 bins.
  public static func x(bins: Int) -> YOLOv8Layout {
    published(stages: [80, 160, 320, 640, 640], repeats: [3, 6, 6, 3], neckRepeats: 3, bins: bins)
  }

  /// One tensor of the checkpoint.
  public typealias Entry = (name: String, shape: Shape)

  /// All tensors but the batch norms' counters, in the order of PyTorch's state dict.
  public var tensors: [Entry] {
    var list: [Entry] = []
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int, _ side: Int) {
      list.append((name + ".conv.weight", [outputs, inputs, side, side]))
      for part in ["weight", "bias", "running_mean", "running_var"] {
        list.append(("\(name).bn.\(part)", [outputs]))
      }
    }
    func c2f(_ name: String, _ inputs: Int, _ outputs: Int, _ repeats: Int) {
      let half = outputs / 2
      convolution(name + ".cv1", inputs, outputs, 1)
      convolution(name + ".cv2", (2 + repeats) * half, outputs, 1)
      for i in 0..<repeats {
        convolution("\(name).m.\(i).cv1", half, half, 3)
        convolution("\(name).m.\(i).cv2", half, half, 3)
      }
    }
    func branch(_ name: String, _ inputs: Int, _ hidden: Int, _ outputs: Int) {
      convolution(name + ".0", inputs, hidden, 3)
      convolution(name + ".1", hidden, hidden, 3)
      list.append((name + ".2.weight", [outputs, hidden, 1, 1]))
      list.append((name + ".2.bias", [outputs]))
    }
    convolution("model.0", 3, stages[0], 3)
    for i in 1...4 {
      convolution("model.\(2 * i - 1)", stages[i - 1], stages[i], 3)
      c2f("model.\(2 * i)", stages[i], stages[i], repeats[i - 1])
    }
    convolution("model.9.cv1", stages[4], stages[4] / 2, 1)
    convolution("model.9.cv2", 2 * stages[4], stages[4], 1)
    c2f("model.12", stages[4] + stages[3], neck[0], neckRepeats[0])
    c2f("model.15", neck[0] + stages[2], neck[1], neckRepeats[1])
    convolution("model.16", neck[1], neck[1], 3)
    c2f("model.18", neck[1] + neck[0], neck[2], neckRepeats[2])
    convolution("model.19", neck[2], neck[2], 3)
    c2f("model.21", neck[2] + stages[4], neck[3], neckRepeats[3])
    let boxes = max(16, neck[1] / 4, 4 * bins)
    for (level, channels) in neck[1...].enumerated() {
      branch("model.22.cv2.\(level)", channels, boxes, 4 * bins)
    }
    for (level, channels) in neck[1...].enumerated() {
      branch("model.22.cv3.\(level)", channels, max(neck[1], min(nc, 100)), nc)
    }
    list.append(("model.22.dfl.conv.weight", [1, bins, 1, 1]))
    convolution("model.22.proto.cv1", neck[1], hidden, 3)
    list.append(("model.22.proto.upsample.weight", [hidden, hidden, 2, 2]))
    list.append(("model.22.proto.upsample.bias", [hidden]))
    convolution("model.22.proto.cv2", hidden, hidden, 3)
    convolution("model.22.proto.cv3", hidden, prototypes, 1)
    for (level, channels) in neck[1...].enumerated() {
      branch("model.22.cv4.\(level)", channels, max(neck[1] / 4, prototypes), prototypes)
    }
    return list
  }

  /// Writes the network with synthetic numbers as a safetensors file.
  ///
  /// - Parameter edit: changes the list of tensors first, for files that are wrong.
  /// - Throws: `CheckpointError` where the folder for temporary files cannot be written.
  public func write(
    edit: (inout [Entry]) -> Void = { _ in }
  ) throws(CheckpointError) -> TemporaryFile {
    var tensors = tensors
    edit(&tensors)
    var writer = SafetensorsWriter()
    for entry in tensors {
      writer.add(SyntheticNumbers.weight(entry.name, entry.shape), name: entry.name)
    }
    let file = TemporaryFile(suffix: ".safetensors")
    try writer.write(to: file.path)
    return file
  }
}
