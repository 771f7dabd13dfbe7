import JSON

/// A region that a network proposes.
public struct Proposal: Sendable {
  /// The number of its category.
  public let category: Int
  /// How sure the network is; only the order counts.
  public let score: Double
  /// Its box in the picture's pixels.
  public let box: Rectangle?
  /// Its pixels; nil where there is only a box.
  public let outline: Outline?

  /// A proposal.
  public init(category: Int, score: Double, box: Rectangle?, outline: Outline?) {
    self.category = category
    self.score = score
    self.box = box
    self.outline = outline
  }
}

/// Which picture a result is about: its number, or its file's name without the suffix.
enum PictureKey: Hashable {
  case number(Int)
  case stem(String)
}

/// Proposals from a file in COCO's results format, as `fastsam segment --format coco` writes it.
public struct DetectionFile: Sendable {
  /// The file's path.
  public let path: String
  private var byKey: [PictureKey: [Proposal]] = [:]

  /// Reads a file of results: a list of objects with `image_id`, `score`, and `bbox` or
  /// `segmentation` or both; `category_id` is 1 where it is missing.
  ///
  /// - Throws: `EvaluationError`.
  /// - SeeAlso: https://cocodataset.org/#format-results
  public init(path: String) throws(EvaluationError) {
    self.path = path
    var byKey: [PictureKey: [Proposal]] = [:]
    try readJSONFile(path) { (json) throws(JSONReader.Fault) in
      _ = try json.array { (json) throws(JSONReader.Fault) in
        let (picture, proposal) = try json.proposal()
        byKey[picture, default: []].append(proposal)
      }
    }
    self.byKey = byKey
  }

  /// The proposals for each picture of `dataset`, in the file's order.
  ///
  /// - Throws: `EvaluationError.contradiction` for a result that is about none of them.
  public func proposals(for dataset: Dataset) throws(EvaluationError) -> [[Proposal]] {
    var rest = byKey
    let ids = Set(dataset.pictures.map(\.id))
    let found = dataset.pictures.map { picture in
      var keys: [PictureKey] = [.number(picture.id), .stem(picture.stem)]
      // A name that is a number was written as one; it must not be taken for another picture's id.
      if let number = Int(picture.stem), !ids.contains(number) { keys.append(.number(number)) }
      return keys.flatMap { rest.removeValue(forKey: $0) ?? [] }
    }
    if let stray = rest.keys.first {
      let name =
        switch stray {
        case .number(let number): String(number)
        case .stem(let stem): printable(stem)
        }
      throw .contradiction(
        path: path, reason: "image_id \(name) is not in \(dataset.path)")
    }
    return found
  }

  /// True where every result has a mask, not only a box.
  public var hasMasks: Bool { byKey.values.allSatisfy { $0.allSatisfy { $0.outline != nil } } }

  /// The proposals of one picture, known only by its file's name without the suffix.
  public func proposals(forStem stem: String) -> [Proposal] {
    byKey[.stem(stem)] ?? Int(stem).flatMap { byKey[.number($0)] } ?? []
  }
}

extension JSONReader {
  fileprivate mutating func proposal() throws(Fault) -> (PictureKey, Proposal) {
    let start = offset
    var picture: PictureKey?, category = 1, score: Double?, box: Rectangle?, region: Outline?
    try fields { (json, key) throws(Fault) in
      switch key {
      case "image_id" where json.kind() == .string: picture = .stem(try json.string())
      case "image_id": picture = .number(try json.integer())
      case "category_id": category = try json.integer()
      case "score": score = try json.finiteNumber()
      case "bbox": box = try json.rectangle()
      case "segmentation": region = try json.outline()
      default: try json.skip()
      }
    }
    guard box != nil || region != nil else {
      throw Fault(offset: start, reason: "neither bbox nor segmentation")
    }
    let proposal = Proposal(
      category: category, score: try required(score, "score", at: start), box: box,
      outline: region)
    return (try required(picture, "image_id", at: start), proposal)
  }
}
