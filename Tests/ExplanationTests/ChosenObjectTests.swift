import FastSAM
import TestSupport
import Testing

@testable import Explanation

@Suite struct ChosenObjectTests {
  @Test func aFairObjectIsChosen() {
    func best(_ objects: [(area: Int, isWhole: Bool)]) -> Int? {
      ObjectChoice.best(of: objects, pixels: 1000)
    }
    #expect(best([]) == nil)
    #expect(best([(900, true), (3, true)]) == 0)
    #expect(best([(900, true), (19, true), (20, true), (100, true)]) == 2)
    #expect(best([(251, true), (250, true)]) == 1)
    #expect(best([(100, false), (5, true), (90, true)]) == 2)
    #expect(best([(1, true), (100, false), (90, false)]) == 1)
  }

  private func run(_ choice: ObjectChoice, profile: Profile = .ultralytics) throws -> Run {
    try Run(
      ExplainedRuns.picture(width: 75, height: 50), named: "a.jpg", by: ExplainedRuns.segmenter(),
      size: ImageSize(height: 64, width: 64),
      options: SegmentationOptions(confidence: 0.55, iou: 0.7, profile: profile), choice: choice)
  }

  @Test(arguments: Profile.allCases)
  func aPointChoosesWhatHoldsIt(profile: Profile) throws {
    let run = try run(.point(x: 30, y: 20), profile: profile)
    let holding = run.scene.instances.filter { $0.mask()[30, 20] }
    #expect(run.chosen?.id == holding.first?.id && !holding.isEmpty)
    #expect(throws: PromptError.self) { try self.run(.point(x: 300, y: 20)) }
  }

  @Test func anIdChoosesItsInstance() throws {
    let chosen = try #require(try run(.instance(2)).chosen)
    #expect(chosen.id == 2 && chosen.instance.id == 2)
    let count = try run(.best).scene.instances.count
    #expect(throws: ExplanationError.noSuchInstance(count, count: count)) {
      try self.run(.instance(count))
    }
  }

  @Test func theCellIsWhereTheBoxComesFrom() throws {
    let run = try run(.best)
    for id in run.scene.instances.indices {
      let chosen = try #require(ChosenObject(id, in: run.record))
      let (x, y, stride) = run.record.head.place(of: chosen.candidate.anchor)
      #expect(stride == Float(8 << chosen.level))
      #expect(x == (Float(chosen.column) + 0.5) * stride)
      #expect(y == (Float(chosen.row) + 0.5) * stride)
      #expect(chosen.candidate.score == chosen.instance.score)
    }
  }

  @Test func stepsEndWithTheWholeSum() throws {
    let run = try run(.best)
    let chosen = try #require(run.chosen)
    let count = chosen.coefficients.count
    #expect(chosen.steps.first == 1 && chosen.steps.last == count)
    #expect(zip(chosen.steps, chosen.steps.dropFirst()).allSatisfy { $0 < $1 && $1 <= 2 * $0 })
    #expect(chosen.order.sorted() == Array(0..<count))
    let strengths = chosen.order.map { chosen.strengths[$0] }
    #expect(strengths == strengths.sorted(by: >))
    let whole = chosen.logits(first: count, in: run.scene)
    #expect(whole.values == run.scene.logits(of: chosen.id).elements)
    // One more term changes the sum by that term.
    let (one, two) = (
      chosen.logits(first: 1, in: run.scene), chosen.logits(first: 2, in: run.scene)
    )
    let k = chosen.order[1]
    let prototype = Plane(run.scene.prototypes, channel: k)
    let worst = one.values.indices.map { i in
      abs(two.values[i] - one.values[i] - chosen.coefficients[k] * prototype.values[i])
    }.max()
    #expect(try #require(worst) < 1e-5)
  }
}
