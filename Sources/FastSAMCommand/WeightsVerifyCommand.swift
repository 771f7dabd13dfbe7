import ArgumentParser
import FastSAM
import WeightStore

extension WeightsCommand {
  /// `fastsam weights verify`: whether a file is whole, and what this build makes of it.
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that a weights file is whole, and whether it is a published one.",
      discussion: """
        The fingerprint is a hash of the tensors alone: a .pt file and what was imported from it have \
        the same.

        With --picture the network runs, and the SHA-256 of each stage is printed, with the number of \
        objects. Stages after the input are the same on the same instruction set only; the number \
        should be the same everywhere.
        """)

    @Argument(help: "A file, or a name from `fastsam weights list`.", completion: .file())
    var file: String

    @Option(help: "Also run the network on this picture.", completion: .file())
    var picture: String?

    @Option(
      help: ArgumentHelp(
        "Network size for the picture; default: what the weights say.", valueName: "N|HxW"))
    var size: SizeArgument?

    @OptionGroup var detection: DetectionOptions

    func run() throws {
      try reportingFailures {
        let checkpoint = try checkpoint(file)
        let verification = try WeightVerification(checkpoint)
        print("file         \(checkpoint.path)")
        for line in verification.lines { print(line) }
        if !verification.isSound {
          throw Failure(
            .badData, "\(checkpoint.path): the tensors are not those that were imported")
        }
        if let picture { try describe(Image(contentsOf: picture), checkpoint) }
      }
    }

    /// Prints a line for every stage of the picture's way through the network.
    private func describe(_ picture: Image, _ checkpoint: Checkpoint) throws {
      let segmenter = try Segmenter(checkpoint: checkpoint, name: file)
      print("picture      \(picture.width)×\(picture.height) pixels")
      print("kernels      \(VectorKernels.best.name)")
      for (name, value) in segmenter.trace(picture, size: size?.size) {
        let hash = value.withUnsafeElements { sha256(UnsafeRawBufferPointer($0)) }
        let blank = String(repeating: " ", count: max(1, 13 - name.count))
        print("\(name)\(blank)\(hash)  \(value.shape)")
      }
      let scene = segmenter.segment(
        picture, size: size?.size, options: detection.options(for: segmenter))
      print("objects      \(scene.instances.count)")
    }
  }
}
