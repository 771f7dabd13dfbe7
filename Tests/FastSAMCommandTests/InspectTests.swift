import FastSAM
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct InspectTests {
  let program: Program

  init() throws { program = try Program() }

  struct Network: Decodable {
    struct Layer: Decodable {
      let layer: String, blocks: [String], from: [String], output: [Int]
      let parameters: Int, multiply_adds: Int, algorithm: String
      let median_ms: Double?
    }
    let size: [Int], parameters: Int, multiply_adds: Int
    let median_ms: Double?, peak_gflops: Double?
    let layers: [Layer]
  }

  private func network(_ words: String...) throws -> Network {
    let outcome = try program.run(["inspect", "--json", "-", "--size", "160"] + words)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(Network.self, from: Data(outcome.output.utf8))
  }

  @Test func layersAddUp() throws {
    let network = try network()
    #expect(network.size == [160, 160])
    #expect(network.layers.reduce(0) { $0 + $1.multiply_adds } == network.multiply_adds)
    // The ramp of the decoding, 16 bins, is no layer's.
    #expect(network.layers.reduce(0) { $0 + $1.parameters } == network.parameters - 16)
    #expect(Set(network.layers.map(\.layer)).count == network.layers.count)
    #expect(network.layers.allSatisfy { !$0.algorithm.isEmpty && !$0.blocks.isEmpty })
    #expect(network.layers[3].from == ["2[16..<32]"] && network.layers[0].from == ["picture"])
    #expect(network.layers[6].from.first == "2")  // Both halves of one layer.
    #expect(network.median_ms == nil && network.peak_gflops == nil)
  }

  @Test func aPictureGivesTimes() throws {
    try program.draw("a.png")
    let network = try network("--image", "a.png", "--runs", "1")
    #expect(network.size == [128, 160])
    let sum = network.layers.compactMap(\.median_ms).reduce(0, +)
    #expect(sum > 0 && abs(sum - (network.median_ms ?? 0)) < 1e-6)
    #expect((network.peak_gflops ?? 0) > 0)
    let text = try program.run(["inspect", "--image", "a.png", "--size", "160", "--runs", "1"])
    #expect(text.output.contains("of peak") && text.output.contains("of the measured peak"))
  }

  @Test(arguments: [[], ["--tree"]])
  func textEndsWithTheSums(words: [String]) throws {
    let outcome = try program.run(["inspect", "--size", "64"] + words)
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.last?.hasSuffix("GFLOP") ?? false)
    #expect(lines.contains { $0.contains("Bottleneck") && $0.contains("m.0") })
  }

  @Test func theFigureIsWellFormedAndHasEveryModule() throws {
    #expect(try program.run(["inspect", "--size", "64x96", "--graph", "a.svg"]).status == 0)
    let parser = XMLParser(data: try program.contents("a.svg"))
    #expect(parser.parse())
    let text = String(decoding: try program.contents("a.svg"), as: UTF8.self)
    #expect((0...21).allSatisfy { text.contains(">\($0)</text>") })
    #expect(text.contains("picture 3×64×96") && text.contains(">32×16×24<"))
  }
}
