import CProcessor
import VectorTypes

// Winograd's minimal filtering (Lavin & Gray, arXiv 1509.09308): a patch of m×m outputs from a patch of
// n×n inputs with n² products for each pair of channels, where the definition has m²·R².
//
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A        g: the R×R filter, d: the inputs
//
// Summed over input channels, the n² element-wise products become n² matrix products
// tiles×C · C×K, which run on the register tile. A part is some tiles × some panels:
//
//     V[C/16][tiles][n²][16]  ←  Bᵀ d B of the part's tiles          (all input channels)
//     for each panel:  M[vectors][tiles][n²][16]  ←  V · U[panel]    (U: filters, transformed at load)
//                      output  ←  epilogue(Aᵀ M A)
//
// V and M live in scratch, in the second-level cache. The transforms, which have little to compute,
// read and write a tile's n² vectors in one run; the products, which have much, step over them.
// MinimalFilterings.swift has the filterings: their lines Bᵀd, Aᵀm, and the error of each.

/// See ``VectorKernels/convolve``.
@inline(never)
func winograd<F: Filtering>(
  _: F.Type, _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let tiles = part.end &- part.first
  let positions = F.reach &* F.reach
  let zeros = Zeros(scratch)
  let work = scratch + Zeros.count
  let v = TransformedTiles<F>(base: work + 2 &* positions &* 16, tiles: tiles)
  let m = TransformedTiles<F>(base: v.base + c.inputBlocks &* v.blockStride, tiles: tiles)
  transformInput(problem, part, v, work)
  var panel = part.firstPanel
  while panel < part.endPanel {
    let block = panel &* panelVectors
    let vectors = min(panelVectors, c.outputBlocks &- block)
    let filter = c.filter + block &* 256 &* F.filters &* F.filters &* c.inputBlocks
    multiply(c.inputBlocks, vectors, positions, v, filter, m, zeros)
    var i = 0
    while i < vectors {
      transformOutput(problem, part, m.base + i &* m.blockStride, block &+ i, work, F.self)
      i &+= 1
    }
    panel &+= 1
  }
}

/// Blocks × tiles × n² × 16 numbers in scratch.
private struct TransformedTiles<F: Filtering> {
  let base: UnsafeMutablePointer<Float>
  let tiles: Int

  /// Floats from a tile to the next: an odd number of vectors, since lines at a multiple of a power of
  /// two would fall into a few sets of the first-level cache.
  @inline(__always) static var tileStride: Int { (F.reach &* F.reach | 1) &* 16 }
  /// Floats from a block to the next.
  @inline(__always) var blockStride: Int { tiles &* Self.tileStride }
}

// MARK: - Products

