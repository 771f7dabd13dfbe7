import FastSAM
import Foundation
import Testing

/// What `fastsam segment` writes, and where.
@Suite struct SegmentTests {
  let program: Program

  init() throws {
    program = try Program()
    try program.draw("a.png")
  }

  @Test func worksOutOfTheBox() throws {
    let outcome = try program.run(["segment", "a.png"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("a.png: "))
    #expect(program.list() == ["a.png", "fastsam-output"])
    #expect(program.list("fastsam-output") == ["a.json.json", "a.overlay.jpg"])
    let result = try Result(program.contents("fastsam-output/a.json.json"))
    #expect(result.image?.file == "a.png")
    #expect(result.image?.width == 120 && result.image?.height == 90)
    #expect(result.model?.name == "demo")
    #expect(result.timings == nil)
    let overlay = try Image(contentsOf: program.folder + "/fastsam-output/a.overlay.jpg")
    #expect(overlay.width == 120 && overlay.height == 90)
  }

  @Test func jsonAloneWritesNothingElse() throws {
    let printed = try program.segment("a.png", "--json", "-", "--timings")
    #expect(printed.status == 0)
    #expect(printed.errors.isEmpty)
    #expect(program.list() == ["a.png"])
    let result = try Result(printed.output)
    #expect(result.timings?.keys.sorted().first == "boxes")

    #expect(try program.segment("a.png", "--json", "out.json").status == 0)
    #expect(program.list() == ["a.png", "out.json"])
    #expect(try Result(program.contents("out.json")).ids == result.ids)

    // A folder or formats that are asked for are written too.
    #expect(try program.segment("a.png", "--json", "out.json", "--format", "labels").status == 0)
    #expect(program.list("fastsam-output") == ["a.labels.png"])
  }

  @Test func nothingIsOverwrittenWithinARun() throws {
    for (seed, name) in ["one/a.png", "two/a.png", "a.jpg"].enumerated() {
      try program.draw(name, seed: UInt64(seed) + 7)
    }
    let outcome = try program.segment(
      "a.png", "a.jpg", "one/a.png", "two/a.png", "--format", "json", "--output", "out")
    #expect(outcome.status == 0)
    #expect(
      program.list("out") == [
        "a.jpg.json.json", "a.png-2.json.json", "a.png-3.json.json", "a.png.json.json",
      ])
    let second = try Result(program.contents("out/a.png-2.json.json"))
    let alone = try program.segment("one/a.png", "--json", "-")
    #expect(try Result(alone.output).instances?.map(\.box) == second.instances?.map(\.box))
  }

  @Test func foldersAndGlobsCountAsTheirPictures() throws {
    for name in ["in/b.png", "in/c.jpg", "in/.hidden.png", "in/below/d.png"] {
      try program.draw(name)
    }
    try program.write(Array("text".utf8), to: "in/notes.png")
    // What a picture is, its content says.
    try program.write(Array(try program.contents("in/c.jpg")), to: "in/e.data")
    #expect(try program.segment("in", "--format", "json", "--quiet").status == 0)
    #expect(program.list("fastsam-output") == ["b.json.json", "c.json.json", "e.json.json"])
    #expect(try program.segment("in/*.png", "--format", "json", "--output", "glob").status == 0)
    #expect(program.list("glob") == ["b.json.json"])
  }

  @Test(arguments: ["ultralytics", "official"])
  func everyThreadCountGivesTheSameBytes(_ profile: String) throws {
    let formats = OutputFormat.allCases.map(\.rawValue).joined(separator: ",")
    var files: [[Data]] = []
    for threads in ["1", "2", "8"] {
      let outcome = try program.segment(
        "a.png", "--threads", threads, "--profile", profile, "--format", formats, "--output",
        threads)
      #expect(outcome.status == 0)
      let paths = try FileManager.default.subpathsOfDirectory(
        atPath: program.folder + "/" + threads
      ).sorted().filter { $0.contains(".") && !$0.hasSuffix(".masks") && !$0.hasSuffix(".cutouts") }
      files.append(paths.map { (try? program.contents("\(threads)/\($0)")) ?? Data() })
    }
    #expect(files[0].count > OutputFormat.allCases.count)
    #expect(files[0].allSatisfy { !$0.isEmpty })
    #expect(files[1] == files[0])
    #expect(files[2] == files[0])
  }

  @Test func weightsMayCarryTheirThresholds() throws {
    var writer = SafetensorsWriter(try Checkpoint.demo())
    writer.metadata["confidence"] = "0.02"
    writer.metadata["iou"] = "0.5"
    try writer.write(to: program.folder + "/mine.safetensors")
    func boxes(_ words: String...) throws -> [[Float]] {
      let outcome = try program.run(["segment", "--size", "160", "a.png", "--json", "-"] + words)
      return try #require(try Result(outcome.output).instances).map(\.box)
    }
    let own = try boxes("--weights", "mine.safetensors")
    #expect(try own == boxes("--confidence", "0.02", "--iou", "0.5"))
    #expect(try own != boxes())
    #expect(try boxes() == boxes("--confidence", "0.4", "--iou", "0.9"))
    #expect(
      try boxes("--weights", "mine.safetensors", "--confidence", "0.4", "--iou", "0.9")
        == boxes())
    let report = try program.run(["weights", "inspect", "mine.safetensors"]).output
    let lines = report.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.contains(["confidence", "0.02"]))
  }
}
