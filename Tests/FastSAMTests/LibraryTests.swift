import FastSAM
import Foundation
import Testing

/// The library as README shows it.
@Suite struct LibraryTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func readmeShowsCodeThatRuns() throws {
    // README's lines begin here. (Tests run in the root of the package.)
    let segmenter = try Segmenter()  // or Segmenter(weights: "FastSAM-s.pt")
    let picture = try Image(contentsOf: "Weights/sample.jpg")
    let scene = segmenter.segment(picture)
    for instance in scene.instances {
      print(instance.id, instance.score ?? 0, instance.box, instance.mask().area)
    }
    let fruit = try scene.select(.point(x: 560, y: 520))
    let house = try scene.select(.box(x1: 537, y1: 267, x2: 653, y2: 381), .point(x: 600, y: 300))
    let session = PromptSession(scene, of: picture, on: segmenter.pool)
    // And end here, but for the last one, whose file nobody has here.
    #expect(scene.instances.count > 10)
    #expect(!fruit.isEmpty && !house.isEmpty)
    #expect(try session.select(Prompts()).count == scene.instances.count)

    let source = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let block = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
    let code = try #require(block.components(separatedBy: "```").first)
    for line in code.split(separator: "\n") where !line.contains("clip.safetensors") {
      #expect(source.contains(line), "README has \(line)")
    }
  }

  @Test func readmeListsTheRoomsOfThePackage() throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let rooms = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appending(path: "Sources").path
    ).filter { !$0.hasPrefix(".") && $0 != "VectorKernels" }
    for room in rooms { #expect(readme.contains("\n| `\(room)` | "), "\(room)") }
  }

  @Test func separatePromptsKeepTheirOrderAndUnwantedPoints() throws {
    let segmenter = try Segmenter(threads: 1)
    let picture = Image(
      width: 64, height: 64, pixels: [UInt8](repeating: 90, count: 64 * 64 * 3))
    let options = SegmentationOptions(confidence: 0.001, iou: 0.9, maximumDetections: 20)
    let scene = segmenter.segment(
      picture, size: ImageSize(height: 64, width: 64), options: options)
    try #require(!scene.instances.isEmpty)
    let session = PromptSession(scene, of: picture, on: segmenter.pool)
    let place = PointPrompt(x: 32, y: 32), unwanted = PointPrompt(x: 2, y: 2, label: 0)
    var prompts = Prompts(points: [place, unwanted])
    let together = try session.select(prompts).map(\.id)
    prompts.keepsApart = true
    let apart = try session.select(prompts)
    #expect(apart.flatMap { $0.members ?? [] } == together)
    prompts.boxes = [BoxPrompt(x1: 1, y1: 1, x2: 60, y2: 60)]
    #expect(try session.select(prompts).last?.id == 1)
  }
}