/// M = V·U for one panel: n² products tiles×C · C×(16·vectors).
///
/// Not inlined: a loop over `positions` whose end the compiler knows would be unrolled.
@inline(never)
private func multiply<F: Filtering>(
  _ inputBlocks: Int, _ vectors: Int, _ positions: Int, _ v: TransformedTiles<F>,
  _ filter: UnsafePointer<Float>, _ m: TransformedTiles<F>, _ zeros: Zeros
) {
  let filterStride = inputBlocks &* vectors &* 256
  let tiles = v.tiles
  var position = 0
  while position < positions {
    let row = min(position / F.reach, F.filters &- 1)
    let column = min(position % F.reach, F.filters &- 1)
    let filter = filter + (row &* F.filters &+ column) &* filterStride
    var t = 0
    while t < tiles {
      let offset = position &* 16 &+ t &* TransformedTiles<F>.tileStride
      let source = TransformedTiles<F>(base: v.base + offset, tiles: tiles)
      let target = TransformedTiles<F>(base: m.base + offset, tiles: tiles)
      let left = tiles &- t
      #if VECTOR_AVX512
        switch (tileWidth(left), vectors) {
        case (12, 2): product(Tile<12, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (8, 2): product(Tile<8, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (4, 2): product(Tile<4, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (12, _): product(Tile<12, 1>.self, inputBlocks, source, filter, target, left, zeros)
        case (8, _): product(Tile<8, 1>.self, inputBlocks, source, filter, target, left, zeros)
        default: product(Tile<4, 1>.self, inputBlocks, source, filter, target, left, zeros)
        }
      #else
        switch tileWidth(left) {
        case 6: product(Tile<6, 1>.self, inputBlocks, source, filter, target, left, zeros)
        default: product(Tile<2, 1>.self, inputBlocks, source, filter, target, left, zeros)
        }
      #endif
      t &+= tileWidth(left)
    }
    position &+= 1
  }
}

/// One register tile of the product; stores `count` of its rows at most.
@inline(never)
private func product<F: Filtering, let pixels: Int, let vectors: Int>(
  _: Tile<pixels, vectors>.Type, _ inputBlocks: Int, _ source: TransformedTiles<F>,
  _ filter: UnsafePointer<Float>, _ target: TransformedTiles<F>, _ count: Int, _ zeros: Zeros
) {
  let tileStride = TransformedTiles<F>.tileStride
  var sums: Tile<pixels, vectors> = zeros.tile()
  var (a, filter) = (UnsafePointer(source.base), filter)
  var block = 0
  while block < inputBlocks {
    // A tile's next numbers are far away, where the processor does not look by itself.
    let isLast = block &+ 1 == inputBlocks
    let next = isLast ? UnsafePointer(source.base) + pixels &* tileStride : a + source.blockStride
    var p = 0
    while p < pixels {
      processor_prefetch(next + p &* tileStride)
      p &+= 1
    }
    accumulate(&sums, a, step: tileStride, filter)
    a += source.blockStride
    filter += vectors &* 256
    block &+= 1
  }
  var v = 0
  while v < vectors {
    var p = 0
    while p < pixels {
      if p < count {
        store(
          sums[unchecked: p][unchecked: v].lanes,
          target.base + (v &* target.blockStride &+ p &* tileStride))
      }
      p &+= 1
    }
    v &+= 1
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
/// - Parameter work: 2·n² vectors: a patch that leaves the map is first copied here, with zeros where
///   nothing is; the rows of the half-transformed patch follow.
@inline(never)
private func transformInput<F: Filtering>(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart, _ v: TransformedTiles<F>,
  _ work: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let patch = work
  let half = work + F.reach &* F.reach &* 16
  var target = v.base
  var block = 0
  while block < c.inputBlocks {
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
      var row = 0
      while row < F.reach {
        F.transformInput(source, 16, half + row &* F.reach &* 16, 16)
        source += rowStride
        row &+= 1
      }
      var column = 0
      while column < F.reach {
        F.transformInput(
          UnsafePointer(half) + column &* 16, F.reach &* 16, target + column &* 16, F.reach &* 16)
        column &+= 1
      }
      target += TransformedTiles<F>.tileStride
      tile &+= 1
      place.advance()
    }
    block &+= 1
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
    var i = 0
    while i < side {
      let isPixel = isInside && i >= begin && i < end
      store(isPixel ? load(source + i &* 16) : Lanes.zero, target)
      target += 16
      i &+= 1
    }
    row &+= 1
  }
}

/// output ← epilogue(Aᵀ M A) for the part's tiles, one output block.
///
/// - Parameter work: m half-transformed rows of n vectors, then a row of m sums.
@inline(never)
private func transformOutput<F: Filtering>(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ m: UnsafeMutablePointer<Float>, _ block: Int, _ work: UnsafeMutablePointer<Float>, _: F.Type
) {
  let c = problem.pointee
  var place = TileRaster(c, part, side: F.outputs)
  let sums = work + F.outputs &* F.reach &* 16
  var source = UnsafePointer(m)
  var tile = part.first
  while tile < part.end {
    var column = 0
    while column < F.reach {
      F.transformOutput(
        source + column &* 16, F.reach &* 16, work + column &* 16, F.reach &* 16)
      column &+= 1
    }
    let rows = min(F.outputs, c.outputHeight &- place.row)
    let columns = min(F.outputs, c.outputWidth &- place.x)
    var r = 0
    while r < rows {
      F.transformOutput(UnsafePointer(work) + r &* F.reach &* 16, 16, sums, 16)
      OutputRow(c, block, row: place.row &+ r, x: place.x).finish(sums, columns)
      r &+= 1
    }
    source += TransformedTiles<F>.tileStride
    tile &+= 1
    place.advance()
  }
}
