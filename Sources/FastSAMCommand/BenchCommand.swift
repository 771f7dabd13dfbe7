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
      Seeded input, a warm-up, medians with the fastest run beside them. Release builds only. On a \
      shared machine only ratios taken in one run mean anything.
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

  func validate() throws {
    guard (1...10_000).contains(runs) else {
      throw ValidationError("--runs \(runs): must be from 1 to 10000")
    }
  }

  /// Refuses a debug build: its figures would say nothing.
  func refuseDebug() throws {
    #if DEBUG
      throw Failure(
        .usage, "bench: this is a debug build; use `swift run -c release fastsam bench`")
    #endif
  }

  /// Prints `text`, or writes `json` where that was asked for.
  func publish(_ text: String, json: String) throws {
    switch self.json {
    case nil: try standardOutput(Array((text + "\n").utf8))
    case "-": try standardOutput(Array((json + "\n").utf8))
    case .some(let path): try AtomicFile.write(json + "\n", to: path)
    }
  }
}

/// Times in milliseconds.
struct Times {
  private let sorted: [Double]

  init(_ milliseconds: [Double]) { sorted = milliseconds.sorted() }

  /// The times of `runs` calls, after two that do not count.
  init(runs: Int, _ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    for _ in 0..<2 { try body() }
    self.init(try (0..<runs).map { _ in try clock.measure(body).seconds * 1000 })
  }

  var median: Double { sorted[sorted.count / 2] }
  var fastest: Double { sorted[0] }
}

/// Text as JSON.
func quoted(_ text: String) -> String {
  var json = JSONText()
  json.string(text)
  return String(decoding: json.bytes, as: UTF8.self)
}

/// Noise that is the same on every machine: 0…1, 1×3×H×W.
func seededNoise(_ plan: Plan) -> Tensor {
  var state: UInt64 = 1
  return Tensor([1, 3, plan.height, plan.width]) { target in
    for i in target.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      target[i] = Float(state >> 40) / Float(1 << 24)
    }
  }
}

/// A number with so many decimals, right-aligned.
func column(_ value: Double, decimals: Int, width: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let whole = Int((value * scale).rounded())
  var digits = String(abs(whole))
  while digits.count <= decimals { digits = "0" + digits }
  let point = digits.index(digits.endIndex, offsetBy: -decimals)
  let text =
    (whole < 0 ? "-" : "") + digits[..<point] + (decimals > 0 ? "." + digits[point...] : "")
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// Text, left-aligned.
func column(_ text: String, width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// `fastsam bench model`: the forward pass alone.
struct BenchModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "The forward pass alone, on seeded noise.")

  @OptionGroup var options: BenchOptions
  @OptionGroup var turns: TurnsOption

  func run() throws {
    try reportingFailures {
      try options.refuseDebug()
      let segmenter = try options.network.segmenter()
      let size = options.network.size?.size ?? segmenter.imageSize
      let plan = segmenter.plan(height: size.height, width: size.width)
      let noise = seededNoise(plan)
      func forward() { _ = segmenter.forward(plan) { noise.copy(to: $0) } }
      if turns.turns { return try takeTurns(forward) }
      let times = Times(runs: options.runs, forward)
      let threads = segmenter.pool.threads
      try options.publish(
        "\(segmenter.name) at \(plan.height)×\(plan.width), \(threads) threads: median "
          + column(times.median, decimals: 2, width: 0) + " ms, fastest "
          + column(times.fastest, decimals: 2, width: 0) + " ms of \(options.runs) runs",
        json: """
          {"median_ms": \(times.median), "min_ms": \(times.fastest), "runs": \(options.runs), \
          "threads": \(threads), "size": [\(plan.height), \(plan.width)], \
          "weights": \(quoted(segmenter.name))}
          """)
    }
  }
}

extension Tensor {
  /// Copies the elements to a kernel's memory.
  func copy(to target: UnsafeMutablePointer<Float>) {
    withUnsafeElements { target.update(from: $0.pointer, count: $0.count) }
  }
}
