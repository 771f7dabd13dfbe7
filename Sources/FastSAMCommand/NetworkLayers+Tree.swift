import Graphs
import YOLOv8

extension NetworkLayers {
  /// Blocks inside blocks, as the names of the weights have them, with their sums.
  var tree: [String] {
    var table = TextTable([
      "block", "what", "output", ">parameters", ">M products", ">share", "algorithm", ">ms",
      ">GFLOP/s", ">of peak",
    ])
    for stage in YOLOv8Stage.allCases {
      let part = layers.filter { YOLOv8Stage(layer: $0.path) == stage }
      append(part, label: stage.rawValue, what: "", hasOneOutput: false, to: &table)
      append(childrenOf: "model", part, indent: "", to: &table)
    }
    return table.lines
  }

  /// The blocks directly below `path`, each with what is inside.
  private func append(
    childrenOf path: String, _ layers: [NetworkLayer], indent: String, to table: inout TextTable
  ) {
    let children = groups(below: path, layers)
    for (index, child) in children.enumerated() {
      let isLast = index == children.count - 1
      let name = String(child.path.dropFirst(path.count + 1))
      let isLayer = child.layers.count == 1 && child.layers[0].path == child.path
      // A layer that is a block itself has its operation's name.
      let what =
        isLayer ? child.layers[0].operation.label : YOLOv8Seg.block(child.path) ?? ""
      append(
        child.layers, label: indent + (isLast ? "└─ " : "├─ ") + name,
        what: what,
        hasOneOutput: isLayer || !Self.manyOutputs.contains(child.path), to: &table)
      guard !isLayer else { continue }
      append(
        childrenOf: child.path, child.layers, indent: indent + (isLast ? "   " : "│  "), to: &table)
    }
  }

  /// The layers below `path` by their next block, in the order of first use.
  private func groups(
    below path: String, _ layers: [NetworkLayer]
  ) -> [(path: String, layers: [NetworkLayer])] {
    var groups: [(path: String, layers: [NetworkLayer])] = []
    let depth = path.split(separator: ".").count
    for layer in layers {
      let parts = layer.path.split(separator: ".")
      // A list of blocks (`m`) is no block itself.
      let length = (depth + 1...max(depth + 1, parts.count)).first {
        $0 >= parts.count || YOLOv8Seg.block(parts[..<$0].joined(separator: ".")) != nil
      }
      let key = parts[..<min(length ?? parts.count, parts.count)].joined(separator: ".")
      if let known = groups.firstIndex(where: { $0.path == key }) {
        groups[known].layers.append(layer)
      } else {
        groups.append((key, [layer]))
      }
    }
    return groups
  }

  private func append(
    _ layers: [NetworkLayer], label: String, what: String, hasOneOutput: Bool,
    to table: inout TextTable
  ) {
    let products = layers.reduce(0) { $0 + $1.cost.multiplyAdds }
    let times = layers.compactMap(\.milliseconds)
    let time = times.isEmpty ? nil : times.reduce(0, +)
    let output = hasOneOutput ? layers.last?.cost.shape : nil
    table.append([
      label, what, output ?? "",
      layers.reduce(0) { $0 + $1.cost.parameters }.orNothing, self.products(products),
      share(products), layers.count == 1 ? layers[0].algorithm : "", milliseconds(time),
      gigaflops(products, time), shareOfPeak(products, time),
    ])
  }

  /// The head and its branches over all levels.
  private static let manyOutputs = ["model.22", "model.22.cv2", "model.22.cv3", "model.22.cv4"]
}
