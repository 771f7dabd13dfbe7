import Kernels

/// The rows of a refined grid, made one at a time from the cells'; in full, since they are short.
///
/// Rows must be asked for from the top; the last two stay valid.
final class UpsampledRows {
  private let step: Upsampling
  private let kernels = VectorKernels.best
  private let columns: Range<Int>
  private let stride: Int
  /// Two rows stretched sideways, then two finished ones; row y is in the slot y & 1 of its pair.
  private let floats: UnsafeMutablePointer<Float>
  private var stretched = (-1, -1), finished = (-1, -1)

  init(_ step: Upsampling, columns: Range<Int>) {
    self.step = step
    self.columns = columns
    // Whole words of 64 columns can be read from any column.
    stride = columns.count + 64
    floats = .allocate(capacity: 4 * stride)
    floats.initialize(repeating: 0, count: 4 * stride)
  }

  deinit { floats.deallocate() }

  /// Row `y`, one float for each of `columns`.
  func row(_ y: Int, from cells: CellLogits) -> UnsafePointer<Float> {
    let target = floats + (2 + y & 1) * stride
    if (y & 1 == 0 ? finished.0 : finished.1) == y { return UnsafePointer(target) }
    if y & 1 == 0 { finished.0 = y } else { finished.1 = y }
    let first = stretch(Int(step.y.first[y]), of: cells)
    let second = stretch(Int(step.y.second[y]), of: cells)
    let firstWeight = step.y.firstWeight[y], secondWeight = step.y.secondWeight[y]
    for i in 0..<columns.count {
      target[i] = first[i] * firstWeight + second[i] * secondWeight
    }
    return UnsafePointer(target)
  }

  private func stretch(_ y: Int, of cells: CellLogits) -> UnsafeMutablePointer<Float> {
    let target = floats + (y & 1) * stride
    if (y & 1 == 0 ? stretched.0 : stretched.1) == y { return target }
    if y & 1 == 0 { stretched.0 = y } else { stretched.1 = y }
    stretchRow(
      cells.row(y), from: cells.columns.lowerBound, step.x, columns, into: target, kernels)
    return target
  }
}

/// One row stretched sideways: the output columns `columns` of `taps` from `source`, whose first
/// float is the sample `origin`; 32 floats can be read from any sample.
func stretchRow(
  _ source: UnsafePointer<Float>, from origin: Int, _ taps: BilinearTaps, _ columns: Range<Int>,
  into target: UnsafeMutablePointer<Float>, _ kernels: VectorKernels
) {
  taps.first.withUnsafeBufferPointer { first in
    taps.second.withUnsafeBufferPointer { second in
      taps.firstWeight.withUnsafeBufferPointer { firstWeight in
        taps.secondWeight.withUnsafeBufferPointer { secondWeight in
          let start = columns.lowerBound
          guard let first = first.baseAddress, let second = second.baseAddress,
            let firstWeight = firstWeight.baseAddress, let secondWeight = secondWeight.baseAddress
          else { return }
          kernels.stretch(
            source, origin, first + start, second + start, firstWeight + start,
            secondWeight + start, columns.count, target)
        }
      }
    }
  }
}
