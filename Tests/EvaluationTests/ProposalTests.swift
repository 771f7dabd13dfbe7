import Evaluation
import Foundation
import Regions
import Testing

/// Everything against pycocotools.
@Suite struct ProposalTests {
  /// The scores of a data set, through files and all.
  private func scores(_ golden: GoldenProposals, _ measure: Measure, byCategory: Bool) throws
    -> ProposalScores
  {
    let folder = try Folder()
    let dataset = try Dataset(annotations: folder.write(golden.truth, to: "truth.json"))
    let results = try DetectionFile(path: folder.write(golden.results, to: "results.json"))
    var tally = ProposalTally()
    for (picture, proposals) in zip(dataset.pictures, try results.proposals(for: dataset)) {
      tally.add(
        try PictureJudgement(
          proposals, for: picture, in: dataset, by: measure, byCategory: byCategory,
          source: results.path))
    }
    return tally.scores()
  }

  @Test(arguments: GoldenProposals.document.cases)
  func averagesAreThoseOfPycocotools(_ golden: GoldenProposals) throws {
    for measure in Measure.allCases {
      for byCategory in [false, true] {
        let key = "\(measure.rawValue) \(byCategory ? "by" : "any") category"
        let expected = try #require(golden.expected[key])
        let found = try scores(golden, measure, byCategory: byCategory)
        func check(_ value: Double?, _ wanted: Double?, _ what: String) {
          #expect((value == nil) == (wanted == nil), "\(key): \(what)")
          if let value, let wanted {
            #expect(abs(value - wanted) <= 1e-12, "\(key): \(what): \(value), not \(wanted)")
          }
        }
        check(found.precisionAtHalf, expected.precisionAtHalf, "AP50")
        check(found.precisionAtThreeQuarters, expected.precisionAtThreeQuarters, "AP75")
        check(found.halfCovered, expected.halfCovered, "half covered")
        for (index, size) in SizeRange.allCases.enumerated() {
          check(found.averagePrecision[size], expected.averagePrecision[index], "AP \(size)")
          check(found.meanBestOverlap[size], expected.meanBestOverlap[index], "best \(size)")
          for (limit, wanted) in expected.averageRecall[index].enumerated() {
            check(found.averageRecall[size]?[limit], wanted, "AR \(size), limit \(limit)")
          }
        }
      }
    }
  }

  @Test func thresholdsAreNumPysToTheBit() {
    #expect(EvaluationProtocol.overlaps == GoldenProposals.document.overlaps)
  }

  @Test func polygonsCoverThePixelsOfPycocotools() throws {
    for polygon in GoldenProposals.document.polygons {
      let runs = try RunLength(
        width: polygon.width, height: polygon.height, polygon: polygon.corners)
      #expect(runs?.counts == polygon.counts, "\(polygon)")
    }
  }

  @Test func areaUnderRecallIsOverTheLogarithm() throws {
    let golden = try #require(
      GoldenProposals.document.cases.first { $0.name == "several pictures" })
    let found = try scores(golden, .boxes, byCategory: false)
    let recall = try #require(found.averageRecall[.all])
    let expected = (recall[0] / 2 + recall[1] + recall[2] + recall[3] / 2) / 3
    #expect(abs(try #require(found.areaUnderRecall) - expected) < 1e-12)
  }
}
