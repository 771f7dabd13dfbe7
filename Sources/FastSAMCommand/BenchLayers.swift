import ArgumentParser
import FastSAM
import JSON
import Plans

/// `fastsam bench layers`: where the forward pass spends its time.
struct BenchLayers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Each layer of the forward pass, in network order.",
    discussion: """
      The layers run one after the other as in a forward pass, so each finds the caches as it does in \
      earnest. Peak and memory bandwidth are measured right before and \
      after; the better counts. FLOP/byte: operations of the definition for each byte of input, \
      filter and output, as if each passed between memory and the processor just once.
      """)

  @OptionGroup var options: BenchOptions
  @OptionGroup var filter: FilterOption

  @Option(
    help: ArgumentHelp(
      "Draw the layers under the roof of peak and memory bandwidth, as SVG.",
      valueName: "file.svg"))
  var roofline: String?

  func run() throws {
    try reportingFailures {
      let segmenter = try options.segmenter()
      let plan = options.plan(segmenter)
      var roof = Roof(on: segmenter.pool)
      let all = layerTimes(plan, of: segmenter, runs: options.runs)
      roof.raise(to: Roof(on: segmenter.pool))
      let total = all.reduce(0) { $0 + $1.times.median }
      let rows = all.filter { filter.contains($0.name) }
      guard !rows.isEmpty else { throw Failure(.usage, "--filter: no layer has such a name") }
      if let roofline {
        let figure = RooflineFigure(
          title: "\(segmenter.name) at \(plan.height)×\(plan.width)", roof: roof, layers: rows)
        try AtomicFile.write(figure.svg, to: roofline)
      }
      var json = options.header(segmenter, plan)
      json.raw(", \"peak_gflops\": \(roof.gigaflops), \"memory_gbytes\": \(roof.gigabytes)")
      json.raw(", \"sum_of_medians_ms\": \(total),\n \"layers\": ")
      json.list(rows) { $0.layer($1, peak: roof.gigaflops) }
      json.raw("}\n")
      try options.publish(table(rows, total, roof), json: json)
    }
  }

  private func table(_ rows: [LayerTimes], _ total: Double, _ roof: Roof) -> [String] {
    var table = TextTable([
      "layer", "shape", "algorithm", ">ms", ">quartiles", ">share", ">GFLOP/s", ">of peak",
      ">FLOP/byte",
    ])
    for row in rows {
      var cells = [
        row.name, row.shape, row.algorithm, column(row.times.median, decimals: 3, width: 0),
        row.times.spread(decimals: 3),
        column(100 * row.times.median / total, decimals: 1, width: 0) + " %",
      ]
      if let work = row.work {
        cells += [
          column(row.gigaflops, decimals: 0, width: 0), percent(row.gigaflops / roof.gigaflops),
          column(work.intensity, decimals: 1, width: 0),
        ]
      } else {
        cells += ["", "", ""]
      }
      table.append(cells)
    }
    return table.lines + [
      "",
      "sum of all medians: \(column(total, decimals: 2, width: 0)) ms",
      "measured: \(roof.description)",
    ]
  }
}

extension JSONText {
  /// Appends a layer's times and work.
  fileprivate mutating func layer(_ row: LayerTimes, peak: Double) {
    raw("\n  {")
    key("layer")
    string(row.name)
    raw(", \"shape\": ")
    string(row.shape)
    raw(", \"algorithm\": ")
    string(row.algorithm)
    raw(", ")
    times(row.times)
    if let work = row.work {
      raw(", \"kind\": ")
      string(work.kind.rawValue)
      raw(", \"multiply_adds\": \(work.products), \"multiply_adds_done\": \(work.productsDone)")
      raw(", \"bytes\": \(work.bytes), \"gflops\": \(row.gigaflops)")
      raw(", \"share_of_peak\": \(row.gigaflops / peak)")
    }
    raw("}")
  }
}
