import ArgumentParser
import FastSAM
import JSON
import Plans

/// `fastsam bench kernels`: every convolution algorithm on every layer.
struct BenchKernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Every convolution algorithm on every layer; * marks what the plan uses.",
    discussion: """
      Each convolution runs alone, with sums and bias but without its activation, on seeded noise. \
      The algorithms take turns. So do copies of input, filter and output, so many that together \
      they are twice as large as the largest cache: each run finds its numbers in memory and not \
      where the run before left them. Outputs begin as NaN and are looked at afterwards. Layers of \
      equal sizes are measured once.

      `im2col` is the layer through columns and BLAS. `slower` is how much longer the plan's \
      algorithm takes than the fastest; in a forward pass the layer before leaves some of the input in \
      the caches (see `bench layers`).
      """)

  @OptionGroup var options: BenchOptions
  @OptionGroup var filter: FilterOption

  func run() throws {
    try reportingFailures {
      let segmenter = try options.segmenter()
      let plan = options.plan(segmenter)
      let steps = plan.steps.filter { $0.geometry != nil && filter.contains($0.name) }
      guard !steps.isEmpty else {
        throw Failure(.usage, "--filter: no convolution has such a name")
      }
      let first = plan.steps[0].name
      var peak = MachineLimits.peakGigaflops(on: segmenter.pool)
      var known: [TrialSizes: [KernelTimes]] = [:]
      let buffers = RotatingBuffers()
      var rows: [Row] = []
      for step in steps {
        guard let geometry = step.convolution(in: segmenter.network.graph) else { continue }
        let sizes = TrialSizes(geometry: geometry, isPlanar: step.name == first)
        let times =
          try known[sizes]
          ?? kernelTimes(sizes, in: buffers, runs: options.runs, on: segmenter.pool)
        known[sizes] = times
        rows.append(Row(name: step.name, chosen: step.algorithm, geometry: geometry, times: times))
      }
      peak = max(peak, MachineLimits.peakGigaflops(on: segmenter.pool))
      var json = options.header(segmenter, plan)
      json.raw(", \"peak_gflops\": \(peak), \"rotated_bytes\": \(RotatingBuffers.leastBytes)")
      json.raw(",\n \"layers\": ")
      json.list(rows) { $0.row($1, peak: peak) }
      json.raw("}\n")
      try options.publish(table(rows, peak, threads: segmenter.pool.threads), json: json)
    }
  }

  private func table(_ rows: [Row], _ peak: Double, threads: Int) -> [String] {
    let names = KernelTimes.names
    var table = TextTable(
      ["layer", "shape"] + names.flatMap { [">\($0) ms", ">GFLOP/s", ">of peak"] } + [">slower"])
    for row in rows {
      var cells = [row.name, row.geometry.shape]
      for name in names {
        guard let entry = row.times.first(where: { $0.name == name }) else {
          cells += ["–", "", ""]
          continue
        }
        let rate = row.gigaflops(entry)
        cells += [
          column(entry.times.median, decimals: 3, width: 0) + (name == row.chosen ? "*" : " "),
          column(rate, decimals: 0, width: 0), percent(rate / peak),
        ]
      }
      table.append(cells + [row.loss > 0.02 ? percent(row.loss) : ""])
    }
    let limit =
      "measured peak: \(column(peak, decimals: 0, width: 0)) GFLOP/s "
      + "(\(VectorKernels.best.name), \(threads) threads)"
    return table.lines + ["", limit]
  }
}

/// One layer and its algorithms.
private struct Row {
  let name: String, chosen: String
  let geometry: ConvolutionGeometry
  let times: [KernelTimes]

  func gigaflops(_ entry: KernelTimes) -> Double {
    2 * Double(geometry.multiplyAdds) / entry.times.median / 1e6
  }

  /// How much longer than the fastest the plan's algorithm takes, as a part.
  var loss: Double {
    let best = times.map(\.times.median).min() ?? 0
    let own = times.first { $0.name == chosen }?.times.median ?? best
    return best > 0 ? own / best - 1 : 0
  }
}

extension JSONText {
  fileprivate mutating func row(_ row: Row, peak: Double) {
    raw("\n  {")
    key("layer")
    string(row.name)
    raw(", \"shape\": ")
    string(row.geometry.shape)
    raw(", \"multiply_adds\": \(row.geometry.multiplyAdds), \"chosen\": ")
    string(row.chosen)
    raw(", \"algorithms\": {")
    for (index, entry) in row.times.enumerated() {
      raw(index == 0 ? "" : ", ")
      key(entry.name)
      raw("{")
      times(entry.times)
      let rate = row.gigaflops(entry)
      raw(", \"gflops\": \(rate), \"share_of_peak\": \(rate / peak)}")
    }
    raw("}}")
  }
}
