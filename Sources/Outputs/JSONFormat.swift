/// The result document, schema `fastsam.result/1`.
struct JSONFormat: DocumentFormat {
  let separator = ",\n"

  func opening(_ facts: ReportFacts) -> [UInt8] {
    let picture = facts.picture, model = facts.model
    var json = JSONText()
    json.raw("{\"schema\": \"fastsam.result/1\",\n \"image\": {\"file\": ")
    json.string(picture.file)
    json.raw(", \"width\": \(picture.width), \"height\": \(picture.height)},\n")
    json.raw(" \"model\": {\"name\": ")
    json.string(model.name)
    json.raw(", \"parameters\": \(model.parameters), \"size\": ")
    json.array([model.height, model.width])
    json.raw("},\n \"profile\": ")
    json.string(facts.profile.rawValue)
    json.raw(",\n \"instances\": [\n")
    return json.bytes
  }

  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8] {
    let instance = segment.instance, box = instance.box
    var json = JSONText()
    json.raw("   {\"id\": \(instance.id), \"class\": \(instance.classIndex), \"label\": ")
    json.string(facts.model.label(instance.classIndex))
    json.raw(", \"score\": ")
    json.number(instance.score)
    if let members = instance.members {
      json.raw(", \"members\": ")
      json.array(members)
    }
    json.raw(", \"box\": ")
    json.array([box.x1, box.y1, box.x2, box.y2])
    json.raw(", \"area\": \(segment.area),\n    ")
    json.segmentation(segment)
    json.raw("}")
    return json.bytes
  }

  func closing(_ timings: StageTimings?) -> [UInt8] {
    var json = JSONText()
    json.raw("]")
    if let timings {
      let stages = [
        ("decode", timings.decode), ("letterbox", timings.letterbox),
        ("network", timings.network), ("boxes", timings.boxes), ("masks", timings.masks),
        ("total", timings.total),
      ]
      json.raw(",\n \"timings\": {")
      for (index, stage) in stages.enumerated() {
        if index > 0 { json.raw(", ") }
        json.key(stage.0)
        json.number(stage.1)
      }
      json.raw("}")
    }
    json.raw("}\n")
    return json.bytes
  }
}
