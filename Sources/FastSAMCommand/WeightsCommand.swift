import ArgumentParser
import FastSAM
import WeightStore
import YOLOv8

/// `fastsam weights`: the published weights by name, and what is inside any weights file.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Get the published weights by name, import, inspect and verify weights files.",
    discussion: """
      Exit status: 0 done; 64 usage; 65 not weights, damaged, or not the published file; 66 no such
      file or name; 69 the publisher cannot be reached or refuses; 73 cannot write, or no space.
      """,
    subcommands: [List.self, Get.self, Import.self, Inspect.self, Verify.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the weights that are known by name, and which are on this machine.")

    func run() throws {
      let store = WeightStore()
      try reportingFailures {
        let demo = try Checkpoint.demo()
        print("* \(Checkpoint.demoName) (the default)")
        if let description = demo.metadata["description"] { print("    \(description)") }
        print("    part of this program, \(demo.fileByteCount) bytes")
        if let licence = demo.metadata["license"] { print("    licence: \(licence)") }
      }
      for entry in store.manifest.weights {
        print("\(store.contains(entry) ? "*" : " ") \(entry.name)")
        print("    \(entry.about)")
        print("    \(entry.address)")
        print("    licence: \(entry.licence)")
        if entry.sha256 == nil { print("    the publisher's hash is not known") }
      }
      print("* on this machine, in \(store.folder)")
    }
  }

  struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download published weights, check them, and keep them as .safetensors.",
      discussion: """
        Uses the program curl, with the proxies that its environment variables name. An interrupted
        download is continued. Nothing that is downloaded is executed.
        """)

    @Argument(help: "A name from `fastsam weights list`.")
    var name: String

    @Option(
      help: ArgumentHelp(
        "Take the file from this address, or from this folder where it ends in a slash; size and hash are checked all the same.",
        valueName: "address"))
    var from: String?

    @Flag(help: "Say nothing on standard error but errors.")
    var quiet = false

    func validate() throws {
      guard let from, !from.hasPrefix("https://"), !from.hasPrefix("http://") else { return }
      throw ValidationError("--from \(from): must begin with https:// or http://")
    }

    func run() throws {
      let store = WeightStore()
      try reportingFailures {
        guard let entry = store.manifest[name] else {
          let known = store.manifest.weights.map(\.name).joined(separator: ", ")
          throw Failure(.usage, "no weights are known as \(name) (known: \(known))")
        }
        let progress = DownloadProgress(name: entry.name, isQuiet: quiet)
        defer { progress.clear() }
        let source = from.map(entry.at) ?? entry
        print(try store.get(source) { progress.show($0) })
      }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the weights of a .pt file as .safetensors: same names, same numbers.")

    @Argument(help: "A file that PyTorch wrote, or .safetensors.", completion: .file())
    var input: String

    @Argument(help: "The file to write; replaced in one step if it exists.", completion: .file())
    var output: String

    @Flag(help: "Store floating-point numbers in 16 bits.")
    var half = false

    func run() throws {
      try reportingFailures {
        try WeightStore().importWeights(from: input, to: output, half: half)
      }
    }
  }

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say what is inside a weights file.")

    @Argument(help: "A file, or a name from `fastsam weights list`.", completion: .file())
    var file: String

    @Flag(help: "Every tensor with its type and shape.")
    var tensors = false

    func run() throws {
      try reportingFailures {
        let checkpoint = try checkpoint(file)
        let report = WeightReport(checkpoint)
        let summary = report.summary(after: [
          ("file", checkpoint.path), ("network", describeNetwork(checkpoint)),
        ])
        for line in summary + [""] + report.table { print(line) }
        guard tensors else { return }
        print()
        for tensor in checkpoint.tensors {
          print(tensor.name, tensor.type.name, tensor.shape, separator: "  ")
        }
      }
    }

    /// `YOLOv8s-seg: 1 class, 16 bins a side, 32 prototypes`.
    private func describeNetwork(_ checkpoint: Checkpoint) -> String {
      let weights = checkpoint.weights()
      guard let network = try? YOLOv8Architecture(weights["model"]) else {
        return weights.contains("visual") ? "CLIP" : "none that this program runs"
      }
      return "YOLOv8\(network.variant ?? " of its own widths")-seg: "
        + "\(network.classes) class\(network.classes == 1 ? "" : "es"), "
        + "\(network.bins) bins a side, \(network.prototypes) prototypes"
    }
  }
}
