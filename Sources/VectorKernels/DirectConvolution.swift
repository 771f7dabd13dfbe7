import VectorTypes

// Direct convolution on blocked maps. The filter is packed in panels of `panelVectors` output blocks:
// panel, input block, tap (r, t), input channel, output channel (16 a block). A task computes some
// rows for some panels. It first copies the input rows that it needs into scratch with their zeros
// around, so that the loops below meet no border. (Where there is nothing to copy: Pointwise.swift.)

#if VECTOR_AVX512
  /// Output blocks a panel: the largest tile is 14 pixels × 2 blocks.
  let panelVectors = 2
#else
  /// Output blocks a panel: the largest tile is 6 pixels × 1 block.
  let panelVectors = 1
#endif

/// See ``VectorKernels/convolve``.
func directConvolution(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let zeros = Zeros(scratch)
  let source = prepareRows(c, part, scratch + Zeros.count)
  // The first-level cache keeps the panel: all tiles pass over it.
  var panel = part.firstPanel
  while panel < part.endPanel {
    var row = part.first
    while row < part.end {
      var x = 0
      while x < c.outputWidth {
        let place = TilePlace(row: row, firstRow: part.first, x: x, count: c.outputWidth &- x)
        tile(problem, source, panel, place, zeros)
        x &+= place.pixels
      }
      row &+= 1
    }
    panel &+= 1
  }
}

/// Where a tile lies: its row, the first row of the task, its column, and how many pixels of the row
/// are left (the tile may be wider: then it reads on, and stores only these).
struct TilePlace {
  let row: Int
  let firstRow: Int
  let x: Int
  let count: Int

  /// The width of the tile.
  @inline(__always) var pixels: Int { registerTileWidth(count) }
}

// MARK: - Rows

/// The input rows of a task, ready for tiles of neighbouring pixels.
///
/// With stride 2 the even columns of a row come first and the odd ones after them, so that what
/// neighbouring outputs read through one tap are neighbours too; with stride s there are s such runs.
struct PackedRows {
  /// The first row of each block, or of each channel of a planar input.
  let bases: UnsafePointer<UnsafePointer<Float>>
  /// Floats from one row to the next.
  let rowStride: Int
  /// Floats from the first tap of a row to each: tap t stands in run t mod s.
  let taps: UnsafePointer<Int>
  /// Room for the sums of a tile.
  let sums: UnsafeMutablePointer<Float>
}

/// The rows that the part's output rows see, copied with zeros around them.
///
/// Scratch holds the addresses first, then the taps (8 bytes each, in whole lines), a tile's sums, then
/// the rows.
private func prepareRows(
  _ c: BlockedConvolution, _ part: ConvolutionPart, _ scratch: UnsafeMutablePointer<Float>
) -> PackedRows {
  let addressFloats = (c.inputBlocks &* 2 &+ 15) / 16 &* 16
  let tapFloats = (c.kernelSize &* 2 &+ 15) / 16 &* 16
  let bases = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UnsafePointer<Float>.self)
  let taps = UnsafeMutableRawPointer(scratch + addressFloats).assumingMemoryBound(to: Int.self)
  let sums = scratch + (addressFloats &+ tapFloats)
  var target = sums + largestTile &* 16
  // Columns of a run: tap R − 1 of the last output lies (R − 1) / s columns after it.
  let run = c.outputWidth &+ (c.kernelSize &- 1) / c.stride
  let rows = (part.end &- part.first &- 1) &* c.stride &+ c.kernelSize
  let top = part.first &* c.stride &- c.topPadding
  let isPlanar = c.planar != nil
  let vector = isPlanar ? 1 : 16
  var tap = 0
  while tap < c.kernelSize {
    taps[tap] = (tap % c.stride &* run &+ tap / c.stride) &* vector
    tap &+= 1
  }
  var block = 0
  while block < (isPlanar ? c.planarChannels : c.inputBlocks) {
    bases[block] = UnsafePointer(target)
    var map = UnsafePointer(target)
    if let planar = c.planar {
      map = planar + block &* c.inputHeight &* c.inputWidth
    } else {
      map = c.input[block]
    }
    var row = 0
    while row < rows {
      let y = top &+ row
      let isInside = y >= 0 && y < c.inputHeight
      let line = map + (isInside ? y &* c.inputWidth &* vector : 0)
      var first = 0
      while first < c.stride {
        if isPlanar {
          copyRun(c, line, isInside, first, run, target)
        } else {
          copyBlockedRun(c, line, isInside, first, run, target)
        }
        target += run &* vector
        first &+= 1
      }
      row &+= 1
    }
    block &+= 1
  }
  return PackedRows(bases: bases, rowStride: run &* c.stride &* vector, taps: taps, sums: sums)
}

