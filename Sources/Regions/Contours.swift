// Goals, in this order: the points, order and hierarchy of the border following algorithm of the
// paper (which OpenCV's findContours has too); readable beside the paper; time proportional to runs
// and border pixels.
//
// S. Suzuki, K. Abe, "Topological Structural Analysis of Digitized Binary Images by Border
// Following", CVGIP 30 (1985), Algorithm 1. The paper numbers each border on the picture's pixels.
// Only two of those marks are ever asked for: whether the crack left of a run belongs to a border
// already (else an outer border starts there), and the crack right of a run (else a hole border
// starts there). So two numbers a run stand for the paper's plane of labels.

/// Where an object's pixels end: a closed walk over its outermost pixels, or over those around one of
/// its holes.
public struct Contour: Sendable, Equatable {
  /// The pixels of the walk (their centres, so to speak), in the picture's coordinates.
  ///
  /// Outer borders go counter-clockwise as seen on the screen (down the left side first), hole
  /// borders clockwise.
  public let points: [PixelPoint]
  /// True where it surrounds a hole: the points are pixels of the mask around it.
  public let isHole: Bool
  /// The contour that encloses this one: a hole's is its object's outer border, an object's is the
  /// hole that it lies in; nil outermost.
  public let parent: Int?
}

/// A pixel by column and row.
public struct PixelPoint: Sendable, Hashable {
  /// Column and row in the picture.
  public var x: Int, y: Int

  /// The pixel at column `x`, row `y`.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// Which borders are listed, and how deep their nesting is told.
public enum ContourMode: Sendable, CaseIterable {
  /// Only the outer borders of what is not inside a hole.
  case external
  /// All borders in two levels: outer borders, and holes as their children. OpenCV's `RETR_CCOMP`.
  case components
  /// All borders, each child of the one that encloses it.
  case tree
}

/// Which points of a walk are kept.
public enum ContourPoints: Sendable, CaseIterable {
  /// Every pixel.
  case all
  /// Only those where the direction changes.
  case corners
}

extension Mask {
  /// The borders of the mask's 8-connected objects and of their 4-connected holes.
  ///
  /// Points, their order, the order of contours and their parents are those of OpenCV's
  /// `findContours` (checked against 5.0): parents before their children, the border found last
  /// first.
  public func contours(_ mode: ContourMode = .tree, points: ContourPoints = .corners) -> [Contour] {
    guard let box = boundingRectangle else { return [] }
    var tracer = BorderTracer(self, box: box, keepsAll: points == .all)
    tracer.trace()
    return tracer.arranged(mode)
  }

  /// The smallest rectangle around the external contours: FastSAM's box of a mask.
  ///
  /// It is the bounding rectangle of all pixels, since what lies in a hole lies inside its object.
  public var contourBox: PixelRectangle? { boundingRectangle }
}

private struct BorderTracer {
  struct Border {
    var points: [PixelPoint]
    var isHole: Bool
    var parent: Int
  }

  private let runs: RowRuns
  private let keepsAll: Bool
  /// In the order of discovery, which is the raster order of their first pixels.
  private(set) var borders: [Border] = []
  /// The border along each run's left and right crack; -1 where none has come by yet.
  private var leftBorder: [Int32], rightBorder: [Int32]
  private let neighbours: NeighbourPlane

  init(_ mask: Mask, box: PixelRectangle, keepsAll: Bool) {
    let tight = mask.cropped(to: box)
    runs = RowRuns(tight)
    self.keepsAll = keepsAll
    leftBorder = [Int32](repeating: -1, count: runs.count)
    rightBorder = leftBorder
    neighbours = NeighbourPlane(tight)
  }

  /// The raster scan of the paper, from run to run.
  mutating func trace() {
    for y in runs.rows {
      let row = runs.indices(inRow: y)
      for run in row {
        if leftBorder[run] < 0 {
          // Left of us is what the run before ends at: seen from an outer border we are its sibling,
          // seen from a hole's we lie in it.
          var parent = -1
          if run > row.lowerBound {
            let before = Int(rightBorder[run - 1])
            parent = borders[before].isHole ? before : borders[before].parent
          }
          follow(x: Int(runs.starts[run]), y: y, isHole: false, parent: parent)
        }
        if rightBorder[run] < 0 {
          // Any border of our own object tells whose hole this is.
          let own = Int(leftBorder[run])
          let parent = borders[own].isHole ? borders[own].parent : own
          follow(x: Int(runs.ends[run]) - 1, y: y, isHole: true, parent: parent)
        }
      }
    }
  }

