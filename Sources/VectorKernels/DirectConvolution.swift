import VectorTypes

// Direct convolution on blocked maps. The filter is packed in panels of up to `panelVectors` output
// blocks: panel, input block, tap (r, t), input channel, output channel (16 a block). A task computes
// some rows for some panels; where the filter is larger than a pixel, it first copies the input rows
// that it needs into scratch with their zeros around, so that the loops below meet no border.

#if VECTOR_AVX512
  /// Output blocks a panel: the tile is 12 pixels × 2 blocks.
  let panelVectors = 2
#else
  /// Output blocks a panel: the tile is 6 pixels × 1 block (3 on SSE would fit; 4 is as quick).
  let panelVectors = 1
#endif

/// See ``VectorKernels/direct``.
func directConvolution(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  var c = problem.pointee
  // Scratch: a table of addresses first (8 bytes each, rounded up to whole lines), rows after it.
  let bases = UnsafeMutableRawPointer(scratch).assumingMemoryBound(
    to: UnsafePointer<Float>.self)
  let rows = scratch + (c.inputBlocks &* 2 &+ 15) / 16 &* 16
  let source: PackedRows
  if let planar = c.planar {
    source = packPatches(c, planar, part, bases: bases, into: rows)
    (c.kernelSize, c.stride) = (1, 1)
  } else if c.kernelSize == 1 && c.stride == 1 {
    var block = 0
    while block < c.inputBlocks {
      bases[block] = c.input[block] + part.first &* c.inputWidth &* 16
      block &+= 1
    }
    source = PackedRows(bases: bases, rowStride: c.inputWidth &* 16, runStride: 0)
  } else {
    source = packRows(c, part, bases: bases, into: rows)
  }
  var panel = part.firstPanel
  while panel < part.endPanel {
    let block = panel &* panelVectors
    let filter = c.filter + block &* 256 &* c.inputBlocks &* c.kernelSize &* c.kernelSize
    if c.outputBlocks &- block >= 2 && panelVectors == 2 {
      panelRows(InlineArray<2, Lanes>(repeating: .zero), c, part, source, filter, block)
    } else {
      panelRows(InlineArray<1, Lanes>(repeating: .zero), c, part, source, filter, block)
    }
    panel &+= 1
  }
}

/// The input rows of a task, ready for tiles of neighbouring pixels.
///
/// With stride 2 the even columns of a row come first and the odd ones after them, so that what
/// neighbouring outputs read through one tap are neighbours too; with stride s there are s such runs.
struct PackedRows {
  /// An address for each block.
  let bases: UnsafePointer<UnsafePointer<Float>>
  /// Floats from one row to the next, and from one run of columns to the next.
  let rowStride: Int, runStride: Int
}

/// Copies the input rows that the part's output rows see, zeros around them.
private func packRows(
  _ c: BlockedConvolution, _ part: ConvolutionPart,
  bases: UnsafeMutablePointer<UnsafePointer<Float>>, into rows: UnsafeMutablePointer<Float>
) -> PackedRows {
  // Columns of a run: tap R − 1 of the last output lies (R − 1) / s columns after it.
  let run = c.outputWidth &+ (c.kernelSize &- 1) / c.stride
  let height = (part.end &- part.first &- 1) &* c.stride &+ c.kernelSize
  let top = part.first &* c.stride &- c.padding
  var target = rows
  var block = 0
  while block < c.inputBlocks {
    bases[block] = UnsafePointer(target)
    var row = 0
    while row < height {
      let y = top &+ row
      let inside = y >= 0 && y < c.inputHeight
      let line = c.input[block] + (inside ? y &* c.inputWidth &* 16 : 0)
      var first = 0
      while first < c.stride {
        var i = 0
        while i < run {
          let x = i &* c.stride &+ first &- c.padding
          let lanes = inside && x >= 0 && x < c.inputWidth ? load(line + x &* 16) : Lanes.zero
          store(lanes, target)
          target += 16
          i &+= 1
        }
        first &+= 1
      }
      row &+= 1
    }
    block &+= 1
  }
  return PackedRows(
    bases: UnsafePointer(bases), rowStride: run &* c.stride &* 16, runStride: run &* 16)
}

