/// The proposals and the annotations of one picture, or of one category in it, as far as matching
/// looks at them.
struct MatchProblem {
  /// Proposals by falling score: their areas in pixels.
  let proposalAreas: [Double]
  /// Annotations: their areas in pixels, and which are crowds.
  let truthAreas: [Double], isCrowd: [Bool]
  /// For each proposal and annotation their overlap: `overlaps[proposal * truthAreas.count + truth]`.
  let overlaps: [Double]
}

/// Which proposals found something, for one range of sizes.
struct MatchResult {
  /// The number of annotations that are to be found.
  var wanted = 0
  /// For each proposal a bit per overlap threshold: it found an annotation that counts.
  var found: [UInt16]
  /// For each proposal a bit per overlap threshold: it is neither right nor wrong.
  var ignored: [UInt16]
}

extension MatchProblem {
  /// COCO's matching: proposals choose in the order of their scores, each the annotation that it
  /// overlaps most among those left, if by the threshold at least.
  ///
  /// Crowds and annotations outside the range of sizes need not be found: a proposal takes one of
  /// them only where no other is left for it, and counts as nothing then. A crowd can be taken by
  /// many. So does an unmatched proposal count as nothing whose own area is outside the range.
  func matched(in range: SizeRange) -> MatchResult {
    let areas = range.areas, truths = truthAreas.count, proposals = proposalAreas.count
    let isIgnored = (0..<truths).map { isCrowd[$0] || !areas.contains(truthAreas[$0]) }
    // What must be found comes first; each kind keeps its order.
    let order = (0..<truths).filter { !isIgnored[$0] } + (0..<truths).filter { isIgnored[$0] }
    // Nothing below the lowest threshold is ever matched, and nearly everything is below it.
    let lowest = EvaluationProtocol.overlaps[0]
    let candidates = (0..<proposals).map { proposal in
      order.filter { overlaps[proposal * truths + $0] >= lowest }
    }
    var result = MatchResult(
      wanted: isIgnored.count { !$0 }, found: [UInt16](repeating: 0, count: proposals),
      ignored: [UInt16](repeating: 0, count: proposals))
    for (bit, threshold) in EvaluationProtocol.overlaps.enumerated() {
      var isTaken = [Bool](repeating: false, count: truths)
      for proposal in 0..<proposals {
        var best = min(threshold, 1 - 1e-10), match = -1
        for truth in candidates[proposal] {
          if isTaken[truth] && !isCrowd[truth] { continue }
          if match >= 0 && !isIgnored[match] && isIgnored[truth] { break }
          let overlap = overlaps[proposal * truths + truth]
          if overlap < best { continue }
          best = overlap
          match = truth
        }
        if match >= 0 {
          isTaken[match] = true
          if isIgnored[match] {
            result.ignored[proposal] |= 1 << bit
          } else {
            result.found[proposal] |= 1 << bit
          }
        } else if !areas.contains(proposalAreas[proposal]) {
          result.ignored[proposal] |= 1 << bit
        }
      }
    }
    return result
  }

  /// The largest overlap of any proposal with each annotation; 0 where there is no proposal.
  var bestOverlaps: [Double] {
    (0..<truthAreas.count).map { truth in
      (0..<proposalAreas.count).reduce(0) { max($0, overlaps[$1 * truthAreas.count + truth]) }
    }
  }
}
