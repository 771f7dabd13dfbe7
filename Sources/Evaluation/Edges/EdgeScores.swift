// The boundary benchmark of Berkeley (P. Arbeláez et al., "Contour detection and hierarchical image
// segmentation", PAMI 2011): every threshold gives a map, thinned; its pixels are matched to those of
// each person's map.

/// What was counted at one threshold.
public struct EdgeCount: Sendable, Equatable {
  /// Predicted pixels, and how many of them match a pixel of at least one person.
  public var predicted: Int, right: Int
  /// The pixels that people drew, and how many of them were found, summed over the people.
  public var wanted: Int, found: Int

  /// Counts.
  public init(predicted: Int = 0, right: Int = 0, wanted: Int = 0, found: Int = 0) {
    self.predicted = predicted
    self.right = right
    self.wanted = wanted
    self.found = found
  }

  /// The part of what is wanted that was found, and of what was predicted that is right.
  var recall: Double { Double(found) / Double(max(wanted, 1)) }
  var precision: Double { Double(right) / Double(max(predicted, 1)) }

  static func + (a: EdgeCount, b: EdgeCount) -> EdgeCount {
    EdgeCount(
      predicted: a.predicted + b.predicted, right: a.right + b.right, wanted: a.wanted + b.wanted,
      found: a.found + b.found)
  }
}

/// The counts of one picture.
public struct EdgeJudgement: Sendable {
  /// .01, .02, … .99.
  public static let thresholds = (1...99).map { Float($0) / 100 }
  /// How far apart matched pixels may be, as a part of the picture's diagonal.
  public static let tolerance = 0.0075

  /// One for each threshold.
  public let counts: [EdgeCount]

  /// Counts that were made elsewhere.
  public init(counts: [EdgeCount]) { self.counts = counts }

  /// Holds edges against the maps that people drew.
  ///
  /// Cost: a thinning and a matching for each person at every threshold that changes the map.
  ///
  /// - Parameter run: runs that many tasks, on any threads.
  /// - Precondition: the maps have the size of the edges.
  public init(
    _ edges: EdgeMap, _ people: [BoundaryMap],
    run: (_ tasks: Int, _ body: (Int) -> Void) -> Void
  ) {
    let ridges = edges.ridges()
    let diagonal = Double(edges.width * edges.width + edges.height * edges.height).squareRoot()
    let wanted = people.reduce(0) { $0 + $1.count }
    // A threshold between the same strengths as the one before gives the same map.
    let levels = Self.thresholds.map { threshold in ridges.count { $0 >= threshold } }
    let distinct = levels.indices.filter { $0 == 0 || levels[$0] != levels[$0 - 1] }
    var results = [EdgeCount](repeating: EdgeCount(), count: distinct.count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results  // Each task writes its own element.
      run(distinct.count) { task in
        let threshold = Self.thresholds[distinct[task]]
        let map = BoundaryMap(
          width: edges.width, height: edges.height, pixels: ridges.map { $0 >= threshold }
        ).thinned()
        var count = EdgeCount(predicted: map.count, wanted: wanted)
        var isRight = [Bool](repeating: false, count: map.pixels.count)
        for person in people {
          let pairs = Correspondence(map, person, radius: Self.tolerance * diagonal)
          count.found += pairs.count
          for pixel in isRight.indices where pairs.isMatched.first[pixel] { isRight[pixel] = true }
        }
        count.right = isRight.count { $0 }
        results[task] = count
      }
    }
    var counts: [EdgeCount] = [], place = -1
    for level in levels.indices {
      if place + 1 < distinct.count, distinct[place + 1] == level { place += 1 }
      counts.append(results[place])
    }
    self.counts = counts
  }
}

/// The benchmark's figures over all pictures.
public struct EdgeScores: Sendable {
  /// The best F-measure that one threshold for all pictures reaches.
  public let ods: Double
  /// The F-measure where each picture has its own best threshold.
  public let ois: Double
  /// The area below precision over recall, as far as the curve reaches.
  public let averagePrecision: Double
  /// The recall where precision is a half; 0 where precision never reaches that.
  public let recallAtHalf: Double

  /// The figures of these pictures; nil where there is none.
  public init?(_ judgements: [EdgeJudgement]) {
    guard var total = judgements.first?.counts, total.count > 1 else { return nil }
    for judgement in judgements.dropFirst() {
      total = zip(total, judgement.counts).map { $0 + $1 }
    }
    let recall = total.map(\.recall), precision = total.map(\.precision)
    // Between neighbouring thresholds the curve is taken to be straight, in 100 steps.
    var best = 0.0
    for (a, b) in zip(total, total.dropFirst()) {
      for step in 0..<100 {
        let part = Double(step) / 99
        best = max(
          best,
          fMeasure(
            a.recall * (1 - part) + b.recall * part,
            a.precision * (1 - part) + b.precision * part))
      }
    }
    ods = best
    let chosen = judgements.reduce(EdgeCount()) { sum, judgement in
      var best = judgement.counts[0]
      for count in judgement.counts.dropFirst()
      where fMeasure(count.recall, count.precision) > fMeasure(best.recall, best.precision) {
        best = count
      }
      return sum + best
    }
    ois = fMeasure(chosen.recall, chosen.precision)
    let byRecall = Curve(recall, precision), byPrecision = Curve(precision, recall)
    // The benchmark reads 101 places and divides by 100.
    averagePrecision = (0...100).reduce(0) { $0 + (byRecall.value(Double($1) / 100) ?? 0) } / 100
    recallAtHalf = byPrecision.value(max(byPrecision.x[0], 0.5)) ?? 0
  }
}

private func fMeasure(_ recall: Double, _ precision: Double) -> Double {
  recall + precision > 0 ? 2 * recall * precision / (recall + precision) : 0
}

/// A line through points by rising x; of points with equal x the first counts.
private struct Curve {
  let x: [Double], y: [Double]

  init(_ x: [Double], _ y: [Double]) {
    var order: [Int] = []
    for place in x.indices.sorted(by: { (x[$0], $0) < (x[$1], $1) })
    where order.last.map({ x[$0] != x[place] }) ?? true {
      order.append(place)
    }
    self.x = order.map { x[$0] }
    self.y = order.map { y[$0] }
  }

  /// The line at `place`; nil outside.
  func value(_ place: Double) -> Double? {
    guard let last = x.last, place >= x[0], place <= last else { return nil }
    guard let next = x.firstIndex(where: { $0 >= place }), x[next] != place else {
      return x.firstIndex(of: place).map { y[$0] }
    }
    let part = (place - x[next - 1]) / (x[next] - x[next - 1])
    return y[next - 1] + part * (y[next] - y[next - 1])
  }
}
