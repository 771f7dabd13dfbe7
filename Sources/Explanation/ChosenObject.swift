import FastSAM
import Imaging
import Regions
import Segmentation

/// Which object's mask is followed through the last chapters.
public enum ObjectChoice: Sendable, Equatable {
  /// The best-scored one of a fair size, a fiftieth to a quarter of the picture, that the border
  /// does not cut; where there is none, of a fair size; and else of all.
  case best
  /// The one with this id.
  case instance(Int)
  /// The best-scored one whose mask holds this point of the picture.
  case point(x: Double, y: Double)

  /// The id of the object; nil where nothing was found, or nothing holds the point.
  ///
  /// - Throws: `ExplanationError.noSuchInstance`, `PromptError` for a point outside the picture.
  func id(in scene: Scene) throws -> Int? {
    switch self {
    case .best:
      let (right, bottom) = (Float(scene.imageWidth - 1), Float(scene.imageHeight - 1))
      return Self.best(
        of: scene.instances.map { instance in
          let box = instance.box
          return (
            area: instance.mask().area,
            isWhole: box.x1 > 1 && box.y1 > 1 && box.x2 < right && box.y2 < bottom
          )
        }, pixels: scene.maskWidth * scene.maskHeight)
    case .instance(let id):
      guard scene.instances.indices.contains(id) else {
        throw ExplanationError.noSuchInstance(id, count: scene.instances.count)
      }
      return id
    case .point(let x, let y):
      // The rules of `official` merge what holds a point into one mask: its members held it.
      let hit = try scene.select(.point(x: x, y: y)).first
      return hit.flatMap { $0.members?.first ?? $0.id }
    }
  }

  /// The rule of `best` for objects in score order, in a picture of so many pixels.
  static func best(of objects: [(area: Int, isWhole: Bool)], pixels: Int) -> Int? {
    let fair = objects.indices.filter {
      objects[$0].area * 50 >= pixels && objects[$0].area * 4 <= pixels
    }
    return fair.first { objects[$0].isWhole } ?? fair.first ?? objects.indices.first
  }
}

/// Why there is no explanation.
public enum ExplanationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The picture has only `count` instances, numbered from 0.
  case noSuchInstance(Int, count: Int)

  /// One line for a person.
  public var description: String {
    switch self {
    case .noSuchInstance(let id, let count):
      switch count {
      case 0: "instance \(id): nothing was found in the picture"
      case 1: "instance \(id): the picture has one, number 0"
      default: "instance \(id): the picture has \(count), 0 to \(count - 1)"
      }
    }
  }
}

/// The object whose mask is followed, and what its mask is mixed from.
struct ChosenObject: Sendable {
  let id: Int
  let instance: Instance
  /// The cell of the head that it comes from, and its box in network pixels.
  let candidate: Candidate
  /// Which level the cell is on, 0 … 2, and where on it.
  let level: Int, column: Int, row: Int
  /// The weights of the prototypes.
  let coefficients: [Float]
  /// How much each term adds: the root of the mean square of coefficient · prototype over the cells
  /// under the box.
  let strengths: [Float]
  /// The prototypes, those that add most first.
  let order: [Int]

  init?(_ id: Int, in record: RunRecord) {
    let scene = record.scene, anchor = scene.anchors[id]
    guard let candidate = record.segmentation.kept.first(where: { $0.anchor == anchor }) else {
      return nil
    }
    self.id = id
    self.candidate = candidate
    instance = scene.instances[id]
    var cell = anchor, level = 0
    let maps = record.head.scoreMaps
    while cell >= maps[level].logits.shape[2] * maps[level].logits.shape[3] {
      cell -= maps[level].logits.shape[2] * maps[level].logits.shape[3]
      level += 1
    }
    self.level = level
    (row, column) = cell.quotientAndRemainder(dividingBy: maps[level].logits.shape[3])
    coefficients = scene.coefficients(of: id)
    let cells = scene.sources(of: id)
    let strengths = coefficients.indices.map { k in
      let plane = Plane(scene.prototypes, channel: k)
      var squares: Float = 0
      for y in cells.y..<cells.endY {
        for x in cells.x..<cells.endX {
          let value = plane.values[y * plane.width + x]
          squares += value * value
        }
      }
      let count = max(cells.width * cells.height, 1)
      return abs(scene.coefficients(of: id)[k]) * (squares / Float(count)).squareRoot()
    }
    self.strengths = strengths
    order = strengths.indices.sorted { (strengths[$0], $1) > (strengths[$1], $0) }
  }

  /// How many prototypes the steps of the mixing have: 1, 2, 4 … and all.
  var steps: [Int] {
    var steps: [Int] = [], count = 1
    while count < order.count {
      steps.append(count)
      count *= 2
    }
    return steps + [order.count]
  }

  /// The logits of the first `count` prototypes in order, on the prototype grid.
  func logits(first count: Int, in scene: Scene) -> Plane {
    let sum = scene.logits(of: id, prototypes: Set(order.prefix(count)))
    return Plane(width: sum.shape[1], height: sum.shape[0], values: sum.elements)
  }
}
