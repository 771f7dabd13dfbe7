// YOLOv8-seg, the network of FastSAM (arXiv 2306.12156, figure 2), beside its figure.
//
//        picture 3×H×W
//            │
//   0  Conv 3×3 s2            P1  /2
//   1  Conv 3×3 s2            P2  /4
//   2  C2f                         │
//   3  Conv 3×3 s2            P3  /8
//   4  C2f ────────────────────────┼──────────────► 14 concat ─► 15 C2f ──┬─────────────► P3 ─┐
//   5  Conv 3×3 s2            P4 /16                  ▲ 13 upsample       ▼ 16 Conv s2        │
//   6  C2f ──────────► 11 concat ─► 12 C2f ───────────┴────────────► 17 concat ─► 18 C2f ┬ P4 ┤ 22
//   7  Conv 3×3 s2     ▲ 10 upsample                                                     ▼ 19 │
//   8  C2f        P5 /32                                                           Conv s2    │
//   9  SPPF ───────────┴──────────────────────────────────────────► 20 concat ─► 21 C2f ── P5 ┤
//                                                                                             ▼
//   backbone 0–9           neck 10–21 (top-down, then bottom-up)              22 segmentation head
//
// Letters: N pictures (1 here), H×W the input's size in pixels, w the width multiplier; the channel
// counts in the comments are those of w = 1 (the l model), a variant has its own.
//
// Nothing here computes. A call writes operations into a graph (room Graphs), and that is run plainly
// by the interpreter or compiled into a plan; so this file has no layouts, no fusing and no threads.

import Checkpoints
import Graphs
import Kernels

// MARK: - Blocks, in the order of first use

/// Convolution → batch norm → SiLU, the unit from which everything is made.
struct ConvBlock: Sendable {
  let conv: Conv2d

  /// Reads `conv.weight` and `bn.*`; a checkpoint that was fused has `conv.bias` instead of the norm.
  init(
    _ weights: WeightScope, _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int = 1,
    stride: Int = 1
  ) throws(CheckpointError) {
    let fused = weights["conv"].contains("bias")
    self.conv = try Conv2d(
      weights: weights["conv"], norm: fused ? nil : weights["bn"], hasBias: fused,
      inputChannels: inputChannels, outputChannels: outputChannels, kernelSize: kernelSize,
      stride: stride, activation: .silu, name: weights.path)
  }

  func callAsFunction(_ x: FeatureMap) -> FeatureMap { conv(x) }  // N×K×H/s×W/s
}

/// Two 3×3 convolutions; with a shortcut their input is added (arXiv 1512.03385, without squeezing).
///
///     x ─┬─ cv1 3×3 ── cv2 3×3 ─ + ─►
///        └───────────────────────┘
struct Bottleneck: Sendable {
  let cv1: ConvBlock
  let cv2: ConvBlock
  let hasShortcut: Bool

  init(_ weights: WeightScope, _ channels: Int, shortcut: Bool) throws(CheckpointError) {
    self.cv1 = try ConvBlock(weights["cv1"], channels, channels, kernelSize: 3)
    self.cv2 = try ConvBlock(weights["cv2"], channels, channels, kernelSize: 3)
    self.hasShortcut = shortcut
  }

  func callAsFunction(_ x: FeatureMap) -> FeatureMap {
    let y = cv2(cv1(x))  // N×C×H×W
    return hasShortcut ? x + y : y  // N×C×H×W
  }
}

/// Cross-stage partial block with two convolutions (after CSPNet, arXiv 1911.11929): half of the
/// channels pass a chain of bottlenecks, and every link of the chain reaches the end.
///
///     x ── cv1 1×1 ──┬─ a ─────────────────────────┐
///                    └─ b ─┬─ m.0 ─┬─ m.1 ─ … ─────┤ concat ── cv2 1×1 ─►
///                          └───────┴───────────────┘
struct C2f: Sendable {
  let cv1: ConvBlock
  let m: [Bottleneck]
  let cv2: ConvBlock

  init(
    _ weights: WeightScope, _ inputChannels: Int, _ outputChannels: Int, repeats: Int,
    shortcut: Bool
  ) throws(CheckpointError) {
    let hidden = outputChannels / 2
    self.cv1 = try ConvBlock(weights["cv1"], inputChannels, 2 * hidden)
    var m: [Bottleneck] = []
    for i in 0..<repeats {
      m.append(try Bottleneck(weights["m"]["\(i)"], hidden, shortcut: shortcut))
    }
    self.m = m
    self.cv2 = try ConvBlock(weights["cv2"], (2 + repeats) * hidden, outputChannels)
  }