/// Gathers the C×R×R patch of each output pixel into lanes: the first layer's few channels would leave
/// most of a block empty, its patches fill two (27 of 32 lanes).
private func packPatches(
  _ c: BlockedConvolution, _ planar: UnsafePointer<Float>, _ part: ConvolutionPart,
  bases: UnsafeMutablePointer<UnsafePointer<Float>>, into rows: UnsafeMutablePointer<Float>
) -> PackedRows {
  let block = (part.end &- part.first) &* c.outputWidth &* 16
  rows.update(repeating: 0, count: block &* c.inputBlocks)
  var b = 0
  while b < c.inputBlocks {
    bases[b] = UnsafePointer(rows + b &* block)
    b &+= 1
  }
  var lane = 0
  while lane < c.planarChannels &* c.kernelSize &* c.kernelSize {
    let (channel, tap) = (
      lane / (c.kernelSize &* c.kernelSize), lane % (c.kernelSize &* c.kernelSize)
    )
    let plane = planar + channel &* c.inputHeight &* c.inputWidth
    let left = tap % c.kernelSize &- c.padding
    // The columns whose tap falls into the picture.
    let firstColumn = left < 0 ? (c.stride &- 1 &- left) / c.stride : 0
    let endColumn = min(c.outputWidth, (c.inputWidth &- 1 &- left) / c.stride &+ 1)
    var row = part.first
    while row < part.end {
      let y = row &* c.stride &+ tap / c.kernelSize &- c.padding
      if y >= 0 && y < c.inputHeight {
        let line = plane + (y &* c.inputWidth &+ left)
        let pixels = (row &- part.first) &* c.outputWidth
        let target = rows + (lane / 16 &* block &+ pixels &* 16 &+ lane % 16)
        var x = firstColumn
        while x < endColumn {
          target[x &* 16] = line[x &* c.stride]
          x &+= 1
        }
      }
      row &+= 1
    }
    lane &+= 1
  }
  return PackedRows(bases: UnsafePointer(bases), rowStride: c.outputWidth &* 16, runStride: 0)
}

/// All rows of a part for one panel of `vectors` output blocks.
///
/// The unused first argument carries the panel's width into the type.
@inline(__always)
private func panelRows<let vectors: Int>(
  _ shape: InlineArray<vectors, Lanes>, _ c: BlockedConvolution, _ part: ConvolutionPart,
  _ source: PackedRows, _ filter: UnsafePointer<Float>, _ block: Int
) {
  // Rows of a 1×1 convolution lie one after the other and can be taken as one long row, unless the
  // epilogue needs to know where a row ends.
  let flat = c.kernelSize == 1 && c.stride == 1 && c.coarse == nil && c.pixelStep == 1
  let width = flat ? (part.end &- part.first) &* c.outputWidth : c.outputWidth
  var row = part.first
  while row < part.end {
    var x = 0
    while x < width {
      let at = TilePlace(
        offset: (row &- part.first) &* c.stride &* source.rowStride &+ x &* 16,
        row: row, x: x, count: width &- x)
      #if VECTOR_AVX512
        if at.count > 8 {
          tile(Tile<12, vectors>(repeating: shape), c, source, filter, block, at)
          x &+= 12
        } else if at.count > 4 {
          tile(Tile<8, vectors>(repeating: shape), c, source, filter, block, at)
          x &+= 8
        } else {
          tile(Tile<4, vectors>(repeating: shape), c, source, filter, block, at)
          x &+= 4
        }
      #else
        if at.count > 2 {
          tile(Tile<6, vectors>(repeating: shape), c, source, filter, block, at)
          x &+= 6
        } else {
          tile(Tile<2, vectors>(repeating: shape), c, source, filter, block, at)
          x &+= 2
        }
      #endif
    }
    row = flat ? part.end : row &+ 1
  }
}

/// Where a tile lies: floats from the start of the packed rows, output row and column, and how many
/// pixels of the row are left (the tile may be wider: then it reads on, and stores only these).
struct TilePlace {
  let offset: Int
  let row: Int
  let x: Int
  let count: Int
}

/// Computes and stores one tile.
@inline(__always)
private func tile<let pixels: Int, let vectors: Int>(
  _ zero: Tile<pixels, vectors>, _ c: BlockedConvolution, _ source: PackedRows,
  _ filter: UnsafePointer<Float>, _ block: Int, _ at: TilePlace
) {
  var sums = zero
  var filter = filter
  var b = 0
  while b < c.inputBlocks {
    var line = source.bases[b] + at.offset
    var r = 0
    while r < c.kernelSize {
      var t = 0
      while t < c.kernelSize {
        accumulate(
          &sums, line + (t % c.stride &* source.runStride &+ t / c.stride &* 16), filter)
        filter += vectors &* 256
        t &+= 1
      }
      line += source.rowStride
      r &+= 1
    }
    b &+= 1
  }
  let count = min(pixels, at.count)
  var v = 0
  while v < vectors {
    let bias = load(c.bias + (block &+ v) &* 16)
    var p = 0
    while p < pixels {
      if p < count {
        finish(sums[unchecked: p][unchecked: v] + bias, c, block &+ v, at.row, at.x &+ p)
      }
      p &+= 1
    }
    v &+= 1
  }
}

/// What follows the sum: the coarse part, the activation, the residual; then the store.
@inline(__always)
func finish(_ sum: Lanes, _ c: BlockedConvolution, _ block: Int, _ row: Int, _ x: Int) {
  var y = sum
  if let coarse = c.coarse {
    y += load(coarse[block] + ((row / 2) &* (c.outputWidth / 2) &+ x / 2) &* 16)
  }
  if c.silu { y = silu(y) }
  let pixel = (row &* c.outputWidth &* c.pixelStep &+ x) &* c.pixelStep
  if let residual = c.residual { y += load(residual[block] + pixel &* 16) }
  store(y, c.output[block] + pixel &* 16)
}
