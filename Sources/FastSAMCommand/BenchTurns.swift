import ArgumentParser

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Whether to wait for the other engines of a comparison.
struct TurnsOption: ParsableArguments {
  @Flag(
    help: """
      Run once for each line on standard input and answer with the times as a line of JSON, so that \
      other engines can be measured in turn; --runs and --json play no part.
      """)
  var turns = false
}

/// One timed run: what a clock on the wall saw and what the processor cores spent together, in
/// milliseconds.
///
/// On a machine that others use too the second is the steadier figure: it leaves out the time in
/// which somebody else's work ran.
struct TimedRun {
  let wall: Double
  let processor: Double

  /// Times `body`.
  init(_ body: () throws -> Void) rethrows {
    let start = processorMilliseconds()
    wall = try ContinuousClock().measure(body).seconds * 1000
    processor = processorMilliseconds() - start
  }
}

/// Runs `body` once for each line on standard input and answers each with its times as a line of
/// JSON, so that a harness can let several engines take turns, only one computing at any moment.
///
/// Two runs that do not count go before; then a first line says that the engine is warm.
///
/// - Parameter instances: how many instances the last run found, where that means something.
func takeTurns(instances: () -> Int? = { nil }, _ body: () throws -> Void) throws {
  for _ in 0..<2 { try body() }
  try standardOutput(Array("{\"ready\": true}\n".utf8))
  while readLine() != nil {
    let run = try TimedRun(body)
    let count = instances().map { ", \"instances\": \($0)" } ?? ""
    try standardOutput(
      Array("{\"wall_ms\": \(run.wall), \"cpu_ms\": \(run.processor)\(count)}\n".utf8))
  }
}

/// The processor time that all threads of this process have used.
private func processorMilliseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}
