import CProcessor
import VectorTypes

// Winograd's minimal filtering (Lavin & Gray, arXiv 1509.09308): a patch of m×m outputs from a patch of
// n×n inputs with n² products for each pair of channels, where the definition has m²·R².
//
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A        g: the R×R filter, d: the inputs
//
// Summed over input channels, the n² element-wise products become n² matrix products
// tiles×C · C×K, which run on the register tile (Products.swift). A part is some tiles × some panels:
//
//     V[C/16][tiles][n²][16]  ←  Bᵀ d B of the part's tiles          (all input channels)
//     for each panel:  U[n²][C][16·vectors]  ←  G g Gᵀ               (here, or before: FilterTransforms.swift)
//                      M[vectors][tiles][n²][16]  ←  V · U
//                      output  ←  epilogue(Aᵀ M A)
//
// V and M live in scratch, in the second-level cache. The transforms, which have little to compute, read and
// write rows of n vectors; the products, which have much, step over them.
// MinimalFilterings.swift has the filterings: their lines G g, Bᵀ d, Aᵀ m, and the error of each.

/// See ``VectorKernels/convolve``.
@inline(never)
func winograd<F: Filtering, P: InnerProduct>(
  _: P.Type, _: F.Type, _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let tiles = part.end &- part.first
  let positions = F.reach &* F.reach
  let zeros = Zeros(scratch)
  let work = scratch + Zeros.count
  let pairs = PairSums(base: work + positions &* 16, tiles: tiles)
  let v = TransformedTiles<F>(
    base: pairs.base + PairSums.count(tiles: tiles, positions: positions), blocks: c.inputBlocks,
    tiles: tiles)
  let m = TransformedTiles<F>(base: v.base + v.count, blocks: panelVectors, tiles: tiles)
  let own = m.base + (m.count &+ 14 &* TransformedTiles<F>.tileStride)
  if !part.isPrepared { transformInput(problem, part, v, patch: work) }
  var panel = part.firstPanel
  while panel < part.endPanel {
    let block = panel &* panelVectors
    let vectors = min(panelVectors, c.outputBlocks &- block)
    multiplyPanel(
      P.self, F.self, problem, panel, v, m, pairs,
      isFirst: part.isFirst(panel), own: own, zeros)
    var i = 0
    while i < vectors {
      transformOutput(problem, part, m, i, block &+ i, sums: work)
      i &+= 1
    }
    panel &+= 1
  }
}

// MARK: - Transforms

/// Walks over the tiles of a part; a division for each tile would cost as much as a transform.
private struct TileRaster {
  private(set) var row: Int, x: Int
  private let side: Int, width: Int

  @inline(__always)
  init(_ c: BlockedConvolution, _ part: ConvolutionPart, side: Int) {
    let across = (c.outputWidth &+ side &- 1) / side
    row = part.first / across &* side
    x = part.first % across &* side
    width = c.outputWidth
    self.side = side
  }

  @inline(__always) mutating func advance() {
    x &+= side
    if x >= width {
      x = 0
      row &+= side
    }
  }
}

/// V ← Bᵀ d B for the part's tiles, all input blocks.
///
/// - Parameter patch: n² vectors: a patch that leaves the map is first copied here, with zeros where
///   nothing is.
@inline(never)
private func transformInput<F: Filtering>(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart, _ v: TransformedTiles<F>,
  patch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  var block = 0
  while block < c.inputBlocks {
    var target = v.base + block &* v.blockStride
    let map = c.input[block]
    var place = TileRaster(c, part, side: F.outputs)
    var tile = part.first
    while tile < part.end {
      let y = place.row &* F.stride &- c.topPadding
      let x = place.x &* F.stride &- c.leftPadding
      var source = map + (y &* c.inputWidth &+ x) &* 16
      var rowStride = c.inputWidth &* 16
      if y < 0 || x < 0 || y &+ F.reach > c.inputHeight || x &+ F.reach > c.inputWidth {
        copyPatch(map, c.inputHeight, c.inputWidth, y, x, F.reach, patch)
        source = UnsafePointer(patch)
        rowStride = F.reach &* 16
      }
      var i = 0
      while i < 16 {
        transformPatch(F.self, source + i, rowStride, target + i, v.rowStride)
        i &+= Numbers.count
      }
      target += TransformedTiles<F>.tileStride
      tile &+= 1
      place.advance()
    }
    block &+= 1
  }
}

