import ArgumentParser
import FastSAM
import JSON
import Plans

/// `fastsam bench`: how fast each piece is, measured the same way every time.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time kernels, layers, the forward pass or the whole job.",
    discussion: """
      Seeded input and two runs that do not count; then medians, with the quartiles and the fastest \
      run beside them. Release builds only. On a shared machine only ratios taken in one run mean \
      anything.

      Peak is measured too, right before and after: what the same threads do in a loop of multiply-adds \
      that never leaves the registers. GFLOP/s count two operations for each multiply-add of the \
      definition; Winograd does fewer, and products in pairs take additions for some, so both can pass \
      the peak.
      """,
    subcommands: [BenchModel.self, BenchLayers.self, BenchKernels.self, BenchPipeline.self])
}

/// What all benchmarks take.
struct BenchOptions: ParsableArguments {
  @OptionGroup var network: NetworkOptions

  @Option(help: "Timed runs; two more go before.")
  var runs = 10

  @Option(help: ArgumentHelp("The figures as JSON; - prints them.", valueName: "file|-"))
  var json: String?

  @Flag(
    help: ArgumentHelp("Also in a debug build, whose times say nothing.", visibility: .hidden))
  var anyBuild = false

  func validate() throws {
    guard (1...10_000).contains(runs) else {
      throw ValidationError("--runs \(runs): must be from 1 to 10000")
    }
  }

  /// The network, opened.
  ///
  /// - Throws: `Failure` in a debug build: its figures would say nothing.
  func segmenter() throws -> Segmenter {
    #if DEBUG
      guard anyBuild else {
        throw Failure(
          .usage, "bench: this is a debug build; use `swift run -c release fastsam bench`")
      }
    #endif
    return try network.segmenter()
  }

  /// The plan that is measured.
  func plan(_ segmenter: Segmenter) -> Plan {
    let size = network.size?.size ?? segmenter.imageSize
    return segmenter.plan(height: size.height, width: size.width)
  }

  /// Prints `lines`, or writes `json` where that was asked for.
  func publish(_ lines: [String], json: JSONText) throws {
    switch self.json {
    case nil: try standardOutput(Array(lines.map { $0 + "\n" }.joined().utf8))
    case "-": try standardOutput(json.bytes)
    case .some(let path): try AtomicFile.write(json.bytes, to: path)
    }
  }

  /// Opens an object with what all figures depend on; the caller goes on with `, "key": …`.
  func header(_ segmenter: Segmenter, _ plan: Plan) -> JSONText {
    var json = JSONText()
    json.raw("{")
    json.key("weights")
    json.string(segmenter.name)
    json.raw(", \"size\": [\(plan.height), \(plan.width)], \"threads\": \(segmenter.pool.threads)")
    json.raw(", \"instruction_set\": ")
    json.string(VectorKernels.best.name)
    json.raw(", \"runs\": \(runs)")
    return json
  }
}

/// Only some layers.
struct FilterOption: ParsableArguments {
  @Option(help: "Only layers whose name contains this.")
  var filter: String?

  func contains(_ name: String) -> Bool { filter.map(name.contains) ?? true }
}

/// Noise that is the same on every machine: 0…1, 1×3×H×W.
func seededNoise(_ plan: Plan) -> Tensor {
  var noise = Noise()
  return Tensor([1, 3, plan.height, plan.width]) { target in
    for i in target.indices { target[i] = noise.next() }
  }
}

/// Numbers from 0 to 1 that are the same on every machine.
struct Noise {
  private var state: UInt64 = 1

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 24)
  }
}
