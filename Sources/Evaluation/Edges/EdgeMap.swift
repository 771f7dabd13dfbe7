// From masks to edges as the papers describe it (Segment Anything, arXiv 2304.02643, appendix on
// edge detection; FastSAM, arXiv 2306.12156, section on edges): Sobel's filter over each mask's
// probabilities, only on the mask's outline, the strongest of all masks at each pixel, stretched to
// 0…1, and Canny's non-maximum suppression. What the papers leave open is decided here and said so.

import Regions

/// One mask's outline with the slope of its probability across it.
public struct SoftOutline: Sendable {
  /// An outline pixel and the slope there: rightwards and downwards.
  struct Point: Sendable {
    let x: Int, y: Int
    let slopeX: Float, slopeY: Float
  }

  let points: [Point]

  /// The outline of `mask`: its pixels with one of the four neighbours outside.
  ///
  /// Where the picture ends nothing is outside.
  ///
  /// Cost: nine probabilities an outline pixel.
  ///
  /// - Parameter probability: how surely the pixel (x, y) of the picture is inside, 0…1.
  public init(_ mask: Mask, probability: (_ x: Int, _ y: Int) -> Float) {
    var points: [Point] = []
    let window = mask.window, right = mask.width - 1, bottom = mask.height - 1
    for y in window.y..<window.endY {
      for x in window.x..<window.endX where mask[x, y] {
        if (x == 0 || mask[x - 1, y]) && (x == right || mask[x + 1, y])
          && (y == 0 || mask[x, y - 1]) && (y == bottom || mask[x, y + 1])
        {
          continue
        }
        // Beyond the picture's border the border goes on, so that it is no edge.
        func p(_ dx: Int, _ dy: Int) -> Float {
          probability(min(max(x + dx, 0), right), min(max(y + dy, 0), bottom))
        }
        let a = p(-1, -1), b = p(0, -1), c = p(1, -1), d = p(-1, 0), e = p(1, 0)
        let f = p(-1, 1), g = p(0, 1), h = p(1, 1)
        points.append(
          Point(
            x: x, y: y, slopeX: (c + 2 * e + h) - (a + 2 * d + f),
            slopeY: (f + 2 * g + h) - (a + 2 * b + c)))
      }
    }
    self.points = points
  }
}

/// How strong an edge is at each pixel of a picture, and which way it faces.
public struct EdgeMap: Sendable {
  /// The size in pixels.
  public let width: Int, height: Int
  private var strength: [Float]
  private var slopeX: [Float], slopeY: [Float]

  /// No edge anywhere.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
    strength = [Float](repeating: 0, count: width * height)
    slopeX = strength
    slopeY = strength
  }

  /// Adds a mask's outline; where several meet, the steepest counts.
  ///
  /// - Precondition: the mask is one of a picture of this size.
  public mutating func add(_ outline: SoftOutline) {
    for point in outline.points {
      let pixel = point.y * width + point.x
      let steepness = (point.slopeX * point.slopeX + point.slopeY * point.slopeY).squareRoot()
      guard steepness > strength[pixel] else { continue }
      strength[pixel] = steepness
      slopeX[pixel] = point.slopeX
      slopeY[pixel] = point.slopeY
    }
  }

  /// The edges' strengths, 0…1, row by row: only ridges are left, the strongest is 1.
  ///
  /// J. Canny, "A computational approach to edge detection" (1986): a pixel stays where neither of
  /// the two points one pixel away across the edge, interpolated, is stronger. The way across is
  /// that of the mask that was strongest there.
  public func ridges() -> [Float] {
    let strongest = strength.max() ?? 0
    guard strongest > 0 else { return strength }
    var ridges = [Float](repeating: 0, count: strength.count)
    for y in 0..<height {
      for x in 0..<width {
        let pixel = y * width + x
        guard strength[pixel] > 0 else { continue }
        let dx = slopeX[pixel] / strength[pixel], dy = slopeY[pixel] / strength[pixel]
        let here = strength[pixel]
        if sample(Float(x) + dx, Float(y) + dy) > here { continue }
        if sample(Float(x) - dx, Float(y) - dy) > here { continue }
        ridges[pixel] = here / strongest
      }
    }
    return ridges
  }

  /// The strength between pixel centres, interpolated; 0 outside the picture.
  private func sample(_ x: Float, _ y: Float) -> Float {
    let left = Int(x.rounded(.down)), top = Int(y.rounded(.down))
    let partX = x - Float(left), partY = y - Float(top)
    func at(_ x: Int, _ y: Int) -> Float {
      x >= 0 && y >= 0 && x < width && y < height ? strength[y * width + x] : 0
    }
    let upper = at(left, top) * (1 - partX) + at(left + 1, top) * partX
    let lower = at(left, top + 1) * (1 - partX) + at(left + 1, top + 1) * partX
    return upper * (1 - partY) + lower * partY
  }
}

extension Proposal {
  /// The outline of a mask from a file: a step as high as its score.
  ///
  /// - Throws: `EvaluationError.contradiction` where there is no mask, or one of another size.
  public func outline(on size: (width: Int, height: Int), source: String, picture: String)
    throws(EvaluationError) -> SoftOutline
  {
    do throws(Outline.Fault) {
      guard let outline else { throw Outline.Fault(reason: "there is no segmentation") }
      let mask = try outline.runs(width: size.width, height: size.height).mask()
      let score = Float(score)
      return SoftOutline(mask) { mask[$0, $1] ? score : 0 }
    } catch {
      throw .contradiction(path: source, reason: "a proposal for \(picture): \(error.reason)")
    }
  }
}
