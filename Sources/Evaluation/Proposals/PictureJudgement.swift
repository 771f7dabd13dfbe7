import Regions

/// How good the proposals for one picture are; small, whatever their number and size.
public struct PictureJudgement: Sendable {
  /// What matching found for one category (or all of them together), by size range.
  struct Group: Sendable {
    let category: Int
    let ranges: [Outcome]
    /// For each annotation that is no crowd: its area and the best overlap of any proposal.
    let best: [(area: Double, overlap: Double)]
  }

  /// What is kept of a matching.
  struct Outcome: Sendable {
    let wanted: Int
    /// How many annotations were found, by limit and overlap threshold.
    let found: [[Int]]
    /// The best proposals, as many as precision looks at.
    let ranked: [Ranked]
  }

  /// A proposal among those of all pictures.
  struct Ranked: Sendable {
    let score: Double
    let found: UInt16, ignored: UInt16
  }

  let groups: [Group]

  /// Judges `proposals`, in the order of their file, for `picture`.
  ///
  /// Of equal scores the earlier proposal goes first, lower categories before higher ones; beyond
  /// the first 1000 of a picture, or of a category in it, they do not count. A proposal's size is
  /// that of its box, or of its mask where it has no box: so does pycocotools take it.
  ///
  /// Cost: a product of the numbers of proposals and annotations, each pair a comparison of boxes,
  /// or of runs where the boxes meet.
  ///
  /// - Parameters:
  ///   - byCategory: whether a proposal can only find annotations of its own category.
  ///   - source: the proposals' file, for errors.
  /// - Throws: `EvaluationError.contradiction` where a mask does not fit the picture, or is missing.
  public init(
    _ proposals: [Proposal], for picture: AnnotatedPicture, in dataset: Dataset,
    by measure: Measure, byCategory: Bool, source: String
  ) throws(EvaluationError) {
    let found = Set(proposals.map(\.category)), wanted = Set(picture.annotations.map(\.category))
    // Stable, so that equal scores stay in the order of categories and then of the file.
    let categories = found.union(wanted).sorted()
    if byCategory {
      var groups: [Group] = []
      for category in categories where dataset.categories.contains(category) {
        groups.append(
          try Group(
            category, proposals.filter { $0.category == category },
            picture.annotations.filter { $0.category == category }, picture, dataset, measure,
            source))
      }
      self.groups = groups
    } else {
      groups = [
        try Group(
          0, categories.flatMap { category in proposals.filter { $0.category == category } },
          categories.flatMap { category in
            picture.annotations.filter { $0.category == category }
          }, picture, dataset, measure, source)
      ]
    }
  }
}

extension PictureJudgement.Group {
  init(
    _ category: Int, _ proposals: [Proposal], _ annotations: [Annotation],
    _ picture: AnnotatedPicture, _ dataset: Dataset, _ measure: Measure, _ source: String
  ) throws(EvaluationError) {
    let limits = EvaluationProtocol.limits, last = limits[limits.count - 1]
    let order = proposals.indices.sorted {
      (-proposals[$0].score, $0) < (-proposals[$1].score, $1)
    }
    let proposals = order.prefix(last).map { proposals[$0] }
    let problem = try MatchProblem(
      proposals, annotations, picture, measure, dataset: dataset.path, source: source)
    self.category = category
    ranges = SizeRange.allCases.map { range in
      let result = problem.matched(in: range)
      let found = limits.map { limit in
        EvaluationProtocol.overlaps.indices.map { bit in
          result.found.prefix(limit).count { $0 >> bit & 1 == 1 }
        }
      }
      let ranked = (0..<min(proposals.count, EvaluationProtocol.precisionLimit)).map {
        PictureJudgement.Ranked(
          score: proposals[$0].score, found: result.found[$0], ignored: result.ignored[$0])
      }
      return PictureJudgement.Outcome(wanted: result.wanted, found: found, ranked: ranked)
    }
    best = zip(annotations, problem.bestOverlaps).filter { !$0.0.isCrowd }
      .map { ($0.0.area, $0.1) }
  }
}

extension MatchProblem {
  init(
    _ proposals: [Proposal], _ annotations: [Annotation], _ picture: AnnotatedPicture,
    _ measure: Measure, dataset: String, source: String
  ) throws(EvaluationError) {
    func mask(_ outline: Outline?, _ path: String, _ name: String) throws(EvaluationError)
      -> MeasuredMask
    {
      do throws(Outline.Fault) {
        guard let outline else { throw Outline.Fault(reason: "there is no segmentation") }
        return MeasuredMask(try outline.runs(width: picture.width, height: picture.height))
      } catch {
        throw .contradiction(path: path, reason: "\(name) of \(picture.file): \(error.reason)")
      }
    }
    var areas: [Double] = [], overlaps: [Double] = []
    areas.reserveCapacity(proposals.count)
    overlaps.reserveCapacity(proposals.count * annotations.count)
    switch measure {
    case .boxes:
      for proposal in proposals {
        let box: Rectangle
        if let given = proposal.box {
          box = given
          areas.append(box.area)
        } else {
          let region = try mask(proposal.outline, source, "a proposal")
          box = Rectangle(region.bounds)
          areas.append(Double(region.area))
        }
        for truth in annotations {
          overlaps.append(Overlap.of(box, truth.box, isCrowd: truth.isCrowd))
        }
      }
    case .masks:
      var truths: [MeasuredMask] = []
      for truth in annotations {
        truths.append(try mask(truth.outline, dataset, "annotation \(truth.id)"))
      }
      for proposal in proposals {
        let region = try mask(proposal.outline, source, "a proposal")
        areas.append(proposal.box?.area ?? Double(region.area))
        for (truth, annotation) in zip(truths, annotations) {
          overlaps.append(Overlap.of(region, truth, isCrowd: annotation.isCrowd))
        }
      }
    }
    self.init(
      proposalAreas: areas, truthAreas: annotations.map(\.area),
      isCrowd: annotations.map(\.isCrowd), overlaps: overlaps)
  }
}

extension Rectangle {
  fileprivate init(_ pixels: PixelRectangle) {
    self.init(
      x: Double(pixels.x), y: Double(pixels.y), width: Double(pixels.width),
      height: Double(pixels.height))
  }
}
