import ArgumentParser
import FastSAM

/// `fastsam trace`: every tensor of one forward pass, for comparison with another engine.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Write every tensor of one forward pass to a safetensors file.",
    discussion: """
      input, model.0 … model.21, predictions (1×(4+nc+32)×A: box cx, cy, w, h in network pixels, \
      scores, coefficients) and prototypes, all float32, N×C×H×W.
      """)

  @Argument(help: "A picture.")
  var image: String

  @OptionGroup var network: NetworkOptions

  @Option(help: ArgumentHelp("Where to write.", valueName: "file.safetensors"))
  var output: String

  func run() throws {
    try reportingFailures {
      let picture = try Image(contentsOf: image)
      let segmenter = try network.segmenter()
      var writer = SafetensorsWriter()
      writer.metadata["model"] = segmenter.name
      for (name, value) in segmenter.trace(picture, size: network.size?.size) {
        writer.add(value, name: name)
      }
      try writer.write(to: output)
    }
  }
}
