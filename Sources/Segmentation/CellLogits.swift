import CProcessor
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

  /// Computes the logits of all objects of `group`, which are of one field: Σ coefficient · prototype, 0 outside
  /// an object's cells.
  ///
  /// Row by row of the grid. Each row of the prototypes is first copied, so that it comes from memory once for
  /// the group, and to places of their own in the caches: the planes lie a large power of two apart. The sum
  /// runs in the order of the prototypes, as in `MaskField.contains`: both give one float.
  static func combine(_ group: [CellLogits]) {
    guard let field = group.first?.field else { return }
    let start = group.map(\.rows.lowerBound).min() ?? 0
    let end = group.map(\.rows.upperBound).max() ?? 0
    let columns = group.map(\.columns).reduce(group[0].columns) {
      min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound)
    }
    let width = field.geometry.gridWidth, plane = width * field.geometry.gridHeight
    let step = columns.count + 16
    let count = field.prototypes.count / plane
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count * step) { copy in
      guard let copy = copy.baseAddress else { return }
      field.prototypes.withUnsafeElements { prototypes in
        for y in start..<end {
          let active = group.filter { $0.rows.contains(y) }
          if active.isEmpty { continue }
          for k in 0..<count {
            let row = prototypes.pointer + (k * plane + y * width + columns.lowerBound)
            for x in stride(from: 0, to: columns.count, by: 16) {
              processor_prefetch(row + (width + x))
            }
            (copy + k * step).update(from: row, count: columns.count)
          }
          for cells in active {
            cells.combine(row: y, copy + (cells.columns.lowerBound - columns.lowerBound), step)
          }
        }
      }
    }
  }

  /// One row, from rows of the prototypes that lie `step` floats apart.
  private func combine(row y: Int, _ prototypes: UnsafePointer<Float>, _ step: Int) {
    let target = floats + (y - rows.lowerBound) * columns.count
    seed.coefficients.withUnsafeBufferPointer { coefficients in
      guard let weights = coefficients.baseAddress else { return }
      kernels.combine(prototypes, step, weights, coefficients.count, columns.count, target)
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
