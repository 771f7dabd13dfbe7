import VectorTypes

// Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, arXiv 1509.09308): a 4×4 patch of outputs
// from a 6×6 patch of inputs with 36 products instead of 144.
//
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A        interpolation points 0, ±√½, ±√2, ∞
//
// The textbook's points 0, ±1, ±2, ∞ cost as much and are worse: their matrices hold numbers from
// 1/24 to 8 where these hold 1/6 to 2√2, and the largest error is five times as large (measured on
// 128 channels of activations against Double: 26e-6 against 4.8e-6; a plain sum: 3.8e-6).
//
// Summed over input channels, the 36 element-wise products become 36 matrix products
// tiles×C · C×K, which run on the register tile. A part is some tiles × some panels:
//
//     V[36][C/16][tiles][16]  ←  Bᵀ d B of the part's tiles          (all input channels)
//     for each panel:  M[36][vectors][tiles][16]  ←  V · U[panel]    (U: filters, transformed at load)
//                      output  ←  epilogue(Aᵀ M A)
//
// V and M live in scratch, in the second-level cache. Their strides are one vector more than the data
// needs: 36 lines at a power-of-two distance would fall into a few sets of the first-level cache.
//
// Error: the transforms amplify rounding. Against a Double reference the worst output over the test
// problems is off by 2⁻²⁴·14·(Σ|x·w| + 1), that of direct convolution by 3.6: tests hold 20 here.

/// The outputs on a side of a tile, and the inputs that they see.
private let side = 4
private let reach = 6
private let products = 36

/// See ``VectorKernels/winograd``.
func winogradConvolution(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let tiles = part.end &- part.first
  let v = TransformedTiles(
    base: scratch, positionStride: (c.inputBlocks &* tiles &+ 1) &* 16, blockStride: tiles &* 16)
  let m = TransformedTiles(
    base: scratch + products &* v.positionStride,
    positionStride: (panelVectors &* tiles | 1) &* 16, blockStride: tiles &* 16)
  transformInput(c, part, v)
  let zeros = ZeroTiles()
  var panel = part.firstPanel
  while panel < part.endPanel {
    let block = panel &* panelVectors
    let vectors = min(panelVectors, c.outputBlocks &- block)
    let filter = c.filter + block &* 256 &* products &* c.inputBlocks
    multiply(c.inputBlocks, vectors, tiles, v, filter, m, zeros)
    transformOutput(c, part, m, block: block)
    if vectors == 2 { transformOutput(c, part, m.block(1), block: block &+ 1) }
    panel &+= 1
  }
}

/// 36 positions × blocks × tiles × 16 numbers in scratch.
private struct TransformedTiles {
  let base: UnsafeMutablePointer<Float>
  let positionStride: Int
  let blockStride: Int

  @inline(__always) func block(_ block: Int) -> TransformedTiles {
    TransformedTiles(
      base: base + block &* blockStride, positionStride: positionStride, blockStride: blockStride)
  }
}

// MARK: - Products

