import Graphs
import Outputs
import YOLOv8

/// The figure of the network as SVG: backbone, neck and head side by side, every module a box, the
/// shapes on the arrows.
///
/// Places are those of the usual drawing: the backbone downwards, the neck up and down again, each
/// concatenation level with the map that it takes from further left.
struct NetworkFigure {
  private let layers: NetworkLayers
  private var marks = SVGMarks()

  private static let width = 1060, height = 900
  private static let boxWidth = 132.0, boxHeight = 34.0
  private static let (backbone, rise, fall, head) = (150.0, 410.0, 640.0, 905.0)

  /// The middle of each module's box.
  private static let places: [(x: Double, y: Double)] =
    (0...9).map { (backbone, 118 + 76 * Double($0)) } + [
      (rise, 715), (rise, 574), (rise, 523), (rise, 472), (rise, 422), (rise, 371),  // 10 … 15
      (fall, 450), (fall, 523), (fall, 596), (fall, 690), (fall, 802), (fall, 860),  // 16 … 21
    ]

  init(_ layers: NetworkLayers) { self.layers = layers }

  /// The document.
  var svg: String {
    var figure = self
    figure.draw()
    return figure.marks.document(width: Self.width, height: Self.height)
  }

  private mutating func draw() {
    text(
      26, 36, "\(layers.name): YOLOv8\(layers.network.architecture.variant ?? "")-seg", size: 19,
      anchor: "start", weight: "bold")
    text(
      Double(Self.width) - 26, 36,
      "\(grouped(layers.parameters)) parameters, "
        + column(2 * Double(layers.cost.multiplyAdds) / 1e9, decimals: 1, width: 0)
        + " GFLOP at \(layers.height)×\(layers.width)", size: 13, anchor: "end")
    panel(26, 264, "Backbone")
    panel(304, 446, "Neck")
    panel(770, 264, "Head")
    arrows()
    for module in 0...21 { box(module) }
    heads()
  }

  // MARK: - Parts

  private mutating func arrows() {
    let (half, p) = (Self.boxHeight / 2, Self.places)
    let side = Self.boxWidth / 2
    text(Self.backbone + 40, 77, "picture 3×\(layers.height)×\(layers.width)", size: 11)
    arrow([(p[0].x, 82), (p[0].x, p[0].y - half)])
    for module in [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 20] {
      arrow([(p[module].x, p[module].y + half), (p[module].x, p[module + 1].y - half)])
      label(p[module].x + 6, (p[module].y + p[module + 1].y) / 2 + 3.5, module)
    }
    for module in 10...14 {
      arrow([(p[module].x, p[module].y - half), (p[module].x, p[module + 1].y + half)])
      label(p[module].x + 6, (p[module].y + p[module + 1].y) / 2 + 3.5, module)
    }
    // From the backbone into the neck, and P5 on to the last concatenation.
    arrow([(p[4].x + side, p[4].y), (p[14].x - side, p[14].y)])
    arrow([(p[6].x + side, p[6].y), (p[11].x - side, p[11].y)])
    arrow([(p[9].x + side, p[9].y), (p[10].x, p[9].y), (p[10].x, p[10].y + half)])
    arrow([(p[10].x, p[9].y), (p[20].x - side, p[20].y)])
    dot(p[10].x, p[9].y)
    for module in [4, 6, 9] { label(p[module].x + side + 8, p[module].y - 6, module) }
    // Across the neck.
    arrow([(p[12].x + side, p[12].y), (p[17].x - side, p[17].y)])
    label(p[12].x + side + 8, p[12].y - 6, 12)
    arrow([(p[15].x + side, p[15].y), (p[16].x, p[15].y), (p[16].x, p[16].y - half)])
  }

