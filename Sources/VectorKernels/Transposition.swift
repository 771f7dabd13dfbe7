// Rows to columns, 16×16 floats at a time: from pixels of 16 channels to planes of one.

/// See ``VectorKernels/transpose``.
///
/// Whole squares go through registers, what is left at the right and below number by number.
func transposeRows(
  _ source: UnsafePointer<Float>, _ sourceStep: Int, _ rows: Int, _ columns: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStep: Int
) {
  let (squareRows, squareColumns) = (rows & ~15, columns & ~15)
  var row = 0
  while row < squareRows {
    var column = 0
    while column < squareColumns {
      transposeSquare(
        source + (row &* sourceStep &+ column), sourceStep,
        target + (column &* targetStep &+ row), targetStep)
      column &+= 16
    }
    row &+= 16
  }
  row = 0
  while row < rows {
    var column = row < squareRows ? squareColumns : 0
    while column < columns {
      target[column &* targetStep &+ row] = source[row &* sourceStep &+ column]
      column &+= 1
    }
    row &+= 1
  }
}

/// Four columns at a time: each vector takes four numbers of a row from rows four apart, so that 4×4
/// squares lie side by side, and two rounds transpose them all.
@inline(__always)
private func transposeSquare(
  _ source: UnsafePointer<Float>, _ sourceStep: Int, _ target: UnsafeMutablePointer<Float>,
  _ targetStep: Int
) {
  var column = 0
  while column < 16 {
    let rows = source + column
    let a = quarters(rows, sourceStep), b = quarters(rows + sourceStep, sourceStep)
    let c = quarters(rows + 2 &* sourceStep, sourceStep)
    let d = quarters(rows + 3 &* sourceStep, sourceStep)
    let ab = dealt(a, b), cd = dealt(c, d)
    let first = dealtInPairs(ab.low, cd.low), second = dealtInPairs(ab.high, cd.high)
    let row = target + column &* targetStep
    store(first.low, row)
    store(first.high, row + targetStep)
    store(second.low, row + 2 &* targetStep)
    store(second.high, row + 3 &* targetStep)
    column &+= 4
  }
}

/// Two neighbouring floats as one number.
///
/// The compiler does not look through it: where it sees several rounds of floats at once, it makes
/// permutations of its own that take twice the time.
private typealias Pairs = SIMD8<UInt64>

@inline(__always) private func pairs(_ lanes: Lanes) -> Pairs {
  unsafeBitCast(lanes, to: Pairs.self)
}

@inline(__always) private func lanes(_ pairs: Pairs) -> Lanes {
  unsafeBitCast(pairs, to: Lanes.self)
}

/// Four floats of each of the rows 0, 4, 8 and 12.
@inline(__always) private func quarters(_ rows: UnsafePointer<Float>, _ step: Int) -> Lanes {
  lanes(
    Pairs(
      lowHalf: SIMD4(lowHalf: quarter(rows), highHalf: quarter(rows + 4 &* step)),
      highHalf: SIMD4(
        lowHalf: quarter(rows + 8 &* step), highHalf: quarter(rows + 12 &* step))))
}

@inline(__always) private func quarter(_ row: UnsafePointer<Float>) -> SIMD2<UInt64> {
  UnsafeRawPointer(row).loadUnaligned(as: SIMD2<UInt64>.self)
}

/// The floats of `a` and `b` in turn, of the lower and of the upper halves of their quarters.
@inline(__always) private func dealt(_ a: Lanes, _ b: Lanes) -> (low: Lanes, high: Lanes) {
  let (a, b) = (a.numbers, b.numbers)
  return (
    low: Lanes(
      SIMD16(
        a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5],
        a[8], b[8], a[9], b[9], a[12], b[12], a[13], b[13])),
    high: Lanes(
      SIMD16(
        a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7],
        a[10], b[10], a[11], b[11], a[14], b[14], a[15], b[15]))
  )
}

/// The same with pairs of floats.
@inline(__always) private func dealtInPairs(_ a: Lanes, _ b: Lanes) -> (low: Lanes, high: Lanes) {
  let (a, b) = (pairs(a), pairs(b))
  return (
    low: lanes(Pairs(a[0], b[0], a[2], b[2], a[4], b[4], a[6], b[6])),
    high: lanes(Pairs(a[1], b[1], a[3], b[3], a[5], b[5], a[7], b[7]))
  )
}
