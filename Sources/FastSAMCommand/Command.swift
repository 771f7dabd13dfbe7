import ArgumentParser

@main
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fastsam",
    abstract: "Segment anything in pictures with FastSAM, on the CPU.",
    subcommands: [SegmentCommand.self, TraceCommand.self, WeightsCommand.self],
    defaultSubcommand: nil)
}
