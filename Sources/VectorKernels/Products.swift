import CProcessor
import VectorTypes

// The products of a minimal filtering, and of a 1×1 convolution, which is one with a single position:
//
//     M[vectors][tiles][n²][16]  ←  V[C/16][tiles][n²][16] · U[n²][C][16·vectors]
//
// n² matrix products tiles×C · C×(16·vectors), register tile by register tile.

/// Where the 16 numbers of a block stand for tiles (or pixels) one after the other, `tileStride` floats apart.
protocol TileRows {
  static var tileStride: Int { get }

  /// The rows of one input block.
  func rows(_ block: Int) -> UnsafePointer<Float>

  /// The rows of a position, from a tile on.
  func at(row: Int, _ column: Int, tile: Int) -> Self
}

/// Pixels of a map.
struct MapPixels: TileRows {
  let blocks: UnsafePointer<UnsafePointer<Float>>
  let offset: Int

  @inline(__always) static var tileStride: Int { 16 }
  @inline(__always) func rows(_ block: Int) -> UnsafePointer<Float> { blocks[block] + offset }
  @inline(__always) func at(row: Int, _ column: Int, tile: Int) -> MapPixels {
    MapPixels(blocks: blocks, offset: offset &+ tile &* 16)
  }
}

/// Blocks × tiles × n² × 16 numbers in scratch.
///
/// The n vectors of a row of positions lie in one run, which the transforms write and read, and the products step over
/// them; the tiles of a row follow each other. (Where a tile's n rows do, and tiles lie n times as far apart, products
/// take 10 % longer with AVX2 on a Zen 3, and a pass 1 to 2 % with AVX-512 on a Zen 4.)
struct TransformedTiles<F: Filtering>: TileRows {
  let base: UnsafeMutablePointer<Float>
  let blocks: Int, tiles: Int

  /// Floats from a tile to the next.
  @inline(__always) static var tileStride: Int { F.reach &* 16 }
  // Where strides might be multiples of a power of two there is one vector more: such lines would fall into a few
  // sets of the first-level cache.
  /// Floats from a block to the next.
  @inline(__always) var blockStride: Int { (tiles &* F.reach | 1) &* 16 }
  /// Floats from a row of positions to the next.
  @inline(__always) var rowStride: Int { (blocks &* blockStride | 16) }
  /// Floats of all.
  @inline(__always) var count: Int { F.reach &* rowStride }

  @inline(__always) func rows(_ block: Int) -> UnsafePointer<Float> {
    UnsafePointer(base) + block &* blockStride
  }
  @inline(__always) func at(row: Int, _ column: Int, tile: Int) -> TransformedTiles {
    TransformedTiles(
      base: base + (row &* rowStride &+ column &* 16 &+ tile &* Self.tileStride), blocks: blocks,
      tiles: tiles)
  }
}

/// A row of places of a panel's transformed filters.
struct FilterRow {
  /// The place's numbers: for each input channel 16·`vectors` outputs.
  let numbers: UnsafePointer<Float>
  /// Floats from a place to the next.
  let placeStride: Int
  /// For each place the sums of the filters' own pairs, one an output lane; nil for plain sums.
  let pairs: UnsafePointer<Float>?
  /// How many times as large `numbers` are as those that `pairs` were summed of.
  let scale: Float
  /// What will be read some rows later, in memory still, and its lines.
  let later: UnsafePointer<Float>, laterLines: Int
}

/// Room for the sums of pairs of a part's inputs, and of the filters of one place.
struct PairSums {
  let base: UnsafeMutablePointer<Float>
  let tiles: Int

  /// Floats for so many tiles: what is read on to the end of a register tile is room too.
  @inline(__always) static func count(tiles: Int, positions: Int) -> Int {
    panelVectors &* 16 &+ (positions &* (tiles &+ 14) &+ 15) / 16 &* 16
  }

  /// The sums of a place's filters.
  @inline(__always) var filters: UnsafeMutablePointer<Float> { base }

  /// The sums of a position's tiles.
  @inline(__always) func inputs(position: Int) -> UnsafeMutablePointer<Float> {
    base + (panelVectors &* 16 &+ position &* (tiles &+ 14))
  }
}

