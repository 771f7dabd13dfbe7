import FastSAM
import Foundation
import Testing

@Suite struct EvaluateTests {
  let program: Program

  init() throws {
    program = try Program()
    for name in ["7.png", "8.png", "two.png"] { try program.draw("pictures/\(name)") }
  }

  struct Figures: Decodable, Equatable {
    let pictures: Int, proposals: Int
    let annotations: Int?
    let boxes: [String: Double?]?, masks: [String: Double?]?, edges: [String: Double?]?
  }

  private func evaluate(_ words: String...) throws -> Figures {
    let outcome = try program.run(["evaluate", "--json", "-"] + words)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(Figures.self, from: Data(outcome.output.utf8))
  }

  /// An annotation file whose regions are what `segment` finds.
  private func annotate(
    width: Int = 120, segmentation: Bool = true, name: String = "truth.json"
  ) throws {
    let files = ["7.png", "8.png", "two.png"]
    var annotations: [String] = []
    for (index, file) in files.enumerated() {
      let outcome = try program.segment("pictures/\(file)", "--json", "-")
      #expect(outcome.status == 0, "\(outcome.errors)")
      for instance in try Result(outcome.output).instances ?? [] {
        let box = instance.box, region = try #require(instance.segmentation)
        // In JSON a backslash is written twice.
        let counts = region.counts.replacingOccurrences(of: "\\", with: "\\\\")
        annotations.append(
          #"{"id": \#(annotations.count + 1), "image_id": \#(index + 7), "category_id": 1, "#
            + #""bbox": [\#(box[0]), \#(box[1]), \#(box[2] - box[0]), \#(box[3] - box[1])], "#
            + #""area": \#(instance.area ?? 0)"#
            + (segmentation
              ? #", "segmentation": {"size": [90, 120], "counts": "\#(counts)"}}"# : "}"))
      }
    }
    let images = files.enumerated().map {
      #"{"id": \#($0 + 7), "file_name": "\#($1)", "width": \#(width), "height": 90}"#
    }
    try program.write(
      Array(
        #"{"images": [\#(images.joined(separator: ", "))], "annotations": ["#.utf8)
        + Array((annotations.joined(separator: ",\n") + "]}").utf8), to: name)
  }

  @Test func theNetworkFindsWhatItFound() throws {
    try annotate()
    let figures = try evaluate(
      "--annotations", "truth.json", "--images", "pictures", "--size", "160", "--confidence",
      "0.1", "--iou", "0.9")
    #expect(figures.pictures == 3)
    #expect(figures.annotations ?? 0 > 3 && figures.annotations == figures.proposals)
    #expect(figures.masks?["ar_1000"] == 1 && figures.boxes?["ar_1000"] == 1)
    #expect(figures.masks?["mean_best_iou"] == 1 && (figures.masks?["ap"] ?? nil) ?? 0 > 0.99)
    #expect(figures.masks?["ap_large"] == .some(.none))
    #expect(figures.edges == nil)
  }

  /// Results that went through a file are worth the same.
  @Test func filesOfResultsGiveTheSameFigures() throws {
    try annotate()
    let outcome = try program.run([
      "segment", "--size", "160", "--confidence", "0.02", "--format", "coco", "--max-detections",
      "1000", "--output", "results", "pictures",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let parts = try ["7", "8", "two"].map {
      String(decoding: try program.contents("results/\($0).coco.json"), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines).dropFirst().dropLast()
    }
    try program.write(Array("[\(parts.joined(separator: ",\n"))]".utf8), to: "results.json")
    let fromFile = try evaluate(
      "--annotations", "truth.json", "--detections", "results.json", "--limit", "2")
    let fromNetwork = try evaluate(
      "--annotations", "truth.json", "--images", "pictures", "--size", "160", "--confidence",
      "0.02", "--limit", "2", "--threads", "1")
    #expect(fromFile == fromNetwork && fromFile.pictures == 2)
  }

  @Test func theTableIsForPeople() throws {
    try annotate(segmentation: false)
    let outcome = try program.run([
      "evaluate", "--annotations", "truth.json", "--images", "pictures", "--size", "160",
      "--confidence", "0.1", "--json", "figures.json",
    ])
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("only boxes are judged") && outcome.errorLines.count == 1)
    #expect(outcome.output.hasPrefix("demo: 3 pictures, "))
    let lines = outcome.output.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(lines.contains(["boxes"]) && lines.contains(["AR@1000", "1.000"]))
    #expect(lines.contains(["AP", "large", "–"]))
    #expect(program.list().contains("figures.json"))
  }

  @Test func edgesAreHeldAgainstDrawnBoundaries() throws {
    var grey = [UInt8](repeating: 0, count: 120 * 90)
    for y in 20..<70 { grey[y * 120 + 40] = 255 }
    let map = PNG.encode(grey, width: 120, height: 90, kind: .grey)
    for name in ["7.1.png", "7.2.png", "8.png", "two.png"] {
      try program.write(map, to: "edges/\(name)")
    }
    let figures = try evaluate(
      "--edges", "edges", "--images", "pictures", "--size", "160", "--confidence", "0.1")
    #expect(figures.pictures == 3 && figures.annotations == nil && figures.boxes == nil)
    let ods = try #require(figures.edges?["ods"] ?? nil)
    let ois = try #require(figures.edges?["ois"] ?? nil)
    #expect(ods > 0 && ods < 1 && ois > 0 && ois < 1)
    try program.write(PNG.encode([0, 255], width: 2, height: 1, kind: .grey), to: "edges/8.png")
    let outcome = try program.run(["evaluate", "--edges", "edges", "--images", "pictures"])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("8.png: 120×90 pixels, but its boundaries are of 2×1"))
  }

  @Test(arguments: [
    "", "--images pictures", "--annotations truth.json",
    "--annotations truth.json --images pictures --detections x.json",
    "--edges edges --images pictures --by-category",
    "--annotations truth.json --images pictures --confidence 2",
    "--annotations truth.json --images pictures --limit 0",
  ])
  func nonsenseIsUsage(_ words: String) throws {
    let outcome = try program.run(["evaluate"] + words.split(separator: " ").map(String.init))
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("Error: ") && outcome.output.isEmpty)
  }

  @Test(arguments: [
    (66, "--annotations none.json --images pictures", "none.json: no such file"),
    (65, "--annotations pictures/7.png --images pictures", "pictures/7.png: at byte 0: "),
    (66, "--annotations truth.json --images nowhere", "7.png: no such file, and 2 more of 3"),
    (65, "--annotations wide.json --images pictures", "7.png: 120×90 pixels, but marked as 121×90"),
    (66, "--annotations truth.json --detections none.json", "none.json: no such file"),
    (65, "--annotations truth.json --detections stray.json", "image_id 99 is not in truth.json"),
    (65, "--annotations truth.json --images pictures --by-category", "no categories"),
    (66, "--edges nowhere --images pictures", "nowhere: no such file"),
    (65, "--edges pictures/.. --images pictures", "without boundaries"),
    (73, "--annotations truth.json --images pictures --json missing/a.json", "missing"),
  ])
  func faultIsOneLine(_ status: Int, _ words: String, _ line: String) throws {
    try annotate(width: 120)
    try annotate(width: 121, segmentation: false, name: "wide.json")
    let stray = #"[{"image_id": 99, "score": 1, "bbox": [0, 0, 1, 1]}]"#
    try program.write(Array(stray.utf8), to: "stray.json")
    let outcome = try program.run(
      ["evaluate"] + words.split(separator: " ").map(String.init)
        + (words.contains("--detections") ? [] : ["--size", "160"]))
    #expect(Int(outcome.status) == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(line), "\(outcome.errors)")
    #expect(outcome.errorLines.filter { !$0.contains("only boxes") }.count == 1)
  }
}
