import FastSAM

/// Everything that is done to one picture after the other.
struct SegmentJob {
  let segmenter: Segmenter
  let size: ImageSize?
  let options: SegmentationOptions
  let prompts: Prompts
  let isRanked: Bool
  let clip: CLIPModel?
  let formats: [OutputFormat]
  let directory: String
  let json: String?
  let hasTimings: Bool

  /// Segments the picture at `path` and writes what was asked for; returns a line for people.
  func run(_ path: String, stem: String) throws -> String {
    let clock = ContinuousClock()
    let start = clock.now
    var timings = StageTimings()
    let image = try Image(contentsOf: path)
    timings.decode = (clock.now - start).seconds
    let scene = segmenter.segment(image, size: size, options: options, timings: &timings)
    let session = PromptSession(scene, of: image, on: segmenter.pool)
    let instances = try session.select(prompts, by: clip)
    let letterbox = segmenter.letterbox(image, size: size)
    var facts = ReportFacts(
      picture: PictureFacts(
        file: OutputNames.baseName(path), width: image.width, height: image.height),
      model: ModelFacts(
        name: segmenter.name, parameters: segmenter.parameters, height: letterbox.height,
        width: letterbox.width, classNames: segmenter.classNames),
      profile: options.profile)
    if isRanked, let clip { facts.rankings = try session.rankings(prompts.texts, by: clip) }

    let begin = clock.now
    var overlay = OverlayOptions()
    overlay.pointPrompts = prompts.points
    overlay.boxPrompts = prompts.boxes
    overlay.textPrompts = prompts.texts
    let frame =
      options.masks == .full
      ? MaskFrame(pictureWidth: image.width, pictureHeight: image.height) : MaskFrame(letterbox)
    var report = try Report(
      formats: formats, image: image, facts: facts, frame: frame, directory: directory, stem: stem,
      overlay: overlay, keepsDocument: json != nil)
    try report.add(instances) { tasks, body in
      segmenter.pool.run(tasks) { task, _ in body(task) }
    }
    timings.masks = (clock.now - begin).seconds
    timings.total = (clock.now - start).seconds
    var written = try report.finish(timings: hasTimings ? timings : nil)
    if let json {
      timings.total = (clock.now - start).seconds
      let bytes = report.resultDocument(timings: hasTimings ? timings : nil)
      if json == "-" {
        try standardOutput(bytes)
      } else {
        try AtomicFile.write(bytes, to: json)
        written.append(json)
      }
    }
    return summary(path, instances.count, (clock.now - start).seconds, written)
  }

  private func summary(
    _ path: String, _ count: Int, _ seconds: Double, _ written: [String]
  ) -> String {
    let what =
      prompts.isEmpty ? "" : count > 0 ? " selected" : " selected: no mask goes with the prompts"
    let noun = count == 1 ? "instance" : "instances"
    let time = "\(Int((seconds * 1000).rounded())) ms"
    let files = written.isEmpty ? "" : " → " + written.joined(separator: ", ")
    return "\(path): \(count) \(noun)\(what) in \(time)\(files)"
  }
}
