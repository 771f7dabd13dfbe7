import FastSAM

/// Everything that is done to one picture after the other.
struct SegmentJob {
  let segmenter: Segmenter
  let size: ImageSize?
  let options: SegmentationOptions
  let prompts: PromptOptions
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
    let instances = try chosen(scene)
    let letterbox = segmenter.letterbox(image, size: size)
    let facts = ReportFacts(
      picture: PictureFacts(
        file: OutputNames.baseName(path), width: image.width, height: image.height),
      model: ModelFacts(
        name: segmenter.name, parameters: segmenter.parameters, height: letterbox.height,
        width: letterbox.width, classNames: segmenter.classNames),
      profile: options.profile)

    let begin = clock.now
    var written: [String] = []
    if !formats.isEmpty {
      var overlay = OverlayOptions()
      overlay.pointPrompts = prompts.points
      overlay.boxPrompts = prompts.boxes
      let frame =
        options.masks == .full
        ? MaskFrame(pictureWidth: image.width, pictureHeight: image.height) : MaskFrame(letterbox)
      var report = try Report(
        formats: formats, image: image, facts: facts, frame: frame, directory: directory,
        stem: stem, overlay: overlay)
      try report.add(instances) { tasks, body in
        segmenter.pool.run(tasks) { task, _ in body(task) }
      }
      timings.masks = (clock.now - begin).seconds
      timings.total = (clock.now - start).seconds
      written = try report.finish(timings: hasTimings ? timings : nil)
    }
    if let json {
      let entries = instances.concurrentMap(on: segmenter.pool) {
        ResultDocument(facts).entry($0)
      }
      var document = ResultDocument(facts)
      for entry in entries { document.add(entry) }
      if formats.isEmpty { timings.masks = (clock.now - begin).seconds }
      timings.total = (clock.now - start).seconds
      let bytes = document.bytes(timings: hasTimings ? timings : nil)
      if json == "-" {
        try standardOutput(bytes)
      } else {
        try AtomicFile.write(bytes, to: json)
        written.append(json)
      }
    }
    return summary(path, instances.count, (clock.now - start).seconds, written)
  }

  private func chosen(_ scene: Scene) throws -> [Instance] {
    guard !prompts.isEmpty else { return scene.instances }
    return try scene.select(points: prompts.points, boxes: prompts.boxes)
  }

  private func summary(
    _ path: String, _ count: Int, _ seconds: Double, _ written: [String]
  ) -> String {
    let what = prompts.isEmpty ? "" : " selected"
    let noun = count == 1 ? "instance" : "instances"
    let time = "\(Int((seconds * 1000).rounded())) ms"
    let files = written.isEmpty ? "" : " → " + written.joined(separator: ", ")
    return "\(path): \(count) \(noun)\(what) in \(time)\(files)"
  }
}

extension Array where Element: Sendable {
  /// The results of `transform`, in order, computed on the pool.
  func concurrentMap<R>(on pool: ThreadPool, _ transform: (Element) -> R) -> [R] {
    var results = [R?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { slots in
      nonisolated(unsafe) let slots = slots  // Each task writes its own slot.
      pool.run(count) { task, _ in slots[task] = transform(self[task]) }
    }
    return results.compactMap(\.self)
  }
}
