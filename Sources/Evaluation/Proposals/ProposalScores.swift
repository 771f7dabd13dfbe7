/// How good proposals are over all pictures: COCO's averages, and the best overlaps.
///
/// Nil stands where no annotation is there to be found.
public struct ProposalScores: Sendable {
  /// Average precision by size over the overlaps .50 … .95, of each picture's first 100.
  public let averagePrecision: [SizeRange: Double]
  /// Average precision at the overlaps .50 and .75.
  public let precisionAtHalf: Double?, precisionAtThreeQuarters: Double?
  /// Average recall over the overlaps .50 … .95 by size, at each of `EvaluationProtocol.limits`.
  public let averageRecall: [SizeRange: [Double]]
  /// The mean, over annotations that are no crowds, of the best overlap of any proposal, by size.
  public let meanBestOverlap: [SizeRange: Double]
  /// The part of those annotations whose best overlap is a half or more.
  public let halfCovered: Double?

  /// The area below average recall as a curve over the logarithm of the number of proposals, 1 to
  /// 1000, through the four limits: 0 … 1.
  public var areaUnderRecall: Double? {
    averageRecall[.all].map { recall in
      zip(recall, recall.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 }
        / Double(recall.count - 1)
    }
  }
}

/// Judgements of pictures, gathered in the pictures' order.
public struct ProposalTally: Sendable {
  fileprivate struct Category {
    var wanted = [Int](repeating: 0, count: SizeRange.allCases.count)
    /// By range, limit and threshold.
    var found = [[[Int]]](
      repeating: [[Int]](
        repeating: [Int](repeating: 0, count: EvaluationProtocol.overlaps.count),
        count: EvaluationProtocol.limits.count), count: SizeRange.allCases.count)
    /// By range.
    var ranked = [[PictureJudgement.Ranked]](repeating: [], count: SizeRange.allCases.count)
  }

  fileprivate var categories: [Int: Category] = [:]
  private var bestSums = [Double](repeating: 0, count: SizeRange.allCases.count)
  private var bestCounts = [Int](repeating: 0, count: SizeRange.allCases.count)
  private var halfCount = 0

  /// Nothing yet.
  public init() {}

  /// Adds a picture's judgement.
  ///
  /// Pictures come by rising number: of equal scores the earlier picture's proposal goes first.
  public mutating func add(_ judgement: PictureJudgement) {
    for group in judgement.groups {
      for (range, outcome) in group.ranges.enumerated() {
        categories[group.category, default: Category()].add(outcome, range)
      }
      for (area, overlap) in group.best {
        for (range, size) in SizeRange.allCases.enumerated() where size.areas.contains(area) {
          bestSums[range] += overlap
          bestCounts[range] += 1
        }
        if overlap >= 0.5 { halfCount += 1 }
      }
    }
  }

  /// The averages over all that was added.
  public func scores() -> ProposalScores {
    let ranges = Array(SizeRange.allCases.enumerated())
    let categories = self.categories.sorted { $0.key < $1.key }.map(\.value)
    // By range, then category, then threshold.
    let precision = ranges.map { range, _ in
      categories.filter { $0.wanted[range] > 0 }.map { category in
        averagePrecisions(category.ranked[range], wanted: category.wanted[range])
      }
    }
    func recall(_ range: Int, _ limit: Int) -> Double? {
      mean(
        categories.filter { $0.wanted[range] > 0 }.flatMap { category in
          category.found[range][limit].map { Double($0) / Double(category.wanted[range]) }
        })
    }
    func byRange<Value>(_ value: (Int) -> Value?) -> [SizeRange: Value] {
      Dictionary(
        uniqueKeysWithValues: ranges.compactMap { range, size in
          value(range).map { (size, $0) }
        })
    }
    return ProposalScores(
      averagePrecision: byRange { range in mean(precision[range].flatMap(\.self)) },
      precisionAtHalf: mean(precision[0].map { $0[0] }),
      precisionAtThreeQuarters: mean(precision[0].map { $0[5] }),
      averageRecall: byRange { range in
        let recalls = EvaluationProtocol.limits.indices.compactMap { recall(range, $0) }
        return recalls.isEmpty ? nil : recalls
      },
      meanBestOverlap: byRange { range in
        bestCounts[range] > 0 ? bestSums[range] / Double(bestCounts[range]) : nil
      },
      halfCovered: bestCounts[0] > 0 ? Double(halfCount) / Double(bestCounts[0]) : nil)
  }
}

extension ProposalTally.Category {
  fileprivate mutating func add(_ outcome: PictureJudgement.Outcome, _ range: Int) {
    wanted[range] += outcome.wanted
    for (limit, counts) in outcome.found.enumerated() {
      for (threshold, count) in counts.enumerated() { found[range][limit][threshold] += count }
    }
    ranked[range] += outcome.ranked
  }
}

/// For each overlap threshold the mean precision over 101 recalls.
///
/// Going down the list of all proposals by falling score, precision is the part of right ones so far;
/// at a recall it is the best that is reached there or further down.
private func averagePrecisions(_ ranked: [PictureJudgement.Ranked], wanted: Int) -> [Double] {
  let order = ranked.indices.sorted { (-ranked[$0].score, $0) < (-ranked[$1].score, $1) }
  return EvaluationProtocol.overlaps.indices.map { bit in
    var precision: [Double] = [], recall: [Double] = []
    var right = 0.0, wrong = 0.0
    for place in order {
      if ranked[place].found >> bit & 1 == 1 {
        right += 1
      } else if ranked[place].ignored >> bit & 1 == 0 {
        wrong += 1
      }
      // pycocotools' guard against 0 / 0, kept for the last bit's sake.
      precision.append(right / (wrong + right + Double.ulpOfOne))
      recall.append(right / Double(wanted))
    }
    for place in precision.indices.dropLast().reversed() {
      precision[place] = max(precision[place], precision[place + 1])
    }
    var sum = 0.0, place = 0
    for wantedRecall in EvaluationProtocol.recalls {
      while place < recall.count, recall[place] < wantedRecall { place += 1 }
      if place == recall.count { break }
      sum += precision[place]
    }
    return sum / Double(EvaluationProtocol.recalls.count)
  }
}

private func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
