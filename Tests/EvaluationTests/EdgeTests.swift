import Evaluation
import Foundation
import Imaging
import Regions
import TestSupport
import Testing

@testable import Evaluation

/// What SciPy and scikit-image say of small edge maps (Tests/Golden/evaluation/generate.py).
struct GoldenEdges: Decodable, Sendable {
  struct Maps: Decodable, Sendable {
    let first: [String], second: [String]
    let radius: Double
    let pairs: Int, leastSum: Double
    let thick: [String], thin: [String]
  }

  struct Counts: Decodable, Sendable {
    let predicted: [Int], right: [Int], wanted: [Int], found: [Int]
  }

  struct Summary: Decodable, Sendable {
    let counts: [Counts]
    let ods: Double, ois: Double, ap: Double, r50: Double
  }

  let maps: [Maps]
  let summary: Summary
  let boundaries: [[String]]

  static let document: GoldenEdges = {
    do {
      return try JSONDecoder().decode(
        GoldenEdges.self, from: Data(contentsOf: goldenFile("edges.json")))
    } catch { fatalError("golden data: \(error)") }
  }()
}

extension BoundaryMap {
  /// A map of rows of `#` and `.`.
  init(_ rows: [String]) {
    self.init(
      width: rows[0].utf8.count, height: rows.count,
      pixels: rows.flatMap { $0.utf8.map { $0 == UInt8(ascii: "#") } })
  }
}

@Suite struct EdgeTests {
  @Test func asManyPixelsAreMatchedAsPossible() {
    for golden in GoldenEdges.document.maps {
      let first = BoundaryMap(golden.first), second = BoundaryMap(golden.second)
      let found = Correspondence(first, second, radius: golden.radius)
      #expect(found.count == golden.pairs)
      #expect(found.isMatched.first.count { $0 } == golden.pairs)
      #expect(found.isMatched.second.count { $0 } == golden.pairs)
      for (matched, map) in [
        (found.isMatched.first, first), (found.isMatched.second, second),
      ] {
        #expect(zip(matched, map.pixels).allSatisfy { !$0 || $1 })
      }
    }
  }

  @Test func linesAreThinnedLikeScikitImage() {
    for golden in GoldenEdges.document.maps {
      #expect(BoundaryMap(golden.thick).thinned() == BoundaryMap(golden.thin))
    }
  }

