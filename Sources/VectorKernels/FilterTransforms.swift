import CProcessor
import VectorTypes

// U ← G g Gᵀ, and the sums of U's own pairs.
//
// The transform takes some 5 % of the time of FastSAM-s: filters come from memory in every pass, and U is four
// times as large. A task that covers a large part of the map transforms some rows of U's places, multiplies, and goes
// on to the next rows: U never leaves its core's cache. Where tasks are many and U is small, it is made before them
// (`BlockedConvolution.grid` says which costs less).

/// A line of a patch in registers; as long as the longest.
typealias Line = InlineArray<9, Numbers>

/// Where a panel's transformed filters stand.
@inline(__always)
func transformedPanel<F: Filtering>(
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

/// U ← G g Gᵀ for one panel and some input blocks, to the room that was made before.
@inline(never)
func transformFilters<F: Filtering>(
  _: F.Type, _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ firstBlock: Int,
  _ endBlock: Int
) {
  transformFilterRows(
    F.self, 0, F.filters, problem, panel, firstBlock, endBlock,
    transformedPanel(F.self, problem.pointee, panel))
}

/// Floats from one place of a panel's transformed filters to the next.
@inline(__always)
func filterPlaceStride(_ c: BlockedConvolution, _ panel: Int) -> Int {
  MinimalFiltering.placeStride(
    inputBlocks: c.inputBlocks,
    outputLanes: min(panelVectors, c.outputBlocks &- panel &* panelVectors) &* 16)
}

/// Rows `first` to `end` of the places of U, for some input blocks, to `target`.
///
/// U's places lie far apart, and to write all of them for one vector of filters after the other would
/// have the processor wait for every line. So a row of places is written at a time: few enough runs for it
/// to see where each goes on. What the rows have in common is computed again for each. One input block after
/// the other: its filters stay in the first-level cache for all rows.
@inline(__always)
func transformFilterRows<F: Filtering>(
  _: F.Type, _ first: Int, _ end: Int, _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int,
  _ firstBlock: Int, _ endBlock: Int, _ target: UnsafeMutablePointer<Float>
) {
  let rowStride = F.filters &* filterPlaceStride(problem.pointee, panel)
  var block = firstBlock
  while block < endBlock {
    var row = first
    while row < end {
      let target = target + (row &- first) &* rowStride
      // Which results of a line are wanted has to be known when this is compiled.
      switch row {
      case 0: transformFilterRow(F.self, 0, problem, panel, block, target)
      case 1: transformFilterRow(F.self, 1, problem, panel, block, target)
      case 2: transformFilterRow(F.self, 2, problem, panel, block, target)
      case 3: transformFilterRow(F.self, 3, problem, panel, block, target)
      case 4: transformFilterRow(F.self, 4, problem, panel, block, target)
      case 5: transformFilterRow(F.self, 5, problem, panel, block, target)
      default:
        if F.filters > 6 { transformFilterRow(F.self, 6, problem, panel, block, target) }
      }
      row &+= 1
    }
    block &+= 1
  }
}

/// One row of places of one input block.
@inline(__always)
private func transformFilterRow<F: Filtering>(
  _: F.Type, _ row: Int, _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ input: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let block = panel &* panelVectors
  let lanes = min(panelVectors, c.outputBlocks &- block) &* 16
  let taps = F.kernelSize &* F.kernelSize
  // The numbers of one tap: 16 input lanes × the panel's output lanes.
  let tapStride = 16 &* lanes
  let placeStride = filterPlaceStride(c, panel)
  let scale = c.pairing?.scale ?? 1
  let source = c.filter + (block &* 256 &* c.inputBlocks &+ input &* tapStride) &* taps
  let run = target + input &* tapStride
  var i = 0
  while i < tapStride {
    let filter = source + i
    // The next block's filters: short runs, whose end the processor does not foresee.
    var tap = row % 3
    while tap < taps {
      processor_prefetch(filter + (taps &+ tap) &* tapStride)
      tap &+= 3
    }
    var part = 0
    while part < 16 {
      let places = transformedRow(F.self, row, filter + part, tapStride, scale: scale)
      var column = 0
      while column < F.filters {
        places[unchecked: column].write(to: run + (column &* placeStride &+ i &+ part))
        column &+= 1
      }
      part &+= Numbers.count
    }
    i &+= 16
  }
}

/// One row of scale · G g Gᵀ.
@inline(__always)
private func transformedRow<F: Filtering>(
  _: F.Type, _ row: Int, _ filter: UnsafePointer<Float>, _ tapStride: Int, scale: Float
) -> Line {
  var line = InlineArray<3, Numbers>(repeating: .zero)
  var column = 0
  while column < F.kernelSize {
    F.transformFilter({ Numbers(at: filter + ($0 &* F.kernelSize &+ column) &* tapStride) }) {
      if $0 == row { line[unchecked: column] = scale * $1 }
    }
    column &+= 1
  }
  var places = Line(repeating: .zero)
  F.transformFilter({ line[unchecked: $0] }) { places[unchecked: $0] = $1 }
  return places
}

/// For one panel and each place of the transformed filters (n², not scaled) the sums of the filters' own pairs.
///
/// - Parameter target: places × output lanes of a panel.
@inline(never)
func sumFilterPairs<F: Filtering>(
  _: F.Type, _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let block = panel &* panelVectors
  let lanes = min(panelVectors, c.outputBlocks &- block) &* 16
  let taps = F.kernelSize &* F.kernelSize
  let tapStride = 16 &* lanes
  let panelFilter = c.filter + block &* 256 &* c.inputBlocks &* taps
  var v = 0
  while v < lanes {
    var place = 0
    while place < F.filters &* F.filters {
      Numbers.zero.write(to: target + (place &* lanes &+ v))
      place &+= 1
    }
    var input = 0
    while input < c.inputBlocks {
      let source = panelFilter + input &* tapStride &* taps + v
      var lane = 1
      while lane < 16 {
        let sign = PairedProducts.sign(lane)
        var row = 0
        while row < F.filters {
          let before = transformedRow(
            F.self, row, source + (lane &- 1) &* lanes, tapStride, scale: sign)
          let own = transformedRow(F.self, row, source + lane &* lanes, tapStride, scale: 1)
          var column = 0
          while column < F.filters {
            let sum = target + ((row &* F.filters &+ column) &* lanes &+ v)
            Numbers(at: sum).adding(before[unchecked: column], times: own[unchecked: column])
              .write(to: sum)
            column &+= 1
          }
          row &+= 1
        }
        lane &+= 3
      }
      input &+= 1
    }
    v &+= Numbers.count
  }
}
