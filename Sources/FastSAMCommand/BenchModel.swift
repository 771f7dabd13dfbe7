import ArgumentParser
import FastSAM
import Kernels
import Plans

/// `fastsam bench model`: the forward pass alone.
struct BenchModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "The forward pass alone, on seeded noise.",
    discussion: """
      All of `predictions` and `prototypes` is computed: no threshold lets anything be skipped.
      """)

  @OptionGroup var options: BenchOptions
  @OptionGroup var turns: TurnsOption

  func run() throws {
    try reportingFailures {
      let segmenter = try options.segmenter()
      let plan = options.plan(segmenter)
      let noise = seededNoise(plan)
      func forward() { _ = segmenter.forward(plan) { noise.copy(to: $0, on: segmenter.pool) } }
      if turns.turns { return try takeTurns(forward) }
      let times = Times(runs: options.runs, forward)
      var json = options.header(segmenter, plan)
      json.raw(", ")
      json.times(times)
      json.raw("}\n")
      try options.publish(
        [
          "\(segmenter.name) at \(plan.height)×\(plan.width), \(segmenter.pool.threads) threads: "
            + "median \(column(times.median, decimals: 2, width: 0)) ms, quartiles "
            + "\(times.spread(decimals: 2)), fastest "
            + "\(column(times.fastest, decimals: 2, width: 0)) of \(options.runs) runs"
        ], json: json)
    }
  }
}

extension Tensor {
  /// Copies the elements to a kernel's memory.
  func copy(to target: UnsafeMutablePointer<Float>, on pool: ThreadPool) {
    withUnsafeElements { source in
      let piece = 1 << 16
      // Each task reads and writes a piece of its own.
      nonisolated(unsafe) let (source, target, count) = (source.pointer, target, source.count)
      pool.run((count + piece - 1) / piece) { task, _ in
        let first = task * piece
        (target + first).update(from: source + first, count: min(piece, count - first))
      }
    }
  }
}