  @Test func figuresAreTheBenchmarks() throws {
    let golden = GoldenEdges.document.summary
    let scores = try #require(
      EdgeScores(
        golden.counts.map { counts in
          EdgeJudgement(
            counts: counts.predicted.indices.map {
              EdgeCount(
                predicted: counts.predicted[$0], right: counts.right[$0],
                wanted: counts.wanted[$0], found: counts.found[$0])
            })
        }))
    #expect(abs(scores.ods - golden.ods) < 1e-12)
    #expect(abs(scores.ois - golden.ois) < 1e-12)
    #expect(abs(scores.averagePrecision - golden.ap) < 1e-12)
    #expect(abs(scores.recallAtHalf - golden.r50) < 1e-12)
    #expect(EdgeScores([]) == nil)
  }

  @Test(arguments: ["boundaries.mat", "plain.mat"])
  func readsMATLABsFiles(_ name: String) throws {
    let folder = try Folder()
    _ = try folder.write(Data(contentsOf: goldenFile(name)), to: "a.mat")
    let maps = try BoundaryFolder(path: folder.path).maps(for: "a")
    #expect(maps == GoldenEdges.document.boundaries.map { BoundaryMap($0) })
  }

  @Test func damagedMATLABFilesAreNeverFatal() throws {
    let folder = try Folder()
    var random = SeededGenerator(seed: 5)
    let sound = try Data(contentsOf: goldenFile("plain.mat"))
    var refused = 0
    for _ in 0..<300 {
      var damaged = sound
      for _ in 0..<3 {
        damaged[Int.random(in: 120..<damaged.count, using: &random)] =
          [0, 1, 0x7f, 0xff, .random(in: 0...255, using: &random)].randomElement(using: &random)
          ?? 0
      }
      if Bool.random(using: &random) {
        damaged.removeLast(.random(in: 0..<2000, using: &random))
      }
      _ = try folder.write(damaged, to: "a.mat")
      do { _ = try BoundaryFolder(path: folder.path).maps(for: "a") } catch {
        refused += 1
        #expect(error.description.contains("a.mat: ") && !error.description.contains("\n"))
      }
    }
    #expect(refused > 50)
  }

  @Test func readsAPictureAPerson() throws {
    let folder = try Folder()
    let maps = GoldenEdges.document.boundaries.map { BoundaryMap($0) }
    for (person, map) in maps.enumerated() {
      let grey = map.pixels.map { $0 ? UInt8(255) : 0 }
      _ = try folder.write(
        Data(PNG.encode(grey, width: map.width, height: map.height, kind: .grey)),
        to: "b.one.\(person + 9).png")
    }
    _ = try folder.write("", to: "notes.txt")
    let boundaries = try BoundaryFolder(path: folder.path)
    #expect(boundaries.stems == ["b.one"])
    #expect(try boundaries.maps(for: "b.one") == maps)
    let error = #expect(throws: EvaluationError.self) { try boundaries.maps(for: "c") }
    #expect(error == .unreadable(.missing(path: folder.path + "/c.mat")))
    _ = try folder.write(
      Data(PNG.encode([255], width: 1, height: 1, kind: .grey)), to: "b.one.1.png")
    let later = try BoundaryFolder(path: folder.path)
    let sizes = #expect(throws: EvaluationError.self) { try later.maps(for: "b.one") }
    #expect(sizes?.description.contains("different sizes") == true)
  }

  /// A rectangle's outline is its edge: found whole, and nothing else.
  @Test func edgesOfAMaskAreItsOutline() throws {
    let mask = Mask(
      width: 40, height: 30, filling: PixelRectangle(x: 10, y: 8, width: 15, height: 12))
    var edges = EdgeMap(width: 40, height: 30)
    edges.add(SoftOutline(mask) { mask[$0, $1] ? 0.5 : 0 })
    let ridges = edges.ridges()
    #expect(ridges.max() == 1)
    let wanted = BoundaryMap(
      width: 40, height: 30,
      pixels: (0..<1200).map {
        let (y, x) = $0.quotientAndRemainder(dividingBy: 40)
        return mask[x, y] && (x == 10 || x == 24 || y == 8 || y == 19)
      })
    #expect(BoundaryMap(width: 40, height: 30, pixels: ridges.map { $0 > 0 }) == wanted)
    let judgement = EdgeJudgement(edges, [wanted, wanted]) { tasks, body in
      (0..<tasks).forEach(body)
    }
    let first = judgement.counts[0]
    #expect(first.predicted == first.right && first.wanted == 2 * wanted.count)
    #expect(first.found == 2 * first.predicted)
    let scores = try #require(EdgeScores([judgement]))
    #expect(scores.ods > 0.95 && scores.ois > 0.95)
  }

  /// Where the picture ends there is no edge, and of two masks the steeper one is seen.
  @Test func bordersAreNoEdges() {
    let mask = Mask(width: 20, height: 10)
    var whole = mask
    for y in 0..<10 { for x in 0..<20 { whole[x, y] = true } }
    #expect(SoftOutline(whole) { _, _ in 1 }.points.isEmpty)
    var half = mask
    for y in 0..<10 { for x in 0..<8 { half[x, y] = true } }
    var edges = EdgeMap(width: 20, height: 10)
    edges.add(SoftOutline(half) { half[$0, $1] ? 0.25 : 0 })
    edges.add(SoftOutline(half) { half[$0, $1] ? 1 : 0.5 })
    let ridges = edges.ridges()
    #expect(ridges.indices.filter { ridges[$0] > 0 } == (0..<10).map { $0 * 20 + 7 })
  }
}
