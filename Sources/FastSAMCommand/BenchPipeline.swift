import ArgumentParser
import FastSAM
import JSON

/// `fastsam bench pipeline`: the whole job on one picture, stage by stage.
struct BenchPipeline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Picture file to every full-size mask as run lengths, stage by stage.")

  @Argument(help: "A picture.")
  var image: String

  @OptionGroup var options: BenchOptions
  @OptionGroup var turns: TurnsOption

  @Option(help: "Keep instances that score above this probability.")
  var confidence = 0.4

  @Option(help: "Drop an instance whose box overlaps a better one by more than this IoU.")
  var iou = 0.9

  @Option(help: "Keep at most so many instances.")
  var maxDetections = 300

  func run() throws {
    try reportingFailures {
      let segmenter = try options.segmenter()
      let settings = SegmentationOptions(
        confidence: confidence, iou: iou, maximumDetections: maxDetections)
      let clock = ContinuousClock()
      var stages: [(name: String, times: [Double])] = [
        "decode", "letterbox", "network", "boxes", "masks", "total",
      ].map { ($0, []) }
      var count = 0
      func job() throws -> StageTimings {
        var timings = StageTimings()
        let start = clock.now
        let picture = try Image(contentsOf: image)
        timings.decode = (clock.now - start).seconds
        let scene = segmenter.segment(
          picture, size: options.network.size?.size, options: settings, timings: &timings)
        let begin = clock.now
        let counts = scene.instances.mapMasks(on: segmenter.pool) { RunLength($0).compressed }
        timings.masks = (clock.now - begin).seconds
        timings.total = (clock.now - start).seconds
        count = counts.count
        return timings
      }
      if turns.turns { return try takeTurns(instances: { count }) { _ = try job() } }
      for run in 0..<options.runs + 2 {
        let timings = try job()
        guard run >= 2 else { continue }
        let values = [
          timings.decode, timings.letterbox, timings.network, timings.boxes, timings.masks,
          timings.total,
        ]
        for index in stages.indices { stages[index].times.append(values[index] * 1000) }
      }
      var table = TextTable(["stage", ">median ms", ">quartiles", ">fastest"])
      var json = JSONText()
      json.raw("{")
      json.key("weights")
      json.string(segmenter.name)
      json.raw(", \"instances\": \(count), \"threads\": \(segmenter.pool.threads)")
      json.raw(", \"runs\": \(options.runs)")
      for stage in stages {
        let times = Times(stage.times)
        table.append([
          stage.name, column(times.median, decimals: 2, width: 0), times.spread(decimals: 2),
          column(times.fastest, decimals: 2, width: 0),
        ])
        json.raw(", ")
        json.key(stage.name)
        json.raw("{")
        json.times(times)
        json.raw("}")
      }
      json.raw("}\n")
      try options.publish(
        ["\(count) instances, \(segmenter.pool.threads) threads"] + table.lines, json: json)
    }
  }
}
