import Regions

/// A rectangle as COCO writes it: the left and top edge, width and height, in pixels of the picture.
public struct Rectangle: Sendable, Equatable {
  /// The left and top edge and the size.
  public let x: Double, y: Double, width: Double, height: Double

  /// A rectangle from its top-left corner and size.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Width times height.
  public var area: Double { width * height }
}

/// A region as a file gives it: kept as small as it came, made into runs when it is needed.
public enum Outline: Sendable {
  /// The union of these, each x, y, x, y, …
  case polygons([[Double]])
  /// Run lengths of a picture of this size.
  case counts([Int], width: Int, height: Int)
  /// Run lengths in COCO's compressed text.
  case compressed(String, width: Int, height: Int)
  /// Run lengths.
  case runs(RunLength)

  /// A fault of a region, in words.
  struct Fault: Error { let reason: String }

  /// The region's runs in a picture of this size.
  func runs(width: Int, height: Int) throws(Fault) -> RunLength {
    do throws(RunLengthError) {
      switch self {
      case .polygons(let polygons): return try union(of: polygons, width, height)
      case .counts(let counts, let ownWidth, let ownHeight):
        try check(ownWidth, ownHeight, width, height)
        return try RunLength(width: width, height: height, counts: counts)
      case .compressed(let text, let ownWidth, let ownHeight):
        try check(ownWidth, ownHeight, width, height)
        return try RunLength(width: width, height: height, compressed: text)
      case .runs(let runs):
        try check(runs.width, runs.height, width, height)
        return runs
      }
    } catch .impossibleSize(let ownWidth, let ownHeight) {
      throw Fault(
        reason: "a mask of \(ownWidth)×\(ownHeight) in a picture of \(width)×\(height) pixels")
    } catch .truncated where isPolygons {
      throw Fault(reason: "a polygon without three corners, or far outside the picture")
    } catch { throw Fault(reason: error.description) }
  }

  private var isPolygons: Bool { if case .polygons = self { true } else { false } }

  private func check(_ width: Int, _ height: Int, _ wantedWidth: Int, _ wantedHeight: Int)
    throws(RunLengthError)
  {
    guard width == wantedWidth, height == wantedHeight else {
      throw .impossibleSize(width: width, height: height)
    }
  }

  private func union(of polygons: [[Double]], _ width: Int, _ height: Int)
    throws(RunLengthError) -> RunLength
  {
    var union: RunLength?
    for polygon in polygons {
      guard let part = try RunLength(width: width, height: height, polygon: polygon) else {
        throw .truncated
      }
      union = union?.union(part) ?? part
    }
    guard let union else { throw .truncated }
    return union
  }
}

/// A region that a person marked.
public struct Annotation: Sendable {
  /// Its number in the file.
  public let id: Int
  /// The number of its category.
  public let category: Int
  /// Its box in the picture's pixels.
  public let box: Rectangle
  /// Its area in pixels, as the file says: what decides whether it is small or large.
  public let area: Double
  /// True for a region of many things that nobody counted: what lies in it is neither right nor wrong.
  public let isCrowd: Bool
  /// Its pixels; nil where the file has only boxes.
  public let outline: Outline?
}

/// A picture with all that people marked in it.
public struct AnnotatedPicture: Sendable {
  /// Its number in the file.
  public let id: Int
  /// Its file's name, below the folder of the pictures.
  public let file: String
  /// The size in pixels.
  public let width: Int, height: Int
  /// The regions, in the file's order.
  public internal(set) var annotations: [Annotation] = []

  /// The file's name without folders and suffix.
  public var stem: String {
    let base = file.split(separator: "/").last.map(String.init) ?? file
    guard let dot = base.lastIndex(of: "."), dot > base.startIndex else { return base }
    return String(base[..<dot])
  }
}

/// The pictures of a COCO annotation file.
public struct Dataset: Sendable {
  /// The file's path.
  public let path: String
  /// The pictures, by rising number.
  public private(set) var pictures: [AnnotatedPicture]
  /// The categories that the file names, by rising number.
  public let categories: [Int]

  init(path: String, pictures: [AnnotatedPicture], categories: [Int]) {
    self.path = path
    self.pictures = pictures.sorted { $0.id < $1.id }
    self.categories = categories.sorted()
  }

  /// True where every region has pixels, not only a box.
  public var hasMasks: Bool {
    pictures.allSatisfy { $0.annotations.allSatisfy { $0.outline != nil } }
  }

  /// The number of regions.
  public var annotationCount: Int { pictures.reduce(0) { $0 + $1.annotations.count } }

  /// The first `count` pictures only.
  public func prefix(_ count: Int) -> Dataset {
    Dataset(path: path, pictures: Array(pictures.prefix(count)), categories: categories)
  }
}