/// M = V·U for one panel: 36 products tiles×C · C×(16·vectors).
@inline(__always)
private func multiply(
  _ inputBlocks: Int, _ vectors: Int, _ tiles: Int, _ v: TransformedTiles,
  _ filter: UnsafePointer<Float>, _ m: TransformedTiles, _ zeros: borrowing ZeroTiles
) {
  var filter = filter
  var position = 0
  while position < products {
    let source = UnsafePointer(v.base + position &* v.positionStride)
    let target = m.base + position &* m.positionStride
    var t = 0
    while t < tiles {
      let a = source + t &* 16
      let y = target + t &* 16
      let left = tiles &- t
      #if VECTOR_AVX512
        switch (tileWidth(left), vectors) {
        case (12, 2):
          product(zeros.wide2, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        case (8, 2):
          product(zeros.middle2, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        case (4, 2):
          product(zeros.narrow2, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        case (12, _):
          product(zeros.wide1, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        case (8, _):
          product(zeros.middle1, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        default:
          product(zeros.narrow1, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        }
      #else
        switch tileWidth(left) {
        case 6: product(zeros.wide1, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        default:
          product(zeros.narrow1, inputBlocks, a, v.blockStride, filter, y, m.blockStride, left)
        }
      #endif
      t &+= tileWidth(left)
    }
    filter += inputBlocks &* vectors &* 256
    position &+= 1
  }
}

/// One register tile of the product; stores `count` of its rows at most.
@inline(never)
private func product<let pixels: Int, let vectors: Int>(
  _ zero: Tile<pixels, vectors>, _ inputBlocks: Int, _ a: UnsafePointer<Float>, _ blockStride: Int,
  _ filter: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ vectorStride: Int,
  _ count: Int
) {
  var sums = zero
  var (a, filter) = (a, filter)
  var block = 0
  while block < inputBlocks {
    accumulate(&sums, a, filter)
    a += blockStride
    filter += vectors &* 256
    block &+= 1
  }
  var v = 0
  while v < vectors {
    var p = 0
    while p < pixels {
      if p < count {
        store(sums[unchecked: p][unchecked: v].lanes, y + (v &* vectorStride &+ p &* 16))
      }
      p &+= 1
    }
    v &+= 1
  }
}

// MARK: - Transforms

/// Six numbers in a row, of which each is a vector over channels.
private typealias Six = (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes)

/// √½ and √2.
private let rootHalf: Float = 0.707_106_77
private let rootTwo: Float = 1.414_213_5

/// Bᵀ d for one column of six.
@inline(__always)
private func transformInput(_ d: Six) -> Six {
  let minusTwo = Lanes(repeating: -2)
  let minusHalf = Lanes(repeating: -0.5)
  let minusFiveHalves = Lanes(repeating: -2.5)
  let (p, q) = (multiplyAdd(d.4, d.2, minusTwo), multiplyAdd(d.3, d.1, minusTwo))
  let (r, s) = (multiplyAdd(d.4, d.2, minusHalf), multiplyAdd(d.3, d.1, minusHalf))
  return (
    multiplyAdd(d.0 + d.4, d.2, minusFiveHalves),
    multiplyAdd(p, q, Lanes(repeating: rootHalf)),
    multiplyAdd(p, q, Lanes(repeating: -rootHalf)),
    multiplyAdd(r, s, Lanes(repeating: rootTwo)),
    multiplyAdd(r, s, Lanes(repeating: -rootTwo)),
    multiplyAdd(d.1 + d.5, d.3, minusFiveHalves)
  )
}

/// Aᵀ m for one column of six: four outputs.
@inline(__always)
private func transformOutput(_ m: Six) -> (Lanes, Lanes, Lanes, Lanes) {
  let (p, q) = (m.1 + m.2, m.1 - m.2)
  let (r, s) = (m.3 + m.4, m.3 - m.4)
  return (
    m.0 + p + r,
    multiplyAdd(q * Lanes(repeating: rootHalf), s, Lanes(repeating: rootTwo)),
    multiplyAdd(p * Lanes(repeating: 0.5), r, Lanes(repeating: 2)),
    multiplyAdd(
      multiplyAdd(m.5, q, Lanes(repeating: rootHalf / 2)), s, Lanes(repeating: 2 * rootTwo))
  )
}

@inline(__always)
private func six(_ address: UnsafePointer<Float>, _ stride: Int) -> Six {
  (
    load(address), load(address + stride), load(address + 2 &* stride),
    load(address + 3 &* stride), load(address + 4 &* stride), load(address + 5 &* stride)
  )
}

@inline(__always)
private func put(_ values: Six, _ address: UnsafeMutablePointer<Float>, _ stride: Int) {
  store(values.0, address)
  store(values.1, address + stride)
  store(values.2, address + 2 &* stride)
  store(values.3, address + 3 &* stride)
  store(values.4, address + 4 &* stride)
  store(values.5, address + 5 &* stride)
}

@inline(__always)
private func put(_ values: (Lanes, Lanes, Lanes, Lanes), _ address: UnsafeMutablePointer<Float>) {
  store(values.0, address)
  store(values.1, address + 16)
  store(values.2, address + 32)
  store(values.3, address + 48)
}

/// Walks over the tiles of a part; a division for each tile would cost as much as a transform.
private struct TileRaster {
  private(set) var row: Int, x: Int
  private let width: Int

  init(_ c: BlockedConvolution, _ part: ConvolutionPart) {
    let across = (c.outputWidth &+ side &- 1) / side
    row = part.first / across &* side
    x = part.first % across &* side
    width = c.outputWidth
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
private func transformInput(_ c: BlockedConvolution, _ part: ConvolutionPart, _ v: TransformedTiles)
{
  // A patch that leaves the picture is first copied here, with zeros where nothing is; the rows of
  // the half-transformed patch follow.
  let room = v.base + products &* v.positionStride
  let patch = room
  let half = room + products &* 16
  var block = 0
  while block < c.inputBlocks {
    let map = c.input[block]
    var place = TileRaster(c, part)
    var tile = part.first
    while tile < part.end {
      let (y, x) = (place.row &- 1, place.x &- 1)
      var source = map + (y &* c.inputWidth &+ x) &* 16
      var rowStride = c.inputWidth &* 16
      if y < 0 || x < 0 || y &+ reach > c.inputHeight || x &+ reach > c.inputWidth {
        copyPatch(map, c.inputHeight, c.inputWidth, y, x, patch)
        source = UnsafePointer(patch)
        rowStride = reach &* 16
      }
      var row = 0
      while row < reach {
        put(transformInput(six(source, 16)), half + row &* reach &* 16, 16)
        source += rowStride
        row &+= 1
      }
      let target = v.base + (block &* v.blockStride &+ (tile &- part.first) &* 16)
      var column = 0
      while column < reach {
        put(
          transformInput(six(UnsafePointer(half) + column &* 16, reach &* 16)),
          target + column &* v.positionStride, reach &* v.positionStride)
        column &+= 1
      }
      tile &+= 1
      place.advance()
    }
    block &+= 1
  }
}

/// The 6×6 patch whose first pixel is (y, x), zeros outside the map.
private func copyPatch(
  _ map: UnsafePointer<Float>, _ height: Int, _ width: Int, _ y: Int, _ x: Int,
  _ patch: UnsafeMutablePointer<Float>
) {
  var i = 0
  while i < products {
    let (v, u) = (y &+ i / reach, x &+ i % reach)
    let inside = v >= 0 && v < height && u >= 0 && u < width
    store(inside ? load(map + (v &* width &+ u) &* 16) : Lanes.zero, patch + i &* 16)
    i &+= 1
  }
}

/// output ← epilogue(Aᵀ M A) for the part's tiles, one output block.
private func transformOutput(
  _ c: BlockedConvolution, _ part: ConvolutionPart, _ m: TransformedTiles, block: Int
) {
  var place = TileRaster(c, part)
  // Four half-transformed rows of six; the products of the last tile end before.
  let half = m.base + (products &* m.positionStride &+ 2 &* m.blockStride)
  var tile = part.first
  while tile < part.end {
    let source = UnsafePointer(m.base) + (tile &- part.first) &* 16
    var column = 0
    while column < reach {
      let y = transformOutput(
        six(source + column &* m.positionStride, reach &* m.positionStride))
      let target = half + column &* 16
      store(y.0, target)
      store(y.1, target + reach &* 16)
      store(y.2, target + 2 &* reach &* 16)
      store(y.3, target + 3 &* reach &* 16)
      column &+= 1
    }
    let (row, x) = (place.row, place.x)
    let rows = min(side, c.outputHeight &- row)
    let columns = min(side, c.outputWidth &- x)
    let sums = half + side &* reach &* 16
    var r = 0
    while r < rows {
      let y = transformOutput(six(UnsafePointer(half) + r &* reach &* 16, 16))
      put(y, sums)
      OutputRow(c, block, row: row &+ r, x: x).finish(sums, columns)
      r &+= 1
    }
    tile &+= 1
    place.advance()
  }
}