  func callAsFunction(_ x: FeatureMap) -> FeatureMap {
    let (a, b) = cv1(x).halves()  // N×K/2×H×W each
    var links = [a, b]
    for bottleneck in m { links.append(bottleneck(links[links.count - 1])) }  // N×K/2×H×W
    return cv2(concat(links))  // N×K×H×W
  }
}

/// Spatial pyramid pooling, fast (after arXiv 1406.4729): windows of 5, 9 and 13 pixels side by side,
/// the larger ones made by pooling again.
struct SPPF: Sendable {
  let cv1: ConvBlock
  let cv2: ConvBlock

  init(_ weights: WeightScope, _ channels: Int, _ outputChannels: Int) throws(CheckpointError) {
    self.cv1 = try ConvBlock(weights["cv1"], channels, channels / 2)
    self.cv2 = try ConvBlock(weights["cv2"], 4 * (channels / 2), outputChannels)
  }

  func callAsFunction(_ x: FeatureMap) -> FeatureMap {
    let y = cv1(x)  // N×C/2×H×W
    let y5 = maxPool(y, kernelSize: 5)  // N×C/2×H×W
    let y9 = maxPool(y5, kernelSize: 5)  // N×C/2×H×W
    let y13 = maxPool(y9, kernelSize: 5)  // N×C/2×H×W
    return cv2(concat([y, y5, y9, y13]))  // N×K×H×W
  }
}

// MARK: - Backbone, 0–9

/// The maps that leave a stage, at 8, 16 and 32 pixels a cell.
struct Pyramid {
  let p3: FeatureMap
  let p4: FeatureMap
  let p5: FeatureMap
}

/// Halves the picture five times; what it knows grows from edges to objects.
struct Backbone: Sendable {
  let stem: ConvBlock  // 0
  let down2: ConvBlock  // 1
  let stage2: C2f  // 2
  let down3: ConvBlock  // 3
  let stage3: C2f  // 4
  let down4: ConvBlock  // 5
  let stage4: C2f  // 6
  let down5: ConvBlock  // 7
  let stage5: C2f  // 8
  let pool: SPPF  // 9

  init(_ model: WeightScope, _ a: YOLOv8Architecture) throws(CheckpointError) {
    self.stem = try ConvBlock(model["0"], 3, a.p1, kernelSize: 3, stride: 2)
    self.down2 = try ConvBlock(model["1"], a.p1, a.p2, kernelSize: 3, stride: 2)
    self.stage2 = try C2f(model["2"], a.p2, a.p2, repeats: a.repeats2, shortcut: true)
    self.down3 = try ConvBlock(model["3"], a.p2, a.p3, kernelSize: 3, stride: 2)
    self.stage3 = try C2f(model["4"], a.p3, a.p3, repeats: a.repeats3, shortcut: true)
    self.down4 = try ConvBlock(model["5"], a.p3, a.p4, kernelSize: 3, stride: 2)
    self.stage4 = try C2f(model["6"], a.p4, a.p4, repeats: a.repeats4, shortcut: true)
    self.down5 = try ConvBlock(model["7"], a.p4, a.p5, kernelSize: 3, stride: 2)
    self.stage5 = try C2f(model["8"], a.p5, a.p5, repeats: a.repeats5, shortcut: true)
    self.pool = try SPPF(model["9"], a.p5, a.p5)
  }

  func callAsFunction(_ picture: FeatureMap) -> Pyramid {
    let x0 = stem(picture).named("model.0")  // N×64w×H/2×W/2
    let x1 = down2(x0).named("model.1")  // N×128w×H/4×W/4
    let x2 = stage2(x1).named("model.2")  // N×128w×H/4×W/4
    let x3 = down3(x2).named("model.3")  // N×256w×H/8×W/8
    let p3 = stage3(x3).named("model.4")  // N×256w×H/8×W/8
    let x5 = down4(p3).named("model.5")  // N×512w×H/16×W/16
    let p4 = stage4(x5).named("model.6")  // N×512w×H/16×W/16
    let x7 = down5(p4).named("model.7")  // N×512w×H/32×W/32
    let x8 = stage5(x7).named("model.8")  // N×512w×H/32×W/32
    let p5 = pool(x8).named("model.9")  // N×512w×H/32×W/32
    return Pyramid(p3: p3, p4: p4, p5: p5)
  }
}

// MARK: - Neck, 10–21

