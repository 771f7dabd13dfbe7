import CProcessor
import VectorTypes

// Winograd's minimal filtering (Lavin & Gray, arXiv 1509.09308): a patch of m×m outputs from a patch of
// n×n inputs with n² products for each pair of channels, where the definition has m²·R².
//
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A        g: the R×R filter, d: the inputs
//
// Summed over input channels, the n² element-wise products become n² matrix products
// tiles×C · C×K, which run on the register tile. Before the parts of a convolution are computed, the
// filters of a round of panels are transformed:
//
//     U[panel][n²][C][16·vectors]  ←  G g Gᵀ                         (filters, shared by all parts)
//
// A part is some tiles × some panels:
//
//     V[C/16][tiles][n²][16]  ←  Bᵀ d B of the part's tiles          (all input channels)
//     for each panel:  M[vectors][tiles][n²][16]  ←  V · U[panel]
//                      output  ←  epilogue(Aᵀ M A)
//
// U is made anew in every pass: that takes some 4 % of the time of FastSAM-s, and saves keeping four times
// the filters in memory and reading them from there. V and M live in scratch, in the second-level
// cache. The transforms, which have little to compute, read and write a tile's n² vectors in one run; the
// products, which have much, step over them.
// MinimalFilterings.swift has the filterings: their lines G g, Bᵀ d, Aᵀ m, and the error of each.

