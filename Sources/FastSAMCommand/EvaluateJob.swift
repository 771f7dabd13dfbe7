import Evaluation
import FastSAM

/// Proposals of one source, held against all that there is of each picture.
struct EvaluateJob {
  let source: any ProposalSource
  let dataset: Dataset?
  let boundaries: BoundaryFolder?
  let byCategory: Bool

  /// What is known of a picture when it has been judged.
  private struct Judged {
    var count = 0
    var proposals: [PictureJudgement] = []
    var edges: EdgeJudgement?
  }

  /// What can be compared: pixels only where everything has them.
  private var measures: [Measure] {
    dataset.map { $0.hasMasks && source.hasMasks ? [.boxes, .masks] : [.boxes] } ?? []
  }

  /// Judges all pictures, in their order.
  ///
  /// - Throws: what is wrong with the first bad one: averages over a part would look like figures.
  func run(_ subjects: [Subject]) throws -> EvaluateReport {
    let measures = measures
    if dataset != nil && !measures.contains(.masks) {
      standardError("fastsam: some regions have no masks: only boxes are judged")
    }
    var tallies = measures.map { _ in ProposalTally() }
    var edges: [EdgeJudgement] = []
    var proposals = 0
    var progress = Progress(total: subjects.count, isShown: true)
    defer { progress.clear() }
    // Few enough that their results wait for their turn in little memory.
    let chunk = source.takesAllThreads ? 1 : 64
    for start in stride(from: 0, to: subjects.count, by: chunk) {
      let part = Array(subjects[start..<min(start + chunk, subjects.count)])
      for subject in part { progress.show(subject.path ?? subject.stem) }
      let judged = part.concurrentMap(on: source.pool) { subject in
        Swift.Result { try judge(subject, measures) }
      }
      for result in judged {
        let picture = try result.get()
        proposals += picture.count
        for (index, judgement) in picture.proposals.enumerated() { tallies[index].add(judgement) }
        if let judgement = picture.edges { edges.append(judgement) }
      }
    }
    return EvaluateReport(
      source: source.name, pictures: subjects.count, proposals: proposals,
      annotations: dataset == nil
        ? nil : subjects.reduce(0) { $0 + ($1.picture?.annotations.count ?? 0) },
      scores: zip(measures, tallies).map { ($0, $1.scores()) }, edges: EdgeScores(edges))
  }

  private func judge(_ subject: Subject, _ measures: [Measure]) throws -> Judged {
    let people = try boundaries?.maps(for: subject.stem)
    let size = people?.first.map { ($0.width, $0.height) }
    if let size, let picture = subject.picture, size != (picture.width, picture.height) {
      throw Failure(
        .badData,
        "\(boundaries?.path ?? "")/\(subject.stem): boundaries of \(size.0)×\(size.1) pixels, but "
          + "the picture is marked as \(picture.width)×\(picture.height)")
    }
    let proposed = try source.proposed(for: subject, edgesOn: size)
    var judged = Judged(count: proposed.proposals.count)
    if let dataset, let picture = subject.picture {
      judged.proposals = try measures.map {
        try PictureJudgement(
          proposed.proposals, for: picture, in: dataset, by: $0, byCategory: byCategory,
          source: source.name)
      }
    }
    if let people, let edges = proposed.edges {
      judged.edges = EdgeJudgement(edges, people) { tasks, body in
        source.pool.run(tasks) { task, _ in body(task) }
      }
    }
    return judged
  }
}
