import FastSAM
import JSON

/// One line of `fastsam prompt`.
struct PromptRequest {
  private(set) var prompts = Prompts()
  private var isRanked = false
  private var hasMasks = false

  /// What the line asks for.
  ///
  /// - Throws: `Failure` (64) that says what is wrong, and where.
  init(_ line: String) throws(Failure) {
    do {
      try Array(line.utf8).withUnsafeBytes { bytes in
        var json = JSONReader(bytes)
        try json.object(
          { (json, key) throws(JSONReader.Fault) in try read(key, from: &json) }, fault: { $0 })
        guard json.isAtEnd() else { throw json.fault("something behind the object") }
      }
    } catch let fault as JSONReader.Fault {
      throw Failure(.usage, "byte \(fault.offset): \(fault.reason)")
    } catch { throw Failure(error) }
    if prompts.texts.isEmpty && (prompts.textThreshold != nil || prompts.picksWider || isRanked) {
      throw Failure(.usage, "text_threshold, wider and rank need texts")
    }
    if prompts.keepsApart && (prompts.refinement.merges || prompts.isEmpty) {
      throw Failure(.usage, "each needs prompts, and no merge")
    }
  }

  private mutating func read(
    _ key: String, from json: inout JSONReader
  ) throws(JSONReader.Fault) {
    switch key {
    case "points":
      prompts.points = try json.array { (json) throws(JSONReader.Fault) in
        let numbers = try json.numbers(2...3, "a point is [x, y] or [x, y, label]")
        guard let label = numbers.count == 3 ? Int(exactly: numbers[2]) : 1 else {
          throw json.fault("a label is 1 (wanted) or 0 (not wanted)")
        }
        return PointPrompt(x: numbers[0], y: numbers[1], label: label)
      }
    case "boxes":
      prompts.boxes = try json.array { (json) throws(JSONReader.Fault) in
        let edges = try json.numbers(4...4, "a box is [x1, y1, x2, y2]")
        return BoxPrompt(x1: edges[0], y1: edges[1], x2: edges[2], y2: edges[3])
      }
    case "texts":
      prompts.texts = try json.array { (json) throws(JSONReader.Fault) in try json.string() }
    case "text_threshold":
      let cosine = try json.number()
      guard (-1...1).contains(cosine) else { throw json.fault("text_threshold is a cosine") }
      prompts.textThreshold = Float(cosine)
    case "wider": prompts.picksWider = try json.boolean()
    case "rank": isRanked = try json.boolean()
    case "smooth": prompts.refinement.smooths = try json.boolean()
    case "min_area": prompts.refinement.minimumArea = try json.integer()
    case "fill_holes": prompts.refinement.fillsHolesBelow = try json.integer()
    case "remove_islands": prompts.refinement.removesIslandsBelow = try json.integer()
    case "merge": prompts.refinement.merges = try json.boolean()
    case "each": prompts.keepsApart = try json.boolean()
    case "masks": hasMasks = try json.boolean()
    default: throw json.fault("no field is known as \(printable(key))")
    }
  }

  /// The answer, without its line's end.
  func answer(
    from session: PromptSession, segmenter: Segmenter, clip: CLIPModel?
  ) throws -> [UInt8] {
    let instances = try session.select(prompts, by: clip)
    var json = JSONText()
    json.raw("{")
    if isRanked, let clip {
      json.raw("\"rankings\": ")
      json.rankings(try session.rankings(prompts.texts, by: clip))
      json.raw(", ")
    }
    json.raw("\"instances\": ")
    json.list(instances) { json, instance in
      json.raw("{")
      json.facts(of: instance, label: segmenter.classNames[instance.classIndex])
      if hasMasks {
        json.raw(", ")
        json.areaAndSegmentation(of: instance)
      }
      json.raw("}")
    }
    json.raw("}")
    return json.bytes
  }
}

extension JSONReader {
  fileprivate func fault(_ reason: String) -> Fault { Fault(offset: offset, reason: reason) }

  /// An array of so many numbers.
  fileprivate mutating func numbers(
    _ count: ClosedRange<Int>, _ reason: String
  ) throws(Fault) -> [Double] {
    let numbers = try array { (json) throws(Fault) in try json.number() }
    guard count.contains(numbers.count) else { throw fault(reason) }
    return numbers
  }
}