/// Every s-th pixel of a blocked row from column `first` − padding on, zeros outside the row.
@inline(__always)
private func copyBlockedRun(
  _ c: BlockedConvolution, _ line: UnsafePointer<Float>, _ isInside: Bool, _ first: Int,
  _ run: Int, _ target: UnsafeMutablePointer<Float>
) {
  var i = 0
  while i < run {
    let x = i &* c.stride &+ first &- c.leftPadding
    let isPixel = isInside && x >= 0 && x < c.inputWidth
    store(isPixel ? load(line + x &* 16) : Lanes.zero, target + i &* 16)
    i &+= 1
  }
}

/// The same of a planar row.
@inline(__always)
private func copyRun(
  _ c: BlockedConvolution, _ line: UnsafePointer<Float>, _ isInside: Bool, _ first: Int,
  _ run: Int, _ target: UnsafeMutablePointer<Float>
) {
  // Places whose column is in the picture: before and after them are zeros.
  let shift = first &- c.leftPadding
  let begin = isInside ? (shift < 0 ? (c.stride &- 1 &- shift) / c.stride : 0) : run
  let end = max(begin, min(run, (c.inputWidth &- 1 &- shift) / c.stride &+ 1))
  var i = 0
  while i < begin {
    target[i] = 0
    i &+= 1
  }
  // The last vector would be read past the row.
  while c.stride == 2 && i &+ 16 < end {
    store(Lanes.everyOther(from: line + (2 &* i &+ shift)), target + i)
    i &+= 16
  }
  while i < end {
    target[i] = line[i &* c.stride &+ shift]
    i &+= 1
  }
  while i < run {
    target[i] = 0
    i &+= 1
  }
}

// MARK: - Tiles

/// Computes and stores the tile at `place` for one panel.
@inline(__always)
private func tile(
  _ c: UnsafePointer<BlockedConvolution>, _ source: PackedRows, _ panel: Int, _ place: TilePlace,
  _ zeros: Zeros
) {
  let block = panel &* panelVectors
  #if VECTOR_AVX512
    if c.pointee.outputBlocks &- block >= 2 {
      switch place.pixels {
      case 14: tile(Tile<14, 2>.self, c, source, block, place, zeros)
      case 13: tile(Tile<13, 2>.self, c, source, block, place, zeros)
      case 12: tile(Tile<12, 2>.self, c, source, block, place, zeros)
      case 10: tile(Tile<10, 2>.self, c, source, block, place, zeros)
      case 8: tile(Tile<8, 2>.self, c, source, block, place, zeros)
      default: tile(Tile<4, 2>.self, c, source, block, place, zeros)
      }
    } else {
      switch place.pixels {
      case 14: tile(Tile<14, 1>.self, c, source, block, place, zeros)
      case 13: tile(Tile<13, 1>.self, c, source, block, place, zeros)
      case 12: tile(Tile<12, 1>.self, c, source, block, place, zeros)
      case 10: tile(Tile<10, 1>.self, c, source, block, place, zeros)
      case 8: tile(Tile<8, 1>.self, c, source, block, place, zeros)
      default: tile(Tile<4, 1>.self, c, source, block, place, zeros)
      }
    }
  #else
    switch place.pixels {
    case 6: tile(Tile<6, 1>.self, c, source, block, place, zeros)
    case 5: tile(Tile<5, 1>.self, c, source, block, place, zeros)
    default: tile(Tile<4, 1>.self, c, source, block, place, zeros)
    }
  #endif
}

