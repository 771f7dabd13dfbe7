import ArgumentParser
import FastSAM
import Plans

/// `fastsam bench layers`: where the forward pass spends its time.
struct BenchLayers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Each layer of the forward pass, in network order.")

  @OptionGroup var options: BenchOptions

  func run() throws {
    try reportingFailures {
      try options.refuseDebug()
      let segmenter = try options.network.segmenter()
      let size = options.network.size?.size ?? segmenter.imageSize
      let rows = layerTimes(
        segmenter.plan(height: size.height, width: size.width), runs: options.runs)
      let total = rows.reduce(0) { $0 + $1.times.median }
      var text = column("layer", width: 30) + "      ms      %  GFLOP/s  how\n"
      for row in rows {
        text +=
          column(row.name, width: 30) + column(row.times.median, decimals: 3, width: 8)
          + column(100 * row.times.median / total, decimals: 1, width: 7)
          + column(row.gigaflops, decimals: 0, width: 9) + "  \(row.algorithm) \(row.shape)\n"
      }
      text += column("sum of medians", width: 30) + column(total, decimals: 3, width: 8)
      let entries = rows.map { row in
        """
        {"layer": \(quoted(row.name)), "algorithm": \(quoted(row.algorithm)), \
        "shape": \(quoted(row.shape)), "median_ms": \(row.times.median), \
        "min_ms": \(row.times.fastest), "gflops": \(row.gigaflops)}
        """
      }
      try options.publish(text, json: "[\(entries.joined(separator: ",\n "))]")
    }
  }
}

/// One layer's times; `gigaflops` counts the multiply-adds of the definition, twice, whatever the
/// algorithm really does.
struct LayerTimes {
  let step: Plan.StepSummary
  let times: Times

  var name: String { step.name }
  var algorithm: String { step.algorithm }
  var geometry: ConvolutionGeometry? { step.geometry }

  var gigaflops: Double {
    geometry.map { 2 * Double($0.multiplyAdds) / times.median / 1e6 } ?? 0
  }

  /// `128→64 3×3 s1 on 80×80`.
  var shape: String {
    guard let g = geometry else { return "" }
    return "\(g.inputChannels)→\(g.outputChannels) \(g.kernelSize)×\(g.kernelSize) s\(g.stride) on "
      + "\(g.inputHeight)×\(g.inputWidth)"
  }
}

/// The steps of a plan in the order in which it runs them, on `input` or else on noise.
func layerTimes(_ plan: Plan, input: Tensor? = nil, runs: Int) -> [LayerTimes] {
  let input = input ?? seededNoise(plan)
  var reports: [[Plan.StepReport]] = []
  for run in 0..<runs + 2 {
    var steps: [Plan.StepReport] = []
    plan.run(fill: { input.copy(to: $0) }, observe: { steps.append($0) }) { _ in }
    if run >= 2 { reports.append(steps) }
  }
  return reports[0].indices.map { index in
    LayerTimes(
      step: reports[0][index].step, times: Times(reports.map { $0[index].time.seconds * 1000 }))
  }
}
