// From distributions to boxes (Generalized Focal Loss, arXiv 2006.04388, section 3: a side is the
// expectation over its bins). All in float32 and in the references' order, with the round trip
// through centre and size that they make, so that corners agree to the last bits.

import Imaging
import Kernels
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where each level's anchors lie.
struct AnchorGrid {
  private struct Level {
    let first: Int, width: Int, stride: Int
  }
  private let levels: [Level]
  /// The anchors of all levels.
  let count: Int

  init(_ maps: [ScoreMap]) {
    var first = 0
    var levels: [Level] = []
    for map in maps {
      levels.append(Level(first: first, width: map.logits.shape[3], stride: map.stride))
      first += map.cells
    }
    self.levels = levels
    self.count = first
  }

  /// The anchor's centre in cells, and the network pixels a cell.
  func place(_ anchor: Int) -> (x: Float, y: Float, stride: Float) {
    let level = levels.last { $0.first <= anchor } ?? levels[0]
    let (row, column) = (anchor - level.first).quotientAndRemainder(dividingBy: level.width)
    return (Float(column) + 0.5, Float(row) + 0.5, Float(level.stride))
  }
}

/// A box by its centre and size, in network pixels.
struct CentredBox {
  var x: Float, y: Float, width: Float, height: Float

  /// The box whose sides lie so far from a cell's centre (x, y), all in cells of `stride` pixels.
  init(
    sides: (left: Float, top: Float, right: Float, bottom: Float), x: Float, y: Float, stride: Float
  ) {
    let x1 = x - sides.left, y1 = y - sides.top
    let x2 = x + sides.right, y2 = y + sides.bottom
    self.x = (x1 + x2) / 2 * stride
    self.y = (y1 + y2) / 2 * stride
    width = (x2 - x1) * stride
    height = (y2 - y1) * stride
  }

  /// The same box by its corners.
  var corners: Box<ModelFrame> {
    Box(
      x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2)
  }
}

/// The expected bin of a distribution given by `bins` logits: Σ i·softmax(logits)ᵢ.
func expectedBin(_ logits: UnsafePointer<Float>, _ bins: Int) -> Float {
  var peak = logits[0]
  for i in 1..<bins { peak = logits[i] > peak ? logits[i] : peak }
  var sum: Float = 0, moment: Float = 0
  for i in 0..<bins {
    let e = expf(logits[i] - peak)
    sum += e
    moment += e * Float(i)
  }
  return moment / sum
}

/// The box of `anchor` from its 4·`bins` distribution logits.
func decodeBox(
  _ logits: UnsafePointer<Float>, bins: Int, anchor: Int, grid: AnchorGrid
) -> CentredBox {
  let (x, y, stride) = grid.place(anchor)
  return CentredBox(
    sides: (
      expectedBin(logits, bins), expectedBin(logits + bins, bins),
      expectedBin(logits + 2 * bins, bins), expectedBin(logits + 3 * bins, bins)
    ), x: x, y: y, stride: stride)
}

/// The boxes of `anchors` by their corners, in network pixels, not clipped.
func decodeBoxes(
  of anchors: [Int], from head: some SegmentationHead, grid: AnchorGrid
) -> [Box<ModelFrame>] {
  let bins = head.bins
  return head.boxLogits(at: anchors).withUnsafeBufferPointer { logits in
    guard let logits = logits.baseAddress else { return [] }
    return anchors.indices.map {
      decodeBox(logits + $0 * 4 * bins, bins: bins, anchor: anchors[$0], grid: grid).corners
    }
  }
}

extension SegmentationHead {
  /// Everything the head says about every anchor, decoded: 1×(4+nc+nm)×A.
  ///
  /// Rows: centre x, centre y, width, height in network pixels; the class probabilities; the mask
  /// coefficients. The definition, for tests; `segment` decodes only what passes its thresholds.
  /// Cost: 4·reg_max + nc exponentials an anchor.
  package func predictions() -> Tensor {
    let maps = scoreMaps, grid = AnchorGrid(maps), anchors = Array(0..<grid.count)
    let logits = boxLogits(at: anchors), coefficients = coefficients(at: anchors)
    let masks = coefficients.count / anchors.count
    var columns = anchors.map { anchor in
      let box = logits.withUnsafeBufferPointer { logits in
        decodeBox(
          logits.pointer + anchor * 4 * bins, bins: bins, anchor: anchor, grid: grid)
      }
      return [box.x, box.y, box.width, box.height]
    }
    var anchor = 0
    for map in maps {
      let scores = map.logits.elements
      for cell in 0..<map.cells {
        for c in 0..<map.logits.shape[1] {
          columns[anchor].append(sigmoid(scores[c * map.cells + cell]))
        }
        columns[anchor] += coefficients[anchor * masks..<(anchor + 1) * masks]
        anchor += 1
      }
    }
    return Tensor(
      [1, columns[0].count, grid.count],
      columns[0].indices.flatMap { row in columns.map { $0[row] } })
  }
}

extension SegmentationHead {
  /// The four distributions of an anchor's box, left, top, right, bottom: `bins` probabilities each,
  /// the softmax of the logits, whose expectation `expectedBins` is.
  package func sideDistributions(of anchor: Int) -> [[Float]] {
    let logits = boxLogits(at: [anchor])
    return (0..<4).map { side in
      let part = logits[side * bins..<(side + 1) * bins]
      let peak = part.max() ?? 0
      let powers = part.map { expf($0 - peak) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }

  /// How far the sides lie from the anchor's centre, left, top, right, bottom, in its level's cells.
  package func expectedBins(of anchor: Int) -> [Float] {
    boxLogits(at: [anchor]).withUnsafeBufferPointer { logits in
      guard let logits = logits.baseAddress else { return [] }
      return (0..<4).map { expectedBin(logits + $0 * bins, bins) }
    }
  }

  /// The anchor's centre in network pixels, and the network pixels a cell of its level.
  package func place(of anchor: Int) -> (x: Float, y: Float, stride: Float) {
    let (x, y, stride) = AnchorGrid(scoreMaps).place(anchor)
    return (x * stride, y * stride, stride)
  }
}
