import Checkpoints
import Graphs
import Kernels
import Tensors
import TestSupport

/// A small network with every turn that a plan takes: a first layer from the picture, a C2f with and
/// without shortcut, pooling side by side, an upsampling that is merged into a 1×1 convolution, a
/// transposed convolution that is merged into a 3×3 one, two layers that are computed as one, and
/// slices whose channels fill no block.
struct TinyNetwork {
  let graph: Graph

  static let outputs = ["fine", "side", "coarse", "prototypes"]
  /// Values on the way, some of which a plan never forms.
  static let named = ["stem", "links", "pooled", "upsampled", "merged"] + outputs

  /// - Parameter channels: of the maps; C2f halves them.
  init(channels: Int) throws {
    let half = channels / 2
    var shapes: [(String, Shape)] = []
    func declare(_ name: String, _ inputs: Int, _ outputs: Int, _ side: Int) {
      shapes.append((name + ".conv.weight", [outputs, inputs, side, side]))
      for part in ["weight", "bias", "running_mean", "running_var"] {
        shapes.append(("\(name).bn.\(part)", [outputs]))
      }
    }
    declare("stem", 3, half, 3)
    declare("down", half, channels, 3)
    declare("split", channels, 2 * half, 1)
    declare("first", half, half, 3)
    declare("second", half, half, 3)
    declare("third", half, half, 3)
    declare("join", 4 * half, channels, 1)
    declare("deep", channels, channels, 3)
    declare("squeeze", channels, half, 1)
    declare("spread", 4 * half, channels, 1)
    declare("merge", 2 * channels, channels + 3, 1)
    declare("fine", channels + 3, 5, 3)
    declare("side", channels + 3, 20, 3)
    declare("coarse", channels, 7, 1)
    shapes += [("up.weight", [channels + 3, half, 2, 2]), ("up.bias", [half])]
    declare("prototypes", half, 6, 3)
    let weights = try syntheticCheckpoint(shapes: shapes).weights()
    func layer(_ name: String, stride: Int = 1, activation: Activation = .silu) throws -> Conv2d {
      let shape = weights[name]["conv"].shape(of: "weight") ?? []
      return try Conv2d(
        weights: weights[name]["conv"], norm: weights[name]["bn"], hasBias: false,
        inputChannels: shape[1], outputChannels: shape[0], kernelSize: shape[2], stride: stride,
        activation: activation, name: name)
    }
    let stem = try layer("stem", stride: 2), down = try layer("down", stride: 2)
    let split = try layer("split"), first = try layer("first"), second = try layer("second")
    let third = try layer("third"), join = try layer("join")
    let deep = try layer("deep", stride: 2)
    let squeeze = try layer("squeeze"), spread = try layer("spread"), merge = try layer("merge")
    let fine = try layer("fine", activation: .none)
    let side = try layer("side", activation: .none)
    let coarse = try layer("coarse", activation: .none)
    let up = try ConvTranspose2d(
      weights: weights["up"], inputChannels: channels + 3, outputChannels: half, name: "up")
    let prototypes = try layer("prototypes")
    graph = Graph(inputChannels: 3) { picture in
      let x = down(stem(picture).named("stem"))
      let (a, b) = split(x).halves()
      let c = b + second(first(b))
      let links = concat([a, b, c, third(c)]).named("links")
      let p2 = join(links)
      let y = squeeze(deep(p2))
      let y5 = maxPool(y, kernelSize: 5)
      let y9 = maxPool(y5, kernelSize: 5)
      let pooled = concat([y, y5, y9, maxPool(y9, kernelSize: 5)]).named("pooled")
      let p3 = spread(pooled)
      let merged = merge(concat([upsample(p3).named("upsampled"), p2])).named("merged")
      _ = fine(merged).named("fine")
      _ = side(merged).named("side")
      _ = coarse(p3).named("coarse")
      _ = prototypes(up(merged)).named("prototypes")
    }
  }

  /// What the interpreter makes of the synthetic picture, in double precision's sums.
  func expected(height: Int, width: Int) -> [String: Tensor] {
    var values: [String: Tensor] = [:]
    Interpreter(graph, arithmetic: .reference, pool: ThreadPool(threads: 1))
      .run(SyntheticNumbers.picture(height: height, width: width)) { values[$0] = $1 }
    return values
  }
}
