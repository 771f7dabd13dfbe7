import ArgumentParser
import FastSAM

/// What chooses among the instances; without any of it, all are wanted.
struct PromptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A point in the picture's pixels; label 1 (wanted) or 0 (not wanted). Repeatable.",
      valueName: "x,y[,label]"))
  var point: [PointArgument] = []

  @Option(
    help: ArgumentHelp("A box in the picture's pixels. Repeatable.", valueName: "x1,y1,x2,y2"))
  var box: [BoxArgument] = []

  var isEmpty: Bool { point.isEmpty && box.isEmpty }
  var points: [PointPrompt] { point.map(\.point) }
  var boxes: [BoxPrompt] { box.map(\.box) }
}