/// The same for a tile of fixed size: a function of its own for each size, so that the compiler sees
/// the whole of it and nothing else.
@inline(never)
private func tile<let pixels: Int, let vectors: Int>(
  _: Tile<pixels, vectors>.Type, _ problem: UnsafePointer<BlockedConvolution>,
  _ source: PackedRows, _ block: Int, _ place: TilePlace, _ zeros: Zeros
) {
  let c = problem.pointee
  var sums: Tile<pixels, vectors> = zeros.tile()
  let filter =
    c.filter + block &* 256 &* c.inputBlocks &* (c.planar == nil ? c.kernelSize &* c.kernelSize : 1)
  let line = (place.row &- place.firstRow) &* c.stride &* source.rowStride
  if c.planar == nil {
    sumBlocks(&sums, zeros, c, source, filter, line &+ place.x &* 16)
  } else {
    sumPlanes(&sums, c, source, filter, line &+ place.x)
  }
  // Out of the registers first: then the epilogue is a short loop with its constants in registers,
  // not the same lines once for every sum.
  storeSums(sums, source.sums)
  let count = min(pixels, place.count)
  var v = 0
  while v < vectors {
    OutputRow(c, block &+ v, row: place.row, x: place.x)
      .finish(source.sums + v &* pixels &* 16, count)
    v &+= 1
  }
}

/// The products of all input blocks and taps.
///
/// In groups of some 256 products, whose sums are then added: rounding grows with the length of a
/// chain of additions, and 640 channels of 3×3 would be one of 5760.
@inline(__always)
private func sumBlocks<let pixels: Int, let vectors: Int>(
  _ sums: inout Tile<pixels, vectors>, _ zeros: Zeros, _ c: BlockedConvolution,
  _ source: PackedRows, _ filter: UnsafePointer<Float>, _ offset: Int
) {
  var filter = filter
  let group = c.kernelSize == 1 ? 16 : 2
  var left = group
  var hasTotals = false
  var block = 0
  while block < c.inputBlocks {
    var line = source.bases[block] + offset
    var r = 0
    while r < c.kernelSize {
      var t = 0
      while t < c.kernelSize {
        accumulate(&sums, line + source.taps[t], step: 16, filter)
        filter += vectors &* 256
        t &+= 1
      }
      line += source.rowStride
      r &+= 1
    }
    block &+= 1
    left &-= 1
    if left == 0 && block < c.inputBlocks {
      if hasTotals { addTotals(&sums, source.sums) }
      storeSums(sums, source.sums)
      sums = zeros.tile()
      hasTotals = true
      left = group
    }
  }
  if hasTotals { addTotals(&sums, source.sums) }
}

/// The products of all channels and taps of a planar input.
///
/// Its few channels would leave most lanes of
/// a block empty; instead each number of a patch counts as an input channel of its own (27 of 32).
@inline(__always)
private func sumPlanes<let pixels: Int, let vectors: Int>(
  _ sums: inout Tile<pixels, vectors>, _ c: BlockedConvolution, _ source: PackedRows,
  _ filter: UnsafePointer<Float>, _ offset: Int
) {
  var filter = filter
  var channel = 0
  while channel < c.planarChannels {
    var line = source.bases[channel] + offset
    var r = 0
    while r < c.kernelSize {
      var t = 0
      while t < c.kernelSize {
        accumulateNumber(&sums, line + source.taps[t], step: 1, filter)
        filter += vectors &* 16
        t &+= 1
      }
      line += source.rowStride
      r &+= 1
    }
    channel &+= 1
  }
}
