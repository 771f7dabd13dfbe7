import Foundation
import Regions
import Testing

/// What OpenCV, SciPy and pycocotools say about small masks (Tests/Golden/regions/generate.py).
struct GoldenMask: Decodable, Sendable, CustomTestStringConvertible {
  struct Border: Decodable, Sendable {
    let parent: Int
    let points: [Int]
  }

  let name: String
  let width: Int, height: Int
  let compressed: String
  let counts: [Int]
  let area: Int
  let box: [Int]
  let centroid: [Double]
  let four: [String], eight: [String]
  let contours: [String: [Border]]
  let allPoints: [Border]
  let filled: String, noIslands: String, noHoles: String
  let dilated: [String], eroded: [String], opened: [String], closed: [String]

  var testDescription: String { name }

  static let radii = [1, 2, 7]

  static let all: [GoldenMask] = {
    struct Document: Decodable { let masks: [GoldenMask] }
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Golden/regions/regions.json")
    do {
      return try JSONDecoder().decode(Document.self, from: Data(contentsOf: file)).masks
    } catch {
      fatalError("golden data at \(file.path): \(error)")
    }
  }()

  func mask() throws -> Mask {
    try RunLength(width: width, height: height, compressed: compressed).mask()
  }
}