/// Mixes coarse meaning down into the fine maps (feature pyramid, arXiv 1612.03144), then fine detail
/// back up into the coarse ones (path aggregation, arXiv 1803.01534).
struct Neck: Sendable {
  let mergeP4: C2f  // 12
  let mergeP3: C2f  // 15
  let down4: ConvBlock  // 16
  let outP4: C2f  // 18
  let down5: ConvBlock  // 19
  let outP5: C2f  // 21

  init(_ model: WeightScope, _ a: YOLOv8Architecture) throws(CheckpointError) {
    let (n3, n4, n5) = (a.neck3, a.neck4, a.neck5)
    self.mergeP4 = try C2f(
      model["12"], a.p5 + a.p4, a.merge4, repeats: a.repeats12, shortcut: false)
    self.mergeP3 = try C2f(model["15"], a.merge4 + a.p3, n3, repeats: a.repeats15, shortcut: false)
    self.down4 = try ConvBlock(model["16"], n3, n3, kernelSize: 3, stride: 2)
    self.outP4 = try C2f(model["18"], n3 + a.merge4, n4, repeats: a.repeats18, shortcut: false)
    self.down5 = try ConvBlock(model["19"], n4, n4, kernelSize: 3, stride: 2)
    self.outP5 = try C2f(model["21"], n4 + a.p5, n5, repeats: a.repeats21, shortcut: false)
  }

  func callAsFunction(_ f: Pyramid) -> Pyramid {
    let x10 = upsample(f.p5).named("model.10")  // N×512w×H/16×W/16
    let x11 = concat([x10, f.p4]).named("model.11")  // N×1024w×H/16×W/16
    let x12 = mergeP4(x11).named("model.12")  // N×512w×H/16×W/16
    let x13 = upsample(x12).named("model.13")  // N×512w×H/8×W/8
    let x14 = concat([x13, f.p3]).named("model.14")  // N×768w×H/8×W/8
    let p3 = mergeP3(x14).named("model.15")  // N×256w×H/8×W/8
    let x16 = down4(p3).named("model.16")  // N×256w×H/16×W/16
    let x17 = concat([x16, x12]).named("model.17")  // N×768w×H/16×W/16
    let p4 = outP4(x17).named("model.18")  // N×512w×H/16×W/16
    let x19 = down5(p4).named("model.19")  // N×512w×H/32×W/32
    let x20 = concat([x19, f.p5]).named("model.20")  // N×1024w×H/32×W/32
    let p5 = outP5(x20).named("model.21")  // N×512w×H/32×W/32
    return Pyramid(p3: p3, p4: p4, p5: p5)
  }
}

// MARK: - Segmentation head, 22

/// The prototypes of YOLACT (arXiv 1904.02689, section 3.1): 32 maps at a quarter of the input's size,
/// of which every mask is a weighted sum.
struct Proto: Sendable {
  let cv1: ConvBlock
  let upsample: ConvTranspose2d
  let cv2: ConvBlock
  let cv3: ConvBlock

  init(_ weights: WeightScope, _ inputChannels: Int, _ a: YOLOv8Architecture)
    throws(CheckpointError)
  {
    let hidden = a.prototypeChannels
    self.cv1 = try ConvBlock(weights["cv1"], inputChannels, hidden, kernelSize: 3)
    self.upsample = try ConvTranspose2d(
      weights: weights["upsample"], inputChannels: hidden, outputChannels: hidden,
      name: weights["upsample"].path)
    self.cv2 = try ConvBlock(weights["cv2"], hidden, hidden, kernelSize: 3)
    self.cv3 = try ConvBlock(weights["cv3"], hidden, a.prototypes)
  }

  func callAsFunction(_ p3: FeatureMap) -> FeatureMap {
    let x = upsample(cv1(p3))  // N×256w×H/4×W/4
    return cv3(cv2(x))  // N×32×H/4×W/4
  }
}

/// One branch of the head on one level: two 3×3 convolutions and a plain 1×1 with bias.
struct HeadBranch: Sendable {
  let hidden1: ConvBlock  // .0
  let hidden2: ConvBlock  // .1
  let output: Conv2d  // .2

  init(
    _ weights: WeightScope, _ inputChannels: Int, hidden: Int, outputChannels: Int
  ) throws(CheckpointError) {
    self.hidden1 = try ConvBlock(weights["0"], inputChannels, hidden, kernelSize: 3)
    self.hidden2 = try ConvBlock(weights["1"], hidden, hidden, kernelSize: 3)
    self.output = try Conv2d(
      weights: weights["2"], norm: nil, hasBias: true, inputChannels: hidden,
      outputChannels: outputChannels, kernelSize: 1, stride: 1, activation: .none,
      name: weights["2"].path)
  }

