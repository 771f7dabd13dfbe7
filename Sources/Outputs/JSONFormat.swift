import JSON
import Segmentation

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
    if let rankings = facts.rankings {
      json.raw(",\n \"rankings\": ")
      json.rankings(rankings)
    }
    json.raw(",\n \"instances\": [\n")
    return json.bytes
  }

  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8] {
    var json = JSONText()
    json.raw("   {")
    json.facts(of: segment.instance, label: facts.model.label(segment.instance.classIndex))
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

extension JSONText {
  /// Appends what is known of an instance without its mask, from `"id"` to `"box"`.
  package mutating func facts(of instance: Instance, label: String) {
    raw("\"id\": \(instance.id), \"class\": \(instance.classIndex), \"label\": ")
    string(label)
    raw(", \"score\": ")
    number(instance.score)
    if let members = instance.members {
      raw(", \"members\": ")
      array(members)
    }
    if !instance.matches.isEmpty {
      raw(", \"matches\": ")
      list(instance.matches) { json, match in
        json.raw("{\"text\": ")
        json.string(match.text)
        json.raw(", \"similarity\": ")
        json.number(match.similarity)
        json.raw("}")
      }
    }
    raw(", \"box\": ")
    array([instance.box.x1, instance.box.y1, instance.box.x2, instance.box.y2])
  }

  /// Appends for each text all that was compared with it, the best first.
  package mutating func rankings(_ rankings: [TextRanking]) {
    list(rankings) { json, ranking in
      json.raw("{\"text\": ")
      json.string(ranking.text)
      json.raw(", \"instances\": ")
      json.list(ranking.places) { json, place in
        json.raw("{\"id\": \(place.id), \"similarity\": ")
        json.number(place.score)
        json.raw("}")
      }
      json.raw("}")
    }
  }

  /// Appends `"area": …, "segmentation": {"size": [H, W], "counts": "…"}`.
  package mutating func areaAndSegmentation(of instance: Instance) {
    let segment = Segment(instance, instance.mask(), needs: .runLengths)
    raw("\"area\": \(segment.area), ")
    segmentation(segment)
  }
}
