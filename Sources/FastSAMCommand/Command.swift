import ArgumentParser
import CStartup

@main
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fastsam",
    abstract: "Segment anything in pictures with FastSAM, on the CPU.",
    subcommands: [
      SegmentCommand.self, PromptCommand.self, ExplainCommand.self, TraceCommand.self,
      InspectCommand.self, EvaluateCommand.self, WeightsCommand.self, BenchCommand.self,
    ],
    defaultSubcommand: nil)

  static func main() {
    startup_keep_freed_blocks()
    var count: Int32 = 0
    let words = startup_arguments(&count)
    // The runtime would read them from /proc, which an empty root lacks.
    main(
      words.map { words in (1..<Int(count)).compactMap { words[$0].map { String(cString: $0) } } })
  }
}