/// The products of a panel, with filters that were transformed before, or that are now, some rows at a time; a 1×1
/// filter is taken as it is packed, or was scaled.
///
/// - Parameter own: room for ``filterRowsAtOnce`` rows of places of the panel's transformed filters.
@inline(__always)
func multiplyPanel<F: Filtering, V: TileRows, P: InnerProduct>(
  _: P.Type, _: F.Type, _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ v: V,
  _ m: TransformedTiles<F>, _ pairs: PairSums, isFirst: Bool, own: UnsafeMutablePointer<Float>,
  _ zeros: Zeros
) {
  let c = problem.pointee
  let block = panel &* panelVectors
  let vectors = min(panelVectors, c.outputBlocks &- block)
  let placeStride = filterPlaceStride(c, panel)
  let isPointwise = F.kernelSize == 1
  let isReady = c.transformed != nil || isPointwise
  let ready: UnsafePointer<Float>
  if c.transformed != nil {
    ready = UnsafePointer(transformedPanel(F.self, c, panel))
  } else {
    ready = isPointwise ? c.filter + block &* 256 &* c.inputBlocks : UnsafePointer(own)
  }
  // Where the filters are transformed here, the next panel's come from memory: a share is fetched with each row
  // (a pass of s at 640 takes 0.5 % less, 0.9 % on cores that share no cache).
  let lines = isReady ? 0 : F.kernelSize &* F.kernelSize &* c.inputBlocks &* vectors &* 16
  let share = (lines &+ F.filters &- 1) / F.filters
  let nextPanel =
    c.filter + F.kernelSize &* F.kernelSize &* c.inputBlocks &* (block &+ vectors) &* 256
  var row = 0
  while row < F.filters {
    let place = isReady ? row : row % filterRowsAtOnce
    if !isReady && place == 0 {
      transformFilterRows(
        F.self, row, min(row &+ filterRowsAtOnce, F.filters), problem, panel, 0, c.inputBlocks, own)
    }
    let numbers = ready + place &* F.filters &* placeStride
    let filters = FilterRow(
      numbers: numbers, placeStride: placeStride,
      pairs: c.pairing.map {
        $0.filterSums + (block &* F.filters &+ row &* vectors) &* F.filters &* 16
      },
      scale: c.pairing?.scale ?? 1, later: nextPanel + row &* share &* 16, laterLines: share)
    // The last place serves all positions from there on.
    var position = row
    while position < (row &+ 1 == F.filters ? F.reach : row &+ 1) {
      multiply(
        P.self, c.inputBlocks, vectors, position, v, filters, m, pairs, isFirst: isFirst, zeros)
      position &+= 1
    }
    row &+= 1
  }
}

/// M = V·U for one panel and one row of positions.
///
/// - Parameters:
///   - pairs: for paired products room for sums, those of the inputs made with the first panel.
///   - isFirst: whether this is the part's first panel.
///
/// Not inlined: a loop over positions whose end the compiler knows would be unrolled.
@inline(never)
func multiply<F: Filtering, V: TileRows, P: InnerProduct>(
  _: P.Type, _ inputBlocks: Int, _ vectors: Int, _ row: Int, _ v: V, _ filters: FilterRow,
  _ m: TransformedTiles<F>, _ pairs: PairSums, isFirst: Bool, _ zeros: Zeros
) {
  let tiles = m.tiles
  var column = 0
  while column < F.reach {
    let position = row &* F.reach &+ column
    let place = min(column, F.filters &- 1)
    let filter = filters.numbers + place &* filters.placeStride
    var line = column
    while line < filters.laterLines {
      processor_prefetch_early(filters.later + line &* 16)
      line &+= F.reach
    }
    if let own = filters.pairs {
      var i = 0
      while i < vectors &* 16 {
        store(
          (filters.scale * filters.scale) * load(own + (place &* vectors &* 16 &+ i)),
          pairs.filters + i)
        i &+= 16
      }
    }
    var first = 0
    while first < inputBlocks {
      let depth = Depth(from: first, of: inputBlocks)
      var t = 0
      while t < tiles {
        let source = v.at(row: row, column, tile: t)
        let target = m.at(row: row, column, tile: t)
        let left = tiles &- t
        let width = P.tileWidth(left)
        let own = pairs.inputs(position: position) + t
        if P.isPaired && isFirst {
          switch width {
          case 12: sumInputPairs(InlineArray<12, Lanes>.self, source, inputBlocks, own)
          case 10: sumInputPairs(InlineArray<10, Lanes>.self, source, inputBlocks, own)
          case 8: sumInputPairs(InlineArray<8, Lanes>.self, source, inputBlocks, own)
          default: sumInputPairs(InlineArray<4, Lanes>.self, source, inputBlocks, own)
          }
        }
        let begin = TileSums(
          inputs: own, filters: pairs.filters, zeros: zeros,
          isAhead: isFirst && (P.isPaired || F.kernelSize == 1) && depth.end &- first <= 16)
        #if VECTOR_AVX512
          switch (width, vectors) {
          case (14, 2) where P.widest == 14:
            product(P.self, Tile<14, 2>.self, depth, source, filter, target, left, begin)
          case (13, 2) where P.widest == 14:
            product(P.self, Tile<13, 2>.self, depth, source, filter, target, left, begin)
          case (12, 2):
            product(P.self, Tile<12, 2>.self, depth, source, filter, target, left, begin)
          case (10, 2):
            product(P.self, Tile<10, 2>.self, depth, source, filter, target, left, begin)
          case (8, 2):
            product(P.self, Tile<8, 2>.self, depth, source, filter, target, left, begin)
          case (4, 2):
            product(P.self, Tile<4, 2>.self, depth, source, filter, target, left, begin)
          case (14, _) where P.widest == 14:
            product(P.self, Tile<14, 1>.self, depth, source, filter, target, left, begin)
          case (13, _) where P.widest == 14:
            product(P.self, Tile<13, 1>.self, depth, source, filter, target, left, begin)
          case (12, _):
            product(P.self, Tile<12, 1>.self, depth, source, filter, target, left, begin)
          case (10, _):
            product(P.self, Tile<10, 1>.self, depth, source, filter, target, left, begin)
          case (8, _):
            product(P.self, Tile<8, 1>.self, depth, source, filter, target, left, begin)
          default:
            product(P.self, Tile<4, 1>.self, depth, source, filter, target, left, begin)
          }
        #else
          switch width {
          case 6:
            product(P.self, Tile<6, 1>.self, depth, source, filter, target, left, begin)
          case 5:
            product(P.self, Tile<5, 1>.self, depth, source, filter, target, left, begin)
          default:
            product(P.self, Tile<4, 1>.self, depth, source, filter, target, left, begin)
          }
        #endif
        t &+= width
      }
      first = depth.end
    }
    column &+= 1
  }
}