/// Bᵀ d B of one patch.
///
/// n² vectors are more than the registers hold, and stores are dear (Zen 4 writes half a vector a cycle).
/// So nothing is stored half-done: Bᵀ d is made two rows at a time, the two of a pair of points, which
/// share their arithmetic, and each row goes through B at once; the price is that inputs are read several
/// times.
///
/// - Parameter targetStride: floats from one row of the results to the next.
@inline(__always)
private func transformPatch<F: Filtering>(
  _: F.Type, _ source: UnsafePointer<Float>, _ rowStride: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  let first = F.hasOrigin ? 1 : 0
  if F.hasOrigin { transformRows(F.self, 0, 1, source, rowStride, target, targetStride) }
  transformRows(F.self, first, 2, source, rowStride, target, targetStride)
  transformRows(F.self, first &+ 2, F.reach &- first &- 2, source, rowStride, target, targetStride)
  transformRows(F.self, first &+ 4, F.reach &- first &- 4, source, rowStride, target, targetStride)
  transformRows(F.self, first &+ 6, F.reach &- first &- 6, source, rowStride, target, targetStride)
  transformRows(F.self, first &+ 8, F.reach &- first &- 8, source, rowStride, target, targetStride)
}

/// The first two of `count` rows of Bᵀ d B from row `first` on, or the one that there is, or none.
@inline(__always)
private func transformRows<F: Filtering>(
  _: F.Type, _ first: Int, _ count: Int, _ source: UnsafePointer<Float>, _ rowStride: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  guard count > 0 else { return }
  var a = Line(repeating: .zero)
  var b = Line(repeating: .zero)
  var column = 0
  while column < F.reach {
    F.transformInput({ Numbers(at: source + ($0 &* rowStride &+ column &* 16)) }) { row, lanes in
      if row == first { a[unchecked: column] = lanes }
      if row == first &+ 1 { b[unchecked: column] = lanes }
    }
    column &+= 1
  }
  let target = target + first &* targetStride
  F.transformInput({ a[unchecked: $0] }) { $1.write(to: target + $0 &* 16) }
  if count > 1 {
    F.transformInput({ b[unchecked: $0] }) { $1.write(to: target + (targetStride &+ $0 &* 16)) }
  }
}

/// The patch of this side whose first pixel is (y, x), zeros outside the map.
@inline(never)
private func copyPatch(
  _ map: UnsafePointer<Float>, _ height: Int, _ width: Int, _ y: Int, _ x: Int, _ side: Int,
  _ patch: UnsafeMutablePointer<Float>
) {
  // The columns of the patch that lie in the map.
  let (begin, end) = (max(0, 0 &- x), min(side, width &- x))
  var target = patch
  var row = y
  while row < y &+ side {
    let isInside = row >= 0 && row < height
    let source = map + (isInside ? row &* width &+ x : 0) &* 16
    let (begin, end) = isInside ? (begin, end) : (side, side)
    var i = 0
    while i < begin {
      store(Lanes.zero, target + i &* 16)
      i &+= 1
    }
    while i < end {
      store(load(source + i &* 16), target + i &* 16)
      i &+= 1
    }
    while i < side {
      store(Lanes.zero, target + i &* 16)
      i &+= 1
    }
    target += side &* 16
    row &+= 1
  }
}

/// output ← epilogue(Aᵀ M A) for the part's tiles, one output block.
///
/// - Parameters:
///   - vector: which of M's blocks.
///   - sums: room for a tile's m² sums.
@inline(never)
private func transformOutput<F: Filtering>(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart, _ m: TransformedTiles<F>,
  _ vector: Int, _ block: Int, sums: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  var place = TileRaster(c, part, side: F.outputs)
  var source = m.rows(vector)
  var tile = part.first
  while tile < part.end {
    var i = 0
    while i < 16 {
      sumTile(F.self, source + i, m.rowStride, sums + i)
      i &+= Numbers.count
    }
    let rows = min(F.outputs, c.outputHeight &- place.row)
    let columns = min(F.outputs, c.outputWidth &- place.x)
    var row = 0
    while row < rows {
      OutputRow(c, block, row: place.row &+ row, x: place.x)
        .finish(sums + row &* F.outputs &* 16, columns)
      row &+= 1
    }
    source += TransformedTiles<F>.tileStride
    tile &+= 1
    place.advance()
  }
}

/// Aᵀ M A of one tile.
@inline(__always)
private func sumTile<F: Filtering>(
  _: F.Type, _ source: UnsafePointer<Float>, _ rowStride: Int, _ target: UnsafeMutablePointer<Float>
) {
  var lines = InlineArray<5, Line>(repeating: Line(repeating: .zero))
  var column = 0
  while column < F.reach {
    F.transformOutput({ Numbers(at: source + ($0 &* rowStride &+ column &* 16)) }) {
      lines[unchecked: $0][unchecked: column] = $1
    }
    column &+= 1
  }
  var row = 0
  while row < F.outputs {
    F.transformOutput({ lines[unchecked: row][unchecked: $0] }) {
      $1.write(to: target + (row &* F.outputs &+ $0) &* 16)
    }
    row &+= 1
  }
}
