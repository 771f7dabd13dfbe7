import FastSAM
import Graphs
import JSON
import YOLOv8

extension NetworkLayers {
  /// A line a layer.
  var table: [String] {
    var table = TextTable([
      ">line", "layer", "block", "operation", "input", "output", ">parameters", ">M products",
      ">share", "algorithm", ">field", ">ms", ">GFLOP/s", ">of peak",
      "from",
    ])
    for (line, layer) in layers.enumerated() {
      table.append([
        "\(line)", layer.path, layer.blocks.joined(separator: " › "), layer.operation.label,
        input(of: layer), layer.cost.shape, layer.cost.parameters.orNothing,
        products(layer.cost.multiplyAdds), share(layer.cost.multiplyAdds), layer.algorithm,
        "\(layer.cost.receptiveField)", milliseconds(layer.milliseconds),
        gigaflops(layer.cost.multiplyAdds, layer.milliseconds),
        shareOfPeak(layer.cost.multiplyAdds, layer.milliseconds),
        layer.sources.joined(separator: ", "),
      ])
    }
    return table.lines
  }

  /// The sums.
  var summary: [String] {
    let operations = 2 * Double(cost.multiplyAdds) / 1e9
    var lines = [
      "",
      "\(name): YOLOv8\(network.architecture.variant ?? "")-seg at \(height)×\(width)",
      "\(grouped(parameters)) parameters, \(grouped(foldedParameters)) with batch norms folded"
        + " (in both, \(network.architecture.bins) are the ramp that decodes boxes)",
      "\(grouped(cost.multiplyAdds)) products, "
        + column(operations, decimals: 1, width: 0) + " GFLOP",
    ]
    if let time = total {
      lines.append(
        column(time, decimals: 2, width: 0) + " ms, "
          + column(operations / time * 1000, decimals: 0, width: 0) + " GFLOP/s")
    }
    if let time = total, let peak {
      let share = percent(operations / time * 1000 / peak)
      lines.append(
        "that is \(share) of the measured peak, \(column(peak, decimals: 0, width: 0)) GFLOP/s "
          + "(\(machine))")
    }
    return lines
  }

  /// The layers and sums for programs.
  var json: [UInt8] {
    var json = JSONText()
    json.raw("{")
    json.key("weights")
    json.string(name)
    json.raw(", \"size\": [\(height), \(width)], \"parameters\": \(parameters)")
    json.raw(", \"folded_parameters\": \(foldedParameters)")
    json.raw(", \"multiply_adds\": \(cost.multiplyAdds)")
    if let total { json.raw(", \"median_ms\": \(total)") }
    if let peak { json.raw(", \"peak_gflops\": \(peak)") }
    json.raw(",\n \"layers\": [")
    for (line, layer) in layers.enumerated() {
      json.raw(line == 0 ? "\n  {" : ",\n  {")
      json.raw("\"line\": \(line), ")
      json.key("layer")
      json.string(layer.path)
      json.raw(", \"blocks\": ")
      json.list(layer.blocks) { $0.string($1) }
      json.raw(", \"operation\": ")
      json.string(layer.operation.label)
      if let side = layer.kernelSize, let stride = layer.stride {
        json.raw(", \"kernel\": \(side), \"stride\": \(stride)")
      }
      json.raw(", \"from\": ")
      json.list(layer.sources) { $0.string($1) }
      json.raw(", \"inputs\": ")
      json.list(layer.inputs) { $0.array([$1.channels, $1.height, $1.width]) }
      json.raw(", \"output\": ")
      json.array([layer.cost.channels, layer.cost.height, layer.cost.width])
      json.raw(", \"parameters\": \(layer.cost.parameters)")
      json.raw(", \"folded_parameters\": \(layer.cost.foldedParameters)")
      json.raw(", \"multiply_adds\": \(layer.cost.multiplyAdds)")
      json.raw(", \"receptive_field\": \(layer.cost.receptiveField), \"algorithm\": ")
      json.string(layer.algorithm)
      if let time = layer.milliseconds { json.raw(", \"median_ms\": \(time)") }
      json.raw("}")
    }
    json.raw("\n ]}\n")
    return json.bytes
  }

  /// The time of all layers.
  var total: Double? {
    let times = layers.compactMap(\.milliseconds)
    return times.isEmpty ? nil : times.reduce(0, +)
  }

  /// The shape that goes in; of several, their channels.
  private func input(of layer: NetworkLayer) -> String {
    guard let first = layer.inputs.first, layer.inputs.count > 1 else {
      return layer.inputs.first?.shape ?? ""
    }
    let channels = layer.inputs.map { "\($0.channels)" }.joined(separator: "+")
    return "\(channels)×\(first.height)×\(first.width)"
  }

  /// Products in millions.
  func products(_ count: Int) -> String {
    count == 0 ? "" : column(Double(count) / 1e6, decimals: 1, width: 0)
  }

  /// Of all products.
  func share(_ count: Int) -> String {
    count == 0
      ? "" : column(100 * Double(count) / Double(cost.multiplyAdds), decimals: 1, width: 0) + "%"
  }

  func milliseconds(_ time: Double?) -> String {
    time.map { $0 == 0 ? "" : column($0, decimals: 3, width: 0) } ?? ""
  }

  func gigaflops(_ products: Int, _ time: Double?) -> String {
    guard let time, time > 0, products > 0 else { return "" }
    return column(2 * Double(products) / time / 1e6, decimals: 0, width: 0)
  }

  func shareOfPeak(_ products: Int, _ time: Double?) -> String {
    guard let peak, let time, time > 0, products > 0 else { return "" }
    return percent(2 * Double(products) / time / 1e6 / peak)
  }
}

extension GraphCost.Entry {
  /// `64×160×160`.
  var shape: String { "\(channels)×\(height)×\(width)" }
}

extension Int {
  /// The number, unless it is zero.
  var orNothing: String { self == 0 ? "" : grouped(self) }
}
