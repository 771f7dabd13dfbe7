import ArgumentParser
import FastSAM
import Plans

/// `fastsam bench kernels`: every convolution algorithm on every layer.
struct BenchKernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Every convolution algorithm on every layer; * marks what the plan uses.",
    discussion: """
      Each algorithm runs the whole network, layer by layer, so that a layer finds the caches as it \
      does in earnest. `im2col` is the same layer through columns and BLAS.
      """)

  @OptionGroup var options: BenchOptions

  @Option(help: "Only layers whose name contains this.")
  var filter: String?

  func run() throws {
    try reportingFailures {
      try options.refuseDebug()
      let segmenter = try options.network.segmenter()
      let size = options.network.size?.size ?? segmenter.imageSize
      func times(_ algorithm: BlockedAlgorithm?) -> [LayerTimes] {
        layerTimes(
          segmenter.plan(height: size.height, width: size.width, algorithm: algorithm),
          runs: options.runs)
      }
      let (chosen, direct, winograd) = (times(nil), times(.direct), times(.winograd))
      var text =
        column("layer", width: 30) + column("shape", width: 28)
        + "   direct   winograd     im2col   GFLOP/s of the definition\n"
      var entries: [String] = []
      for (index, row) in chosen.enumerated() {
        guard let geometry = row.geometry, filter.map(row.name.contains) ?? true else { continue }
        let columns = im2colTimes(geometry, on: segmenter.pool, runs: options.runs)
        let rates: [(name: String, rate: Double)] = [
          ("direct", direct[index].gigaflops),
          ("winograd", winograd[index].algorithm == "winograd" ? winograd[index].gigaflops : 0),
          ("im2col", 2 * Double(geometry.multiplyAdds) / columns.median / 1e6),
        ]
        text += column(row.name, width: 30) + column(row.shape, width: 28)
        for entry in rates {
          text += entry.rate == 0 ? "         –" : column(entry.rate, decimals: 0, width: 10)
          text += entry.name == row.algorithm ? "*" : " "
        }
        text += "\n"
        let figures = rates.filter { $0.rate > 0 }.map { "\"\($0.name)\": \($0.rate)" }
        entries.append(
          """
          {"layer": \(quoted(row.name)), "shape": \(quoted(row.shape)), \
          "chosen": \(quoted(row.algorithm)), "gflops": {\(figures.joined(separator: ", "))}}
          """)
      }
      try options.publish(text, json: "[\(entries.joined(separator: ",\n "))]")
    }
  }
}

/// im2col and BLAS on a layer's shape, buffers poisoned and turned over between runs.
private func im2colTimes(_ g: ConvolutionGeometry, on pool: ThreadPool, runs: Int) -> Times {
  let input = Tensor([g.inputChannels, g.inputHeight, g.inputWidth], repeating: 0.5)
  let filter = Tensor([g.outputChannels, g.depth], repeating: 0.25)
  let bias = Tensor([g.outputChannels])
  var output = Tensor([g.outputChannels, g.outputHeight, g.outputWidth], repeating: .nan)
  return Times(runs: runs) {
    input.withUnsafeElements { input in
      filter.withUnsafeElements { filter in
        bias.withUnsafeElements { bias in
          output.withUnsafeMutableElements { output in
            convolutionIm2col(
              g, input: input.pointer, filter: filter.pointer, bias: bias.pointer,
              activation: .none, output: output.pointer, on: pool)
          }
        }
      }
    }
  }
}