#if VECTOR_AVX512
  /// All input blocks.
  struct Depth {
    let end: Int

    @inline(__always) init(from first: Int, of blocks: Int) { end = blocks }
    @inline(__always) var first: Int { 0 }
    @inline(__always) var isFirst: Bool { true }
  }
#else
  /// Input blocks whose products are made before those of the others, for all tiles: so many that their filters, 16 kB,
  /// stay in half of a first-level cache.
  struct Depth {
    let first: Int, end: Int

    @inline(__always) init(from first: Int, of blocks: Int) {
      self.first = first
      end = min(first &+ 16, blocks)
    }
    /// Whether sums begin here; else they go on.
    @inline(__always) var isFirst: Bool { first == 0 }
  }
#endif

/// What a tile's sums begin with.
struct TileSums {
  let inputs: UnsafePointer<Float>
  let filters: UnsafePointer<Float>
  let zeros: Zeros
  /// Whether the tile's inputs are in the first-level cache, so that it is time to fetch the next tile's.
  let isAhead: Bool
}

/// One register tile of the product; stores `count` of its rows at most.
@inline(never)
private func product<
  F: Filtering, V: TileRows, P: InnerProduct, let pixels: Int, let vectors: Int
>(
  _: P.Type, _: Tile<pixels, vectors>.Type, _ depth: Depth, _ source: V,
  _ filter: UnsafePointer<Float>, _ target: TransformedTiles<F>, _ count: Int, _ begin: TileSums
) {
  let tileStride = V.tileStride
  var sums: Tile<pixels, vectors> = P.begin(
    begin.zeros, pixels: begin.inputs, filters: begin.filters)
  if !depth.isFirst { loadSums(&sums, target) }
  var (a, filter) = (source.rows(depth.first), filter + depth.first &* vectors &* 256)
  var block = depth.first
  while block < depth.end {
    // A tile's next numbers, and where its sums will go, are far away, where the processor does not look
    // by itself.
    let isLast = block &+ 1 == depth.end
    let next =
      begin.isAhead
      ? source.rows(block) + pixels &* tileStride
      : isLast ? source.rows(depth.first) + pixels &* tileStride : source.rows(block &+ 1)
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
    P.add(&sums, a, step: tileStride, filter)
    a = source.rows(isLast ? depth.first : block &+ 1)
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

/// The sums that were stored in M.
///
/// A tile may read on past the last, as it does in V.
@inline(__always)
private func loadSums<F: Filtering, let pixels: Int, let vectors: Int>(
  _ sums: inout Tile<pixels, vectors>, _ source: TransformedTiles<F>
) {
  var v = 0
  while v < vectors {
    var p = 0
    while p < pixels {
      sums[unchecked: p][unchecked: v] = load(
        source.base + (v &* source.blockStride &+ p &* TransformedTiles<F>.tileStride))
      p &+= 1
    }
    v &+= 1
  }
}

// MARK: - Sums of pairs

/// The sums of the inputs' own pairs of `pixels` tiles at one position: each product with the sign with which
/// it is missing.
@inline(never)
private func sumInputPairs<V: TileRows, let pixels: Int>(
  _: InlineArray<pixels, Lanes>.Type, _ source: V, _ blocks: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  var sums = InlineArray<pixels, Lanes>(repeating: .zero)
  var block = 0
  while block < blocks {
    let numbers = source.rows(block)
    var p = 0
    while p < pixels {
      let x = load(numbers + p &* V.tileStride)
      sums[unchecked: p] = sums[unchecked: p].adding(x, times: x.rotated)
      p &+= 1
    }
    block &+= 1
  }
  let signs = pairSigns()
  var p = 0
  while p < pixels {
    // Two of a tile of 10 are summed twice; there is room.
    @inline(__always) func signed(_ i: Int) -> Lanes {
      sums[unchecked: min(p &+ i, pixels &- 1)] * signs
    }
    Lanes.sums(signed(0), signed(1), signed(2), signed(3), to: target + p)
    p &+= 4
  }
}

/// ``PairedProducts/sign(_:)`` of each lane.
@inline(__always)
func pairSigns() -> Lanes {
  var signs = Lanes.zero
  var lane = 0
  while lane < 16 {
    signs.numbers[lane] = PairedProducts.sign(lane)
    lane &+= 1
  }
  return signs
}
