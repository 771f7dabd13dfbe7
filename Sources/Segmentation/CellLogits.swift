import Regions

/// One object's logits on the prototype grid, for the part of it that the object's window needs.
final class CellLogits {
  /// The columns held, widened to whole vectors.
  let columns: Range<Int>
  private let rows: Range<Int>
  private let floats: UnsafeMutablePointer<Float>

  /// Σ coefficient · prototype for each cell of `columns` × `rows`, 0 outside the crop's cells.
  ///
  /// The sum runs in the order of the prototypes, as in `MaskField.contains`: both give one float.
  init(_ field: MaskField, _ seed: MaskField.Seed, columns: Range<Int>, rows: Range<Int>) {
    // Grids are a multiple of 8 cells wide, since network inputs are one of 32 pixels.
    let gridWidth = field.geometry.gridWidth
    precondition(gridWidth % 8 == 0, "CellLogits: a grid \(gridWidth) cells wide")
    let start = columns.lowerBound & ~7, end = (columns.upperBound + 7) & ~7
    self.columns = start..<end
    self.rows = rows
    let width = end - start
    // 64 floats more, so that whole words of columns can be compared in the last row.
    let capacity = width * rows.count + 64
    floats = .allocate(capacity: capacity)
    (floats + width * rows.count).initialize(repeating: 0, count: 64)
    let plane = gridWidth * field.geometry.gridHeight
    field.prototypes.withUnsafeElements { prototypes in
      seed.coefficients.withUnsafeBufferPointer { coefficients in
        guard let prototypes = prototypes.baseAddress, let weights = coefficients.baseAddress
        else { return }
        for (row, y) in rows.enumerated() {
          let source = prototypes + y * gridWidth + start
          let target = floats + row * width
          var x = 0
          while x + 16 <= width {
            Self.combine16(source + x, plane, weights, coefficients.count, into: target + x)
            x += 16
          }
          if x < width {
            Self.combine8(source + x, plane, weights, coefficients.count, into: target + x)
          }
        }
      }
    }
    if let cells = seed.crop.cells { clear(outside: cells) }
  }

  deinit { floats.deallocate() }

  /// The logits of grid row `y`, one for each of `columns`; 64 columns may be read from any of them.
  func row(_ y: Int) -> UnsafePointer<Float> {
    UnsafePointer(floats + (y - rows.lowerBound) * columns.count)
  }

  private func clear(outside cells: PixelRectangle) {
    for (row, y) in rows.enumerated() {
      for (column, x) in columns.enumerated()
      where x < cells.x || y < cells.y || x >= cells.x + cells.width || y >= cells.y + cells.height
      {
        floats[row * columns.count + column] = 0
      }
    }
  }

  @inline(__always)
  private static func combine16(
    _ prototypes: UnsafePointer<Float>, _ plane: Int, _ weights: UnsafePointer<Float>,
    _ count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var sum = SIMD16<Float>.zero
    for k in 0..<count {
      let values = UnsafeRawPointer(prototypes + k &* plane).loadUnaligned(as: SIMD16<Float>.self)
      sum += weights[k] * values
    }
    UnsafeMutableRawPointer(target).storeBytes(of: sum, as: SIMD16<Float>.self)
  }

  @inline(__always)
  private static func combine8(
    _ prototypes: UnsafePointer<Float>, _ plane: Int, _ weights: UnsafePointer<Float>,
    _ count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var sum = SIMD8<Float>.zero
    for k in 0..<count {
      let values = UnsafeRawPointer(prototypes + k &* plane).loadUnaligned(as: SIMD8<Float>.self)
      sum += weights[k] * values
    }
    UnsafeMutableRawPointer(target).storeBytes(of: sum, as: SIMD8<Float>.self)
  }
}
