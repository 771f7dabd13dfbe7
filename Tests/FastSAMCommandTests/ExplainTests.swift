import FastSAM
import Foundation
import Testing

@Suite struct ExplainTests {
  let program: Program

  init() throws {
    program = try Program()
    try program.draw("a.png")
  }

  private func explain(_ words: String...) throws -> Program.Outcome {
    try program.run(["explain", "--size", "96", "--confidence", "0.1"] + words)
  }

  @Test func thePageIsAmongTheOutputs() throws {
    let outcome = try explain("a.png", "--pictures", "figures")
    #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains("a.explain.html, figures"))
    #expect(program.list("fastsam-output") == ["a.explain.html"])
    let page = String(
      decoding: try program.contents("fastsam-output/a.explain.html"), as: UTF8.self)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    #expect(program.list("figures").count == 12)
  }

  @Test func thePageCanBePrinted() throws {
    let outcome = try explain("a.png", "--output", "-", "--instance", "0")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.hasPrefix("<!DOCTYPE html>"))
    #expect(program.list() == ["a.png"])
  }

  @Test(arguments: [
    (64, "--point 900,5 a.png", "point 900,5 lies outside"),
    (64, "--instance 999 a.png", "instance 999: the picture has"),
    (64, "--point 5,5 --instance 0 a.png", "exclude each other"),
    (64, "--point 5,5,0 a.png", "--point takes X,Y"),
    (64, "--confidence 1 --instance 0 a.png", "nothing was found"),
    (66, "missing.png", "missing.png: "),
    (73, "a.png --output missing/a.html", "missing/a.html"),
    (73, "a.png --pictures a.png", "a.png"),
  ])
  func faultIsOneLine(_ status: Int, _ words: String, _ line: String) throws {
    let outcome = try program.run(
      ["explain", "--size", "96"] + words.split(separator: " ").map(String.init))
    #expect(Int(outcome.status) == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(line), "\(outcome.errors)")
    #expect(outcome.output.isEmpty && program.list() == ["a.png"])
  }
}