  /// Step 3 of the algorithm: one border from its first pixel round to it.
  ///
  /// Directions count counter-clockwise: 0 right, 2 up, 4 left, 6 down.
  private mutating func follow(x startX: Int, y startY: Int, isHole: Bool, parent: Int) {
    let number = Int32(borders.count)
    var points: [PixelPoint] = []
    let start = PixelPoint(x: startX, y: startY)
    let around = neighbours.ring(startX, startY)
    guard around != 0 else {
      mark(startX, startY, left: true, right: true, number)
      borders.append(Border(points: [start], isHole: isHole, parent: parent))
      return
    }
    // 3.1: clockwise from the empty pixel that made us start, to the last pixel of the walk.
    let empty = isHole ? 0 : 4
    let fromEmpty = NeighbourPlane.rotated(around, by: empty)
    let last = (empty + 7 - fromEmpty.leadingZeroBitCount) & 7
    var direction = last  // From the current pixel to the one before it.
    var arrival = last ^ 4  // The step by which the current pixel was reached.
    var x = startX, y = startY
    while true {
      // 3.3: counter-clockwise from the pixel before, to the next one.
      let first = (direction + 1) & 7
      let turned = NeighbourPlane.rotated(neighbours.ring(x, y), by: first)
      let skipped = turned.trailingZeroBitCount
      let next = (first + skipped) & 7
      // 3.4: the empty pixels passed over are those that this border runs along.
      mark(x, y, left: (4 - first) & 7 < skipped, right: (0 - first) & 7 < skipped, number)
      if keepsAll || next != arrival { points.append(PixelPoint(x: x, y: y)) }
      // 3.5: back where we came from, about to take the same first step again.
      let nextX = x + NeighbourPlane.stepX(next), nextY = y + NeighbourPlane.stepY(next)
      if nextX == startX, nextY == startY, x == startX + NeighbourPlane.stepX(last),
        y == startY + NeighbourPlane.stepY(last)
      {
        break
      }
      x = nextX
      y = nextY
      direction = next ^ 4
      arrival = next
    }
    borders.append(Border(points: points, isHole: isHole, parent: parent))
  }

  /// Notes which cracks left and right of the pixel the border runs along.
  private mutating func mark(_ x: Int, _ y: Int, left: Bool, right: Bool, _ number: Int32) {
    guard left || right else { return }
    // The run that holds x: the last one of the row that starts at or before it.
    var low = runs.indices(inRow: y).lowerBound, high = runs.indices(inRow: y).upperBound
    while high - low > 1 {
      let middle = (low + high) >> 1
      if Int(runs.starts[middle]) <= x { low = middle } else { high = middle }
    }
    if left { leftBorder[low] = number }
    if right { rightBorder[low] = number }
  }

  /// The borders in the order and with the parents that `mode` asks for.
  func arranged(_ mode: ContourMode) -> [Contour] {
    var children = [[Int]](repeating: [], count: borders.count)
    var roots: [Int] = []
    for (index, border) in borders.enumerated() {
      switch mode {
      case .external:
        if border.parent < 0 { roots.append(index) }
      case .components:
        if border.isHole { children[border.parent].append(index) } else { roots.append(index) }
      case .tree:
        if border.parent < 0 { roots.append(index) } else { children[border.parent].append(index) }
      }
    }
    var contours: [Contour] = []
    // A stack rather than recursion: nesting is as deep as the picture likes.
    var pending = roots.map { (border: $0, parent: Int?.none) }
    while let (border, parent) = pending.popLast() {
      let place = contours.count
      contours.append(
        Contour(points: borders[border].points, isHole: borders[border].isHole, parent: parent))
      for child in children[border] { pending.append((child, place)) }
    }
    return contours
  }
}

/// The mask's bits with a margin of one pixel, so that every pixel has eight neighbours to ask.
private struct NeighbourPlane {
  private let words: [UInt64]
  private let wordsPerRow: Int
  private let originX: Int, originY: Int

  init(_ mask: Mask) {
    let window = mask.window
    // The picture grows by the margin, so that the window never leaves it.
    let padded = mask.placed(
      inPictureOf: mask.width + 2, mask.height + 2, dx: 1, dy: 1
    ).cropped(
      to: PixelRectangle(
        x: window.x, y: window.y, width: window.width + 2, height: window.height + 2))
    words = padded.words
    wordsPerRow = padded.wordsPerRow
    originX = window.x - 1
    originY = window.y - 1
  }

  /// The eight neighbours of a pixel of the mask: bit d is the one in direction d.
  @inline(__always)
  func ring(_ x: Int, _ y: Int) -> UInt8 {
    let column = x - 1 - originX, row = y - 1 - originY
    return words.withUnsafeBufferPointer { words in
      let index = row * wordsPerRow + column >> 6
      let shift = UInt64(truncatingIfNeeded: column & 63)
      @inline(__always) func three(_ index: Int) -> UInt64 {
        // Three pixels from `column` on, the left one in bit 0.
        var bits = words[index] &>> shift
        if shift > 61 { bits |= words[index + 1] &<< (64 - shift) }
        return bits & 7
      }
      let up = three(index), middle = three(index + wordsPerRow)
      let down = three(index + 2 * wordsPerRow)
      let reversed = (up >> 2) | (up & 2) | (up & 1) << 2
      return UInt8(
        truncatingIfNeeded: middle >> 2 | reversed << 1 | (middle & 1) << 4 | down << 5)
    }
  }

  /// The ring as seen from direction `first`: bit 0 is that direction.
  @inline(__always)
  static func rotated(_ ring: UInt8, by first: Int) -> UInt8 {
    let shift = UInt8(truncatingIfNeeded: first)
    return ring &>> shift | ring &<< ((8 - shift) & 7)
  }

  /// 1, 1, 0, −1, −1, −1, 0, 1 for the directions 0 … 7, from a table of two bits each.
  @inline(__always)
  static func stepX(_ direction: Int) -> Int {
    0b10_01_00_00_00_01_10_10 >> (2 * direction) & 3 - 1
  }

  /// 0, −1, −1, −1, 0, 1, 1, 1: rows grow downwards.
  @inline(__always)
  static func stepY(_ direction: Int) -> Int {
    0b10_10_10_01_00_00_00_01 >> (2 * direction) & 3 - 1
  }
}
