import Foundation
import Testing

/// Every documented exit status, and what is said with it.
@Suite struct FailureTests {
  let program: Program

  init() throws {
    program = try Program()
    try program.draw("a.png")
    try program.draw("b.jpg")
    try program.write([1, 2, 3], to: "broken.png")
    try program.write(Array("no weights".utf8), to: "broken.pt")
    try program.write([], to: "empty/file.txt")
  }

  /// What the argument parser refuses, before anything is opened.
  @Test(arguments: [
    "", "--size 0 a.png", "--size 9000 a.png", "--size 3x4x5 a.png", "--confidence 7 a.png",
    "--confidence nan a.png", "--iou -1 a.png", "--max-detections 0 a.png", "--threads 0 a.png",
    "--point 5 a.png", "--point 5,x a.png", "--box 1,2,3 a.png", "--format png a.png",
    "--profile mine a.png", "--masks half a.png", "--min-area -1 a.png", "--each a.png",
    "--merge --each --point 3,3 a.png", "--rank a.png", "--wider --point 3,3 a.png",
    "--text-threshold 0.2 a.png", "--text dog --text-threshold 2 a.png", "--nonsense a.png",
  ])
  func nonsenseIsUsage(_ words: String) throws {
    let outcome = try program.run(["segment"] + words.split(separator: " ").map(String.init))
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("Error: "))
    #expect(outcome.output.isEmpty)
    #expect(program.list("fastsam-output").isEmpty)
  }

  /// What is found out later: one line that names the fault.
  @Test(arguments: [
    (64, "a.png b.jpg --json out.json", "--json takes one picture, not 2"),
    (64, "a.png --point 900,5", "point 900,5 lies outside the picture of 120×90 pixels"),
    (64, "a.png --point 5,5,2", "point label 2"),
    (64, "a.png --point nan,5", "point nan,5"),
    (64, "a.png --box 5,5,5,50", "box 5,5,5,50 holds no pixel"),
    (64, "a.png --box 200,5,300,50", "box 200,5,300,50 lies outside"),
    (64, "a.png --profile official --point 5,5 --box 1,1,50,50", "profile official takes"),
    (65, "broken.png", "broken.png: "),
    (65, "a.png --weights broken.pt", "broken.pt: "),
    (65, "a.png --text dog --clip broken.pt", "broken.pt: "),
    (66, "missing.png", "missing.png: "),
    (66, "empty", "empty: a folder without pictures"),
    (66, "*.gif", "*.gif: matches no picture"),
    (66, "a.png --weights missing.pt", "missing.pt"),
    (66, "a.png --weights FastSAM-s", "fastsam weights get FastSAM-s"),
    (66, "a.png --text dog", "fastsam weights get clip-vit-b-32"),
    (73, "a.png --output b.jpg", "b.jpg"),
    (73, "a.png --json missing/out.json", "missing"),
  ])
  func faultIsOneLine(_ status: Int, _ words: String, _ line: String) throws {
    let outcome = try program.run(
      ["segment", "--size", "160", "--confidence", "0.1"]
        + words.split(separator: " ").map(String.init))
    #expect(Int(outcome.status) == status, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("fastsam: "))
    #expect(outcome.errors.contains(line), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(program.list("fastsam-output").isEmpty)
  }

  @Test func batchGoesOnAfterBadFiles() throws {
    let outcome = try program.segment("broken.png", "a.png", "missing.png", "b.jpg")
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("broken.png: "))
    #expect(outcome.errors.contains("missing.png: "))
    #expect(outcome.errors.hasSuffix("fastsam: 2 of 4 pictures failed\n"))
    #expect(
      program.list("fastsam-output") == [
        "a.json.json", "a.overlay.jpg", "b.json.json", "b.overlay.jpg",
      ])
  }

  @Test func fullDeviceIsUnwritable() throws {
    let outcome = try program.run(
      ["segment", "--size", "160", "a.png", "--quiet", "--json", "/dev/full"])
    #expect(outcome.status == 73)
    #expect(outcome.errorLines.count == 1)
  }
}
