import Kernels
import Regions

/// One object's logits on the prototype grid, for the part of it that the object's window needs.
final class CellLogits {
  /// The columns held, widened to whole vectors.
  let columns: Range<Int>
  /// The rows held.
  let rows: Range<Int>
  /// The columns that were asked for.
  private let needed: Range<Int>
  private let field: MaskField
  private let seed: MaskField.Seed
  private let floats: UnsafeMutablePointer<Float>
  private let kernels = VectorKernels.best

  /// Memory for the logits of `columns` × `rows`, which `combine` computes.
  init(_ field: MaskField, _ seed: MaskField.Seed, columns: Range<Int>, rows: Range<Int>) {
    // Grids are a multiple of 8 cells wide, since network inputs are one of 32 pixels.
    precondition(
      field.geometry.gridWidth % 8 == 0, "CellLogits: a grid \(field.geometry.gridWidth) cells wide"
    )
    self.columns = columns.lowerBound & ~7..<(columns.upperBound + 7) & ~7
    self.rows = rows
    self.needed = columns
    self.field = field
    self.seed = seed
    // 64 floats more, so that whole words of columns can be compared in the last row.
    let count = self.columns.count * rows.count
    floats = .allocate(capacity: count + 64)
    (floats + count).initialize(repeating: 0, count: 64)
  }

  /// Computes the logits of all objects of `group`: Σ coefficient · prototype, 0 outside an
  /// object's cells.
  ///
  /// Row by row of the grid, so that a row of prototypes comes from memory once for the group: the
  /// loads are what this waits for. The sum runs in the order of the prototypes, as in
  /// `MaskField.contains`: both give one float.
  static func combine(_ group: [CellLogits]) {
    let start = group.map(\.rows.lowerBound).min() ?? 0
    let end = group.map(\.rows.upperBound).max() ?? 0
    for y in start..<end {
      for cells in group where cells.rows.contains(y) { cells.combine(row: y) }
    }
  }

  private func combine(row y: Int) {
    let gridWidth = field.geometry.gridWidth, plane = gridWidth * field.geometry.gridHeight
    let target = floats + (y - rows.lowerBound) * columns.count
    field.prototypes.withUnsafeElements { prototypes in
      seed.coefficients.withUnsafeBufferPointer { coefficients in
        guard let prototypes = prototypes.baseAddress, let weights = coefficients.baseAddress
        else { return }
        kernels.combine(
          prototypes + y * gridWidth + columns.lowerBound, plane, weights, coefficients.count,
          columns.count, target)
      }
    }
    if let cells = seed.crop.cells {
      for (i, x) in columns.enumerated()
      where !cells.rows.contains(y) || !cells.columns.contains(x) { target[i] = 0 }
    }
  }

  deinit { floats.deallocate() }

  /// The logits of grid row `y`, one for each of `columns`; 64 columns may be read from any of them.
  func row(_ y: Int) -> UnsafePointer<Float> {
    UnsafePointer(floats + (y - rows.lowerBound) * columns.count)
  }

  /// The cell with the largest logit above `threshold` among those that the window needs; nil where
  /// none lies above it.
  func peak(above threshold: Float) -> (x: Int, y: Int)? {
    var best = threshold
    var peak: (x: Int, y: Int)?
    for y in rows {
      for x in stride(from: needed.lowerBound, to: needed.upperBound, by: 64) {
        let logits = row(y) + (x - columns.lowerBound)
        var higher = bits(logits, above: best)
        if needed.upperBound - x < 64 { higher &= ~(.max << UInt64(needed.upperBound - x)) }
        while higher != 0 {
          let place = higher.trailingZeroBitCount
          if logits[place] > best {
            best = logits[place]
            peak = (x + place, y)
          }
          higher &= higher - 1
        }
      }
    }
    return peak
  }

  /// True where any logit lies above `threshold`; else no mean of logits does.
  func exceeds(_ threshold: Float) -> Bool {
    var start = 0
    let count = columns.count * rows.count
    while start < count {
      let next = min(64, count - start)
      if bits(floats + start, above: threshold) & (.max >> UInt64(64 - next)) != 0 { return true }
      start += next
    }
    return false
  }
}
