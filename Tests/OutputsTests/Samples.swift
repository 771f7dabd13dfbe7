import Foundation
import Imaging
import Regions
import Segmentation
import TestSupport

@testable import Outputs

/// Small made-up results.
enum Samples {
  static let facts = ReportFacts(
    picture: PictureFacts(file: "dogs.jpg", width: 12, height: 9),
    model: ModelFacts(
      name: "FastSAM-s", parameters: 11_790_483, height: 32, width: 64, classNames: ["object"]),
    profile: .ultralytics)

  static let frame = MaskFrame(pictureWidth: 12, pictureHeight: 9)

  static func rectangle(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Mask {
    Mask(
      width: 12, height: 9, filling: PixelRectangle(x: x, y: y, width: width, height: height))
  }

  static func instance(
    _ id: Int, _ mask: Mask, score: Float? = 0.75, members: [Int]? = nil, stability: Float? = 0.96
  ) -> Instance {
    let bounds = mask.boundingRectangle ?? .empty
    let box = Box<ImageFrame>(
      x1: Float(bounds.x), y1: Float(bounds.y), x2: Float(bounds.endX), y2: Float(bounds.endY))
    let measure: (@Sendable () -> Float)? = stability.map { value in { @Sendable in value } }
    return Instance(
      id: id, classIndex: 0, score: score, members: members, box: box, makeMask: { mask },
      measureStability: measure)
  }

  /// A large square with a hole, a small one over its corner, and a single pixel.
  static let instances: [Instance] = {
    var frame = rectangle(1, 1, 6, 6)
    for y in 3..<5 { for x in 3..<5 { frame[x, y] = false } }
    return [
      instance(0, frame, score: 0.9412871), instance(1, rectangle(5, 5, 4, 3), score: 0.5),
      instance(2, rectangle(11, 0, 1, 1), score: 0.25),
    ]
  }()

  static let image = Image(
    width: 12, height: 9, pixels: (0..<12 * 9 * 3).map { UInt8(truncatingIfNeeded: $0 &* 37) })

  /// A folder of its own for `body`, gone afterwards.
  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("OutputsTests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  /// What lies in a folder, hidden names included.
  static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
  }
}