/// See ``VectorKernels/convolve``.
@inline(never)
func winograd<F: Filtering>(
  _: F.Type, _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  guard part.firstPanel < part.endPanel else { return }
  let tiles = part.end &- part.first
  let positions = F.reach &* F.reach
  let zeros = Zeros(scratch)
  let work = scratch + Zeros.count
  let v = TransformedTiles<F>(base: work + positions &* 16, tiles: tiles)
  let m = TransformedTiles<F>(base: v.base + c.inputBlocks &* v.blockStride, tiles: tiles)
  transformInput(problem, part, v, patch: work)
  var panel = part.firstPanel
  while panel < part.endPanel {
    let block = panel &* panelVectors
    let vectors = min(panelVectors, c.outputBlocks &- block)
    multiply(
      c.inputBlocks, vectors, positions, v, transformedPanel(F.self, c, panel), m, zeros)
    var i = 0
    while i < vectors {
      transformOutput(problem, part, m.base + i &* m.blockStride, block &+ i, sums: work, F.self)
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

/// Where a panel's transformed filters stand.
@inline(__always)
private func transformedPanel<F: Filtering>(
  _: F.Type, _ c: BlockedConvolution, _ panel: Int
) -> UnsafeMutablePointer<Float> {
  let panelCount =
    F.filters &* F.filters
    &* MinimalFiltering.placeStride(inputBlocks: c.inputBlocks, outputLanes: panelVectors &* 16)
  // The plan has made room (`BlockedConvolution.transformedCount`).
  let (first, second) = c.transformed.unsafelyUnwrapped
  let place = panel % c.roundPanels
  let half = c.roundPanels / 2
  return (place < half ? first + place &* panelCount : second + (place &- half) &* panelCount)
}

// MARK: - Products

/// M = V·U for one panel: n² products tiles×C · C×(16·vectors).
///
/// Not inlined: a loop over `positions` whose end the compiler knows would be unrolled.
@inline(never)
private func multiply<F: Filtering>(
  _ inputBlocks: Int, _ vectors: Int, _ positions: Int, _ v: TransformedTiles<F>,
  _ filter: UnsafeMutablePointer<Float>, _ m: TransformedTiles<F>, _ zeros: Zeros
) {
  let placeStride = MinimalFiltering.placeStride(
    inputBlocks: inputBlocks, outputLanes: vectors &* 16)
  let tiles = v.tiles
  var position = 0
  while position < positions {
    let row = min(position / F.reach, F.filters &- 1)
    let column = min(position % F.reach, F.filters &- 1)
    let filter = UnsafePointer(filter) + (row &* F.filters &+ column) &* placeStride
    var t = 0
    while t < tiles {
      let offset = position &* 16 &+ t &* TransformedTiles<F>.tileStride
      let source = TransformedTiles<F>(base: v.base + offset, tiles: tiles)
      let target = TransformedTiles<F>(base: m.base + offset, tiles: tiles)
      let left = tiles &- t
      let width = tileWidth(left)
      #if VECTOR_AVX512
        switch (width, vectors) {
        case (14, 2): product(Tile<14, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (13, 2): product(Tile<13, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (12, 2): product(Tile<12, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (10, 2): product(Tile<10, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (8, 2): product(Tile<8, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (4, 2): product(Tile<4, 2>.self, inputBlocks, source, filter, target, left, zeros)
        case (14, _): product(Tile<14, 1>.self, inputBlocks, source, filter, target, left, zeros)
        case (13, _): product(Tile<13, 1>.self, inputBlocks, source, filter, target, left, zeros)
        case (12, _): product(Tile<12, 1>.self, inputBlocks, source, filter, target, left, zeros)
        case (10, _): product(Tile<10, 1>.self, inputBlocks, source, filter, target, left, zeros)
        case (8, _): product(Tile<8, 1>.self, inputBlocks, source, filter, target, left, zeros)
        default: product(Tile<4, 1>.self, inputBlocks, source, filter, target, left, zeros)
        }
      #else
        switch width {
        case 6: product(Tile<6, 1>.self, inputBlocks, source, filter, target, left, zeros)
        default: product(Tile<2, 1>.self, inputBlocks, source, filter, target, left, zeros)
        }
      #endif
      t &+= width
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
    // A tile's next numbers, and where its sums will go, are far away, where the processor does not look
    // by itself.
    let isLast = block &+ 1 == inputBlocks
    let next = isLast ? UnsafePointer(source.base) + pixels &* tileStride : a + source.blockStride
    var p = 0
    while p < pixels {
      processor_prefetch(next + p &* tileStride)
      if isLast {
        var v = 0
        while v < vectors {
          processor_prefetch_to_write(
            target.base + (v &* target.blockStride &+ p &* tileStride))
          v &+= 1
        }
      }
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
          sums[unchecked: p][unchecked: v],
          target.base + (v &* target.blockStride &+ p &* tileStride))
      }
      p &+= 1
    }
    v &+= 1
  }
}

// MARK: - Transforms

/// A line of a patch in registers; as long as the longest.
private typealias Line = InlineArray<9, Lanes>

/// U ← G g Gᵀ for one panel and some input blocks.
///
/// U's places lie far apart, and to write all of them for one vector of filters after the other would
/// have the processor wait for every line. So a row of places is written at a time: few enough runs for it
/// to see where each goes on. What the rows have in common is computed again for each.
@inline(never)
func transformFilters<F: Filtering>(
  _: F.Type, _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ firstBlock: Int,
  _ endBlock: Int
) {
  transformFilterRow(F.self, 0, problem, panel, firstBlock, endBlock)
  transformFilterRow(F.self, 1, problem, panel, firstBlock, endBlock)
  transformFilterRow(F.self, 2, problem, panel, firstBlock, endBlock)
  transformFilterRow(F.self, 3, problem, panel, firstBlock, endBlock)
  if F.filters > 4 { transformFilterRow(F.self, 4, problem, panel, firstBlock, endBlock) }
  if F.filters > 5 { transformFilterRow(F.self, 5, problem, panel, firstBlock, endBlock) }
}

/// One row of places of U.
@inline(__always)
private func transformFilterRow<F: Filtering>(
  _: F.Type, _ row: Int, _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int,
  _ firstBlock: Int, _ endBlock: Int
) {
  let c = problem.pointee
  let block = panel &* panelVectors
  let lanes = min(panelVectors, c.outputBlocks &- block) &* 16
  let taps = F.kernelSize &* F.kernelSize
  // The numbers of one tap: 16 input lanes × the panel's output lanes.
  let tapStride = 16 &* lanes
  let placeStride = MinimalFiltering.placeStride(inputBlocks: c.inputBlocks, outputLanes: lanes)
  let target = transformedPanel(F.self, c, panel) + row &* F.filters &* placeStride
  var input = firstBlock
  while input < endBlock {
    let source = c.filter + (block &* 256 &* c.inputBlocks &+ input &* tapStride) &* taps
    let run = target + input &* tapStride
    var i = 0
    while i < tapStride {
      let filter = source + i
      var line = InlineArray<3, Lanes>(repeating: .zero)
      var column = 0
      while column < F.kernelSize {
        F.transformFilter({ load(filter + ($0 &* F.kernelSize &+ column) &* tapStride) }) {
          if $0 == row { line[unchecked: column] = $1 }
        }
        column &+= 1
      }
      F.transformFilter({ line[unchecked: $0] }) {
        store($1, run + ($0 &* placeStride &+ i))
      }
      i &+= 16
    }
    input &+= 1
  }
}

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
      transformPatch(F.self, source, rowStride, target)
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
@inline(__always)
private func transformPatch<F: Filtering>(
  _: F.Type, _ source: UnsafePointer<Float>, _ rowStride: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  if F.reach == 4 || F.reach == 6 {
    transformRows(F.self, 0, 1, source, rowStride, target)
    transformRows(F.self, 1, 2, source, rowStride, target)
    if F.reach == 6 { transformRows(F.self, 3, 2, source, rowStride, target) }
    transformRows(F.self, F.reach &- 1, 1, source, rowStride, target)
  } else {
    transformRows(F.self, 0, 2, source, rowStride, target)
    transformRows(F.self, 2, 2, source, rowStride, target)
    transformRows(F.self, 4, 1, source, rowStride, target)
    if F.reach == 9 {
      transformRows(F.self, 5, 2, source, rowStride, target)
      transformRows(F.self, 7, 2, source, rowStride, target)
    }
  }
}

/// `count` rows of Bᵀ d B from row `first` on, one or two.
@inline(__always)
private func transformRows<F: Filtering>(
  _: F.Type, _ first: Int, _ count: Int, _ source: UnsafePointer<Float>, _ rowStride: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  var a = Line(repeating: .zero)
  var b = Line(repeating: .zero)
  var column = 0
  while column < F.reach {
    F.transformInput({ load(source + ($0 &* rowStride &+ column &* 16)) }) { row, lanes in
      if row == first { a[unchecked: column] = lanes }
      if row == first &+ 1 { b[unchecked: column] = lanes }
    }
    column &+= 1
  }
  let target = target + first &* F.reach &* 16
  F.transformInput({ a[unchecked: $0] }) { store($1, target + $0 &* 16) }
  if count == 2 {
    F.transformInput({ b[unchecked: $0] }) { store($1, target + (F.reach &+ $0) &* 16) }
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
/// - Parameter sums: room for a tile's m² sums.
@inline(never)
private func transformOutput<F: Filtering>(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ m: UnsafeMutablePointer<Float>, _ block: Int, sums: UnsafeMutablePointer<Float>, _: F.Type
) {
  let c = problem.pointee
  var place = TileRaster(c, part, side: F.outputs)
  var source = UnsafePointer(m)
  var tile = part.first
  while tile < part.end {
    var lines = InlineArray<4, Line>(repeating: Line(repeating: .zero))
    var column = 0
    while column < F.reach {
      F.transformOutput({ load(source + ($0 &* F.reach &+ column) &* 16) }) {
        lines[unchecked: $0][unchecked: column] = $1
      }
      column &+= 1
    }
    var row = 0
    while row < F.outputs {
      F.transformOutput({ lines[unchecked: row][unchecked: $0] }) {
        store($1, sums + (row &* F.outputs &+ $0) &* 16)
      }
      row &+= 1
    }
    let rows = min(F.outputs, c.outputHeight &- place.row)
    let columns = min(F.outputs, c.outputWidth &- place.x)
    row = 0
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
