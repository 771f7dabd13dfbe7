import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

// What the benchmarks say, not how fast anything is.
@Suite struct BenchTests {
  let program: Program

  init() throws { program = try Program() }

  struct Times: Decodable {
    let median_ms: Double, q1_ms: Double, q3_ms: Double, min_ms: Double

    var areInOrder: Bool {
      0 < min_ms && min_ms <= q1_ms && q1_ms <= median_ms && median_ms <= q3_ms
    }
  }

  struct Header: Decodable {
    let weights: String, size: [Int], threads: Int, instruction_set: String, runs: Int
  }

  /// Runs `bench` on a small network whatever the build, and decodes what it prints.
  private func bench<T: Decodable>(_ type: T.Type, _ words: String...) throws -> T {
    let outcome = try program.run(
      ["bench"] + words + ["--size", "64", "--runs", "2", "--json", "-", "--any-build"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(type, from: Data(outcome.output.utf8))
  }

  #if DEBUG
    @Test(arguments: [["model"], ["layers"], ["kernels"], ["pipeline", "a.png"]])
    func aDebugBuildIsRefused(words: [String]) throws {
      try program.draw("a.png")
      let outcome = try program.run(["bench"] + words + ["--json", "times.json"])
      #expect(outcome.status == 64 && outcome.output.isEmpty)
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains("debug build"))
      #expect(program.list() == ["a.png"])
    }
  #endif

  @Test func modelHasItsFields() throws {
    let header = try bench(Header.self, "model", "--threads", "1")
    #expect(header.weights == "demo" && header.size == [64, 64])
    #expect(header.threads == 1 && header.runs == 2)
    #expect(["avx512", "avx2", "baseline"].contains(header.instruction_set))
    #expect(try bench(Times.self, "model").areInOrder)
  }

  struct Layers: Decodable {
    struct Layer: Decodable {
      let layer: String, shape: String, algorithm: String
      let median_ms: Double
      let multiply_adds: Int?, multiply_adds_done: Int?, bytes: Int?
      let gflops: Double?, share_of_peak: Double?
    }
    let peak_gflops: Double, memory_gbytes: Double, sum_of_medians_ms: Double
    let layers: [Layer]
  }

  struct Network: Decodable { let multiply_adds: Int }

  @Test func layersDoTheWorkOfTheDefinition() throws {
    let all = try bench(Layers.self, "layers")
    #expect(all.peak_gflops > 0 && all.memory_gbytes > 0)
    let sum = all.layers.reduce(0) { $0 + $1.median_ms }
    #expect(abs(sum - all.sum_of_medians_ms) < 1e-9 * sum)
    let outcome = try program.run(["inspect", "--size", "64", "--json", "-"])
    let network = try JSONDecoder().decode(Network.self, from: Data(outcome.output.utf8))
    #expect(all.layers.reduce(0) { $0 + ($1.multiply_adds ?? 0) } == network.multiply_adds)
    for layer in all.layers where layer.algorithm != "max-pool" {
      let definition = try #require(layer.multiply_adds),
        done = try #require(layer.multiply_adds_done)
      #expect(done > 0 && definition > 0, "\(layer.layer)")
      // Parts of a layer, "(coarse)" or "(0, 1)", are there to do less.
      #expect(
        layer.algorithm != "direct" || done == definition || layer.layer.hasSuffix(")"),
        "\(layer.layer)")
      #expect((layer.bytes ?? 0) > 0 && (layer.gflops ?? 0) > 0 && layer.share_of_peak != nil)
    }
  }

  @Test func filterSelectsLayers() throws {
    let some = try bench(Layers.self, "layers", "--filter", "model.2.")
    #expect(
      some.layers.map(\.layer) == ["cv1", "m.0.cv1", "m.0.cv2", "cv2"].map { "model.2.\($0)" })
    for what in ["layers", "kernels"] {
      let none = try program.run(
        ["bench", what, "--filter", "nothing", "--size", "64", "--any-build"])
      #expect(none.status == 64 && none.errors.contains("--filter"))
    }
  }

  struct Kernels: Decodable {
    struct Layer: Decodable {
      struct Algorithm: Decodable { let median_ms: Double, gflops: Double, share_of_peak: Double }
      let layer: String, chosen: String
      let algorithms: [String: Algorithm]
    }
    let peak_gflops: Double, rotated_bytes: Int
    let layers: [Layer]
  }

  @Test func kernelsAreAllThatCanComputeALayer() throws {
    let expected = [
      "model.0": ["direct"], "model.2.cv1": ["direct"],
      "model.2.m.0.cv1": ["direct", "winograd", "winograd-5x5", "winograd-2x2"],
    ]
    for (name, algorithms) in expected {
      let report = try bench(Kernels.self, "kernels", "--filter", name)
      let layer = try #require(report.layers.first { $0.layer == name })
      #expect(Set(layer.algorithms.keys) == Set(algorithms + ["im2col"]), "\(name)")
      #expect(layer.algorithms[layer.chosen] != nil, "\(name)")
      #expect(report.peak_gflops > 0 && report.rotated_bytes > 1 << 20)
    }
  }

  struct Pipeline: Decodable {
    let instances: Int, threads: Int, runs: Int
    let decode: Times, letterbox: Times, network: Times, boxes: Times, masks: Times, total: Times
  }

  @Test func pipelineHasItsStages() throws {
    try program.draw("a.png")
    let report = try bench(Pipeline.self, "pipeline", "a.png", "--confidence", "0.01")
    #expect(report.runs == 2 && report.instances > 0)
    #expect([report.network, report.masks, report.total].allSatisfy { $0.areInOrder })
  }

  @Test func turnsAnswerEachLine() throws {
    let outcome = try program.run(
      ["bench", "model", "--turns", "--size", "64", "--any-build"], input: "\n\n")
    struct Answer: Decodable { let ready: Bool?, wall_ms: Double?, cpu_ms: Double? }
    let answers = try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
    #expect(answers.map(\.ready) == [true, nil, nil])
    #expect(answers.dropFirst().allSatisfy { $0.wall_ms != nil && $0.cpu_ms != nil })
  }

  @Test func theRooflineIsWellFormedAndHasItsRoof() throws {
    _ = try bench(Layers.self, "layers", "--roofline", "roof.svg")
    let parser = XMLParser(data: try program.contents("roof.svg"))
    #expect(parser.parse())
    let text = String(decoding: try program.contents("roof.svg"), as: UTF8.self)
    #expect(text.contains("measured peak, ") && text.contains("Multiply-adds that are done"))
    #expect(!text.contains("nan") && !text.contains("inf"))
    let outcome = try program.run(
      ["bench", "layers", "--size", "64", "--roofline", "no/roof.svg", "--any-build"])
    #expect(outcome.status == 73 && outcome.errorLines.count == 1)
  }
}
