import Evaluation
import Foundation
import Testing

/// Where golden data lies (Tests/Golden/evaluation/generate.py).
func goldenFile(_ name: String, from file: String = #filePath) -> URL {
  URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden/evaluation/\(name)")
}

/// What pycocotools says of a small data set.
struct GoldenProposals: Decodable, Sendable, CustomTestStringConvertible {
  struct Expected: Decodable, Sendable {
    let averagePrecision: [Double?]
    let precisionAtHalf: Double?, precisionAtThreeQuarters: Double?
    let averageRecall: [[Double?]]
    let meanBestOverlap: [Double?]
    let halfCovered: Double?
  }

  struct Polygon: Decodable, Sendable {
    let width: Int, height: Int
    let corners: [Double]
    let counts: [Int]
  }

  struct Document: Decodable, Sendable {
    let overlaps: [Double]
    let polygons: [Polygon]
    let cases: [GoldenProposals]
  }

  let name: String
  /// The text of an annotation file and of a file of results.
  let truth: String, results: String
  let expected: [String: Expected]

  var testDescription: String { name }

  static let document: Document = {
    do {
      return try JSONDecoder().decode(
        Document.self, from: Data(contentsOf: goldenFile("proposals.json")))
    } catch { fatalError("golden data: \(error)") }
  }()
}

/// A folder of a test's own.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "fastsam-evaluation-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func write(_ data: Data, to name: String) throws -> String {
    try data.write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }
}