  /// The head's branches of each level, and the prototypes.
  private mutating func heads() {
    let side = Self.boxWidth / 2
    for (level, module) in [15, 18, 21].enumerated() {
      let y = Self.places[module].y
      let from = Self.places[module].x + side
      arrow([(from, y), (Self.head - 108, y)])
      label(module == 15 ? from + 8 : from + 10, y - 6, module)
      let rows = [("cv2", "boxes"), ("cv3", "classes"), ("cv4", "coefficients")]
      let top = level == 2 ? y - 78 : y - 46
      rectangle(Self.head - 108, top, 216, 92, "#fbe3e4", "#b5595f")
      text(Self.head, top + 18, "P\(level + 3) branches", size: 12, weight: "bold")
      for (row, entry) in rows.enumerated() {
        let part = layers.layers.filter { $0.path.hasPrefix("model.22.\(entry.0).\(level).") }
        let line = top + 38 + 19 * Double(row)
        text(Self.head - 98, line, entry.1, size: 11, anchor: "start")
        text(Self.head + 98, line, part.last?.cost.shape ?? "", size: 11, anchor: "end")
      }
    }
    let proto = layers.layers.filter { $0.path.hasPrefix("model.22.proto.") }
    let (y, turn) = (214.0, Self.fall)
    dot(turn, Self.places[15].y)
    arrow([(turn, Self.places[15].y), (turn, y), (Self.head - 108, y)])
    rectangle(Self.head - 108, y - 66, 216, 120, "#fbe3e4", "#b5595f")
    text(
      Self.head, y - 46, "Proto  " + billions(proto.reduce(0) { $0 + $1.cost.multiplyAdds }),
      size: 12, weight: "bold")
    for (row, layer) in proto.enumerated() {
      let line = y - 24 + 21 * Double(row)
      text(Self.head - 98, line, layer.operation.label, size: 11, anchor: "start")
      text(Self.head + 98, line, layer.cost.shape, size: 11, anchor: "end")
    }
  }

  /// A module: its number, block and products.
  private mutating func box(_ module: Int) {
    let part = layers.layers.filter {
      $0.path == "model.\(module)" || $0.path.hasPrefix("model.\(module).")
    }
    let block = YOLOv8Seg.block("model.\(module)") ?? ""
    let colours: (fill: String, line: String) =
      switch block {
      case "Conv": ("#dfeaf7", "#4a78ad")
      case "C2f": ("#e0f0df", "#4f8f52")
      case "SPPF": ("#fbead2", "#b98232")
      default: ("#f0f0f0", "#888")
      }
    let (x, y) = Self.places[module]
    rectangle(
      x - Self.boxWidth / 2, y - Self.boxHeight / 2, Self.boxWidth, Self.boxHeight, colours.fill,
      colours.line)
    let repeats = Set(
      part.flatMap { layer in
        layer.path.split(separator: ".").count > 4 ? [layer.path.split(separator: ".")[3]] : []
      }
    ).count
    let what = repeats > 0 ? "\(block) ×\(repeats)" : block == "Conv" ? "Conv s2" : block
    text(x - 56, y + 4.5, "\(module)", size: 12, anchor: "start", colour: colours.line)
    text(x - 34, y + 4.5, what, size: 13, anchor: "start", weight: "bold")
    let products = part.reduce(0) { $0 + $1.cost.multiplyAdds }
    if products > 0 { text(x + 58, y + 4.5, billions(products), size: 10, anchor: "end") }
  }

  private func billions(_ products: Int) -> String {
    column(Double(products) / 1e9, decimals: 2, width: 0) + " G"
  }

  /// The shape that leaves a module.
  private mutating func label(_ x: Double, _ y: Double, _ module: Int) {
    let last = layers.layers.last {
      $0.path == "model.\(module)" || $0.path.hasPrefix("model.\(module).")
    }
    text(x, y, last?.cost.shape ?? "", size: 10, anchor: "start", colour: "#333")
  }

  private mutating func panel(_ x: Double, _ width: Double, _ title: String) {
    let height = Double(Self.height) - 74
    marks.rectangle(
      x, 54, width, height, fill: "#fafafa", line: "#ccc", radius: 8, dashes: "5 4")
    text(x + 12, 74, title, size: 14, anchor: "start", colour: "#777")
  }

  // MARK: - Marks

  private mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ fill: String, _ line: String
  ) {
    marks.rectangle(x, y, width, height, fill: fill, line: line)
  }

  private mutating func arrow(_ points: [(x: Double, y: Double)]) {
    marks.line(points, hasTip: true)
  }

  /// Where an arrow forks.
  private mutating func dot(_ x: Double, _ y: Double) {
    marks.circle(x, y, radius: 2.6, fill: "#444")
  }

  private mutating func text(
    _ x: Double, _ y: Double, _ content: String, size: Int, anchor: String = "middle",
    weight: String = "normal", colour: String = "#111"
  ) {
    marks.text(x, y, content, size: size, anchor: anchor, weight: weight, colour: colour)
  }
}