  /// Names the output `name`, and the map after the first convolution `name.hidden`: from there on a single
  /// cell can be computed alone.
  func callAsFunction(_ x: FeatureMap, named name: String) {
    let h = hidden1(x).named(name + ".hidden")  // N×Kh×h×w
    _ = output(hidden2(h)).named(name)  // N×K×h×w
  }
}

/// For every cell of every level: where its object's box is, what class it has, and how it mixes the
/// prototypes into a mask.
///
/// The box is four distributions over R bins (distribution focal loss, arXiv 2006.04388); decoding
/// them is the segmentation room's work.
struct SegmentHead: Sendable {
  let boxes: [HeadBranch]  // cv2
  let classes: [HeadBranch]  // cv3
  let coefficients: [HeadBranch]  // cv4
  let proto: Proto

  init(_ weights: WeightScope, _ a: YOLOv8Architecture) throws(CheckpointError) {
    var (boxes, classes, coefficients): ([HeadBranch], [HeadBranch], [HeadBranch]) = ([], [], [])
    for (level, channels) in [a.neck3, a.neck4, a.neck5].enumerated() {
      boxes.append(
        try HeadBranch(
          weights["cv2"]["\(level)"], channels, hidden: a.boxHidden, outputChannels: 4 * a.bins))
      classes.append(
        try HeadBranch(
          weights["cv3"]["\(level)"], channels, hidden: a.classHidden, outputChannels: a.classes))
      coefficients.append(
        try HeadBranch(
          weights["cv4"]["\(level)"], channels, hidden: a.coefficientHidden,
          outputChannels: a.prototypes))
    }
    // The DFL's own weight is the ramp 0 … R−1 of its expectation: taken so that it is not left over.
    _ = try weights["dfl"]["conv"].tensor("weight", shape: [1, a.bins, 1, 1])
    self.boxes = boxes
    self.classes = classes
    self.coefficients = coefficients
    self.proto = try Proto(weights["proto"], a.neck3, a)
  }

  func callAsFunction(_ f: Pyramid) {
    for (level, map) in [f.p3, f.p4, f.p5].enumerated() {
      boxes[level](map, named: "boxes.\(level)")  // N×4R×h×w
      classes[level](map, named: "classes.\(level)")  // N×nc×h×w
      coefficients[level](map, named: "coefficients.\(level)")  // N×32×h×w
    }
    _ = proto(f.p3).named("prototypes")  // N×32×H/4×W/4
  }
}

// MARK: - The network

/// The whole network: picture in, head maps and prototypes out.
public struct YOLOv8Seg: Sendable {
  /// Its widths and depths, as the checkpoint has them.
  public let architecture: YOLOv8Architecture
  /// The network written down, for an interpreter or a plan.
  ///
  /// Named values: `model.0` … `model.21`; `boxes.l`, `classes.l`, `coefficients.l` for the levels
  /// l = 0, 1, 2, each with the map after the branch's first convolution, `boxes.l.hidden` …; and
  /// `prototypes`.
  public let graph: Graph

  /// Network pixels a cell of each level, finest first.
  public static let strides = [8, 16, 32]

  /// The names of the values that leave the network.
  public static let outputs =
    strides.indices.flatMap { ["boxes.\($0)", "classes.\($0)", "coefficients.\($0)"] }
    + ["prototypes"]

  /// The names of the values that leave the network where boxes and coefficients are computed later, for
  /// single cells: their branches end after the first convolution.
  public static let lazyOutputs =
    strides.indices.flatMap {
      ["boxes.\($0).hidden", "classes.\($0)", "coefficients.\($0).hidden"]
    } + ["prototypes"]

  /// The number of learned parameters, batch norms and the DFL's ramp counted, as PyTorch counts them.
  public var parameters: Int {
    graph.nodes.reduce(architecture.bins) { sum, node in
      switch node.operation {
      case .convolution(let layer): sum + layer.parameters
      case .transposedConvolution(let layer): sum + layer.parameters
      default: sum
      }
    }
  }

  /// The network whose weights stand under `model` in `weights`.
  ///
  /// - Throws: `CheckpointError` where a tensor is missing, its shape is not what its place in the
  ///   network demands, or one is left over.
  public init(weights: WeightScope) throws(CheckpointError) {
    let model = weights["model"]
    let architecture = try YOLOv8Architecture(model)
    let backbone = try Backbone(model, architecture)
    let neck = try Neck(model, architecture)
    let head = try SegmentHead(model["22"], architecture)
    try weights.requireAllRead()
    self.architecture = architecture
    self.graph = Graph(inputChannels: 3) { picture in
      head(neck(backbone(picture)))
    }
  }
}
