import ArgumentParser
import FastSAM
import JSON

/// `fastsam inspect`: the network, to study.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the network: a line a layer, with shapes, parameters and products.",
    discussion: """
      Shapes are channels × height × width. Products are multiply-adds of the definition, whatever \
      the algorithm saves; a product and a sum are two operations (FLOP). The field is the side, in \
      pixels of the input, of the square that one cell of the output depends on. With --image, GFLOP/s \
      count two operations a product; of peak: as a part of what the same threads do in a loop of \
      multiply-adds that never leaves the registers, measured right before and after. Winograd does a \
      fifth or a quarter of the products, or little more, so it can pass the peak.

      How a layer is computed: direct, winograd (4×4 outputs at a time), winograd-5x5 and \
      winograd-2x2 are convolutions (×2: the coarse and the fine half of its input apart; ×4: a \
      transposed convolution and the one after it as four phases on the small map); fused: added \
      while the convolution before it is in registers; merged: never formed, the convolution after \
      it runs on the coarse map; no copy: a table of where its parts lie. Layers that are computed \
      together share their time by their products.
      """)

  @OptionGroup var network: NetworkOptions

  @Flag(help: "Blocks inside blocks, with their sums.")
  var tree = false

  @Option(
    help: ArgumentHelp(
      "Time every layer on this picture, at the size that it is fitted into.", valueName: "file"))
  var image: String?

  @Option(help: "Timed runs with --image; two more go before.")
  var runs = 10

  @Option(help: ArgumentHelp("The layers as JSON; - prints them.", valueName: "file|-"))
  var json: String?

  @Option(help: ArgumentHelp("Draw the network, as SVG.", valueName: "file.svg"))
  var graph: String?

  func validate() throws {
    guard (1...10_000).contains(runs) else {
      throw ValidationError("--runs \(runs): must be from 1 to 10000")
    }
  }

  func run() throws {
    try reportingFailures {
      let layers = try layers()
      if let graph { try AtomicFile.write(NetworkFigure(layers).svg, to: graph) }
      if json != "-" {
        let lines = tree ? layers.tree : layers.table
        try standardOutput(Array((lines + layers.summary).map { $0 + "\n" }.joined().utf8))
      }
      switch json {
      case nil: break
      case "-": try standardOutput(layers.json)
      case .some(let path): try AtomicFile.write(layers.json, to: path)
      }
    }
  }

  private func layers() throws -> NetworkLayers {
    let picture = try image.map { try Image(contentsOf: $0) }
    let segmenter = try network.segmenter()
    guard let picture else {
      let size = network.size?.size ?? segmenter.imageSize
      return NetworkLayers(
        segmenter, segmenter.plan(height: size.height, width: size.width), times: [])
    }
    let letterbox = segmenter.letterbox(picture, size: network.size?.size)
    let plan = segmenter.plan(for: letterbox)
    let before = MachineLimits.peakGigaflops(on: segmenter.pool)
    let times = layerTimes(
      plan, of: segmenter, input: letterbox.render(picture), runs: runs)
    let after = MachineLimits.peakGigaflops(on: segmenter.pool)
    return NetworkLayers(segmenter, plan, times: times, peak: max(before, after))
  }
}
