import Foundation
import Testing

/// What prompts choose, on the command line and line by line.
@Suite struct PromptTests {
  let program: Program

  init() throws {
    program = try Program()
    try program.draw("a.png")
  }

  private func segment(_ words: String...) throws -> Result {
    let outcome = try program.run(
      ["segment", "--size", "160", "--confidence", "0.1", "a.png", "--json", "-"] + words)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try Result(outcome.output)
  }

  private func session(_ words: [String] = [], _ lines: String...) throws -> [Result] {
    let outcome = try program.run(
      ["prompt", "--size", "160", "--confidence", "0.1", "a.png"] + words,
      input: lines.map { $0 + "\n" }.joined())
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { try Result($0) }
  }

  @Test func pointsAndBoxesChoose() throws {
    let all = try segment()
    let first = try #require(all.instances?.first)
    let x = (first.box[0] + first.box[2]) / 2, y = (first.box[1] + first.box[3]) / 2
    let point = try segment("--point", "\(x),\(y)")
    #expect(point.ids.contains(first.id))
    #expect(point.ids.count < all.ids.count)
    let box = try segment("--box", first.box.map { "\($0)" }.joined(separator: ","))
    #expect(box.ids.count == 1)
    let both = try segment(
      "--point", "\(x),\(y)", "--box", first.box.map { "\($0)" }.joined(separator: ","))
    #expect(Set(both.ids) == Set(point.ids + box.ids))

    let merged = try #require(try segment("--point", "\(x),\(y)", "--merge").instances)
    #expect(merged.count == 1)
    #expect(merged[0].score == nil)
    #expect(merged[0].members == point.ids)
    let painted = try segment("--point", "\(x),\(y)", "--profile", "official")
    #expect(painted.profile == "official")
    #expect(painted.instances?.count == 1 && painted.instances?[0].members != nil)
  }

  @Test func eachPromptGivesItsOwnMask() throws {
    let all = try #require(try segment().instances)
    let boxes = all.prefix(2).map { $0.box.map { "\($0)" }.joined(separator: ",") }
    let each = try segment("--each", "--box", boxes[0], "--box", boxes[1])
    #expect(each.ids == [0, 1])
    #expect(each.instances?.allSatisfy { $0.members?.count == 1 } == true)
  }

  @Test func noHitIsAnEmptyResultThatSaysSo() throws {
    let outcome = try program.run([
      "segment", "--size", "160", "--confidence", "1", "a.png", "--point", "5,5",
    ])
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("0 instances selected: no mask goes with the prompts"))
    #expect(try Result(program.contents("fastsam-output/a.json.json")).ids.isEmpty)
  }

  @Test func refinementsChangeMasks() throws {
    let all = try #require(try segment().instances)
    let large = try #require(try segment("--min-area", "500").instances)
    #expect(large.map(\.id) == all.filter { ($0.area ?? 0) >= 500 }.map(\.id))
    #expect(large.count < all.count)
    let filled = try #require(try segment("--fill-holes", "--remove-islands", "30").instances)
    #expect(filled.map(\.id) == all.map(\.id))
    #expect(filled.map(\.area) != all.map(\.area))
    #expect(try segment("--smooth").instances?.map(\.area) != all.map(\.area))
  }

  @Test func sessionAnswersLineByLine() throws {
    let all = try segment()
    let first = try #require(all.instances?.first)
    let x = (first.box[0] + first.box[2]) / 2, y = (first.box[1] + first.box[3]) / 2
    let answers = try session(
      [], "{}", "{\"points\": [[\(x), \(y)]]}", "{\"points\": [[\(x), \(y), 1]], \"merge\": true}",
      "{\"boxes\": [\(first.box)], \"masks\": true}")
    #expect(answers.map { $0.error } == [nil, nil, nil, nil])
    #expect(answers[0].ids == all.ids)
    #expect(answers[0].instances?[0].segmentation == nil)
    #expect(try answers[1].ids == segment("--point", "\(x),\(y)").ids)
    #expect(answers[2].instances?[0].members == answers[1].ids)
    let boxed = try #require(answers[3].instances?.first)
    #expect(boxed.area == all.instances?[boxed.id].area)
    #expect(boxed.segmentation?.counts == all.instances?[boxed.id].segmentation?.counts)
  }

  @Test func badLineIsAnsweredAndTheNextOneRead() throws {
    let bad = [
      "", "nonsense", "[]", "{\"points\": [[1]]}", "{\"points\": [[1, 2, 0.5]]}",
      "{\"points\": [[1, 2, 3]]}", "{\"points\": [[900, 2]]}", "{\"points\": [[1, +2]]}",
      "{\"boxes\": [[5, 5, 5, 9]]}", "{\"boxes\": [[1, 2, 3]]}", "{\"texts\": [1]}",
      "{\"texts\": [\"dog\"]}", "{\"unknown\": 1}", "{\"masks\": 1}", "{} {}",
      "{\"points\": [], \"points\": []}", "{\"each\": true}", "{\"rank\": true}",
      "{\"text_threshold\": 3, \"texts\": [\"a\"]}", "{\"min_area\": -1}",
    ]
    let outcome = try program.run(
      ["prompt", "--size", "160", "a.png", "--quiet"],
      input: (bad + ["{}"]).joined(separator: "\n"))
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    let answers = try outcome.output.split(separator: "\n").map { try Result($0) }
    #expect(answers.count == bad.count + 1)
    for (line, answer) in zip(bad, answers) {
      #expect(answer.error != nil, "\(line)")
      #expect(answer.instances == nil)
    }
    #expect(answers.last?.error == nil && answers.last?.instances != nil)
  }

  @Test func wordsChoose() throws {
    let clip = goldenPath("openai.pt")
    let best = try segment("--clip", clip, "--text", "a b", "--text", "c", "--rank")
    let rankings = try #require(best.rankings)
    #expect(rankings.map(\.text) == ["a b", "c"])
    for ranking in rankings {
      let scores = ranking.instances.map(\.similarity)
      #expect(scores == scores.sorted(by: >))
    }
    let winners = rankings.compactMap(\.instances.first)
    #expect(Set(best.ids) == Set(winners.map(\.id)))
    for instance in try #require(best.instances) {
      for match in try #require(instance.matches) {
        let ranking = try #require(rankings.first { $0.text == match.text })
        #expect(ranking.instances.first?.id == instance.id)
        #expect(ranking.instances.first?.similarity == match.similarity)
      }
    }
    // A threshold between two places of the ranking chooses all above it.
    let places = rankings[0].instances
    let middle = places.count / 2
    let threshold = (places[middle - 1].similarity + places[middle].similarity) / 2
    let some = try segment("--clip", clip, "--text", "a b", "--text-threshold=\(threshold)")
    #expect(Set(some.ids) == Set(places.prefix(middle).map(\.id)))
    #expect(try segment("--clip", clip, "--text", "a b", "--wider").ids.count == 1)

    let answers = try session(
      ["--clip", clip], "{\"texts\": [\"a b\", \"c\"], \"rank\": true}",
      "{\"texts\": [\"a b\"], \"each\": true}")
    #expect(answers[0].ids == best.ids)
    #expect(answers[0].rankings?.map(\.text) == ["a b", "c"])
    // One text alone goes through the tower in another batch, whose sums may round otherwise.
    let alone = try #require(answers[1].instances?.first?.matches?.first?.similarity)
    #expect(abs(alone - places[0].similarity) <= 1e-6)
  }
}
