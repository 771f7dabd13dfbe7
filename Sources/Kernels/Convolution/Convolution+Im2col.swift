// Convolution as a matrix product (im2col, Chellapilla 2006): each output pixel becomes a column of
// the C·R² inputs that it sees, and K×(C·R²) · (C·R²)×(P·Q) is left to BLAS.
//
// The whole column matrix of a 3×3 layer is nine times its input and would live in memory; built for
// a block of columns at a time it stays in the second-level cache. BLAS then runs on one thread and
// the pool shares out the blocks.

/// Convolution through BLAS: the portable algorithm for any geometry.
///
/// A 1×1 filter with stride 1 needs no columns: the input is the matrix as it lies. Error: that of a
/// sum of C·R² products in single precision, in BLAS's order.
///
/// - Parameters: as for ``convolutionReference(_:input:filter:bias:activation:output:)``.
public func convolutionIm2col(
  _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, filter: UnsafePointer<Float>,
  bias: UnsafePointer<Float>, activation: Activation, output: UnsafeMutablePointer<Float>,
  on pool: ThreadPool
) {
  let g = geometry
  let pixels = g.outputHeight * g.outputWidth
  let pointwise = g.kernelSize == 1 && g.stride == 1 && g.topPadding == 0 && g.leftPadding == 0
  // 128 k floats are half of a 1 MiB cache; the other half is for the filter and the output.
  let block = max(32, min(1024, 131_072 / g.depth / 16 * 16))
  let scratch = pointwise ? 0 : block * g.depth
  let columns = UnsafeMutablePointer<Float>.allocate(capacity: max(1, scratch * pool.threads))
  defer { columns.deallocate() }
  nonisolated(unsafe) let output = output  // Blocks of columns are disjoint in the output.
  pool.run((pixels + block - 1) / block) { task, worker in
    let start = task * block
    let count = min(block, pixels - start)
    if pointwise {
      sgemm(
        g.outputChannels, count, g.depth, filter, strideA: g.depth,
        input + start, strideB: pixels, into: output + start, strideC: pixels)
    } else {
      let columns = columns + worker * scratch
      gatherColumns(g, input: input, from: start, count: count, into: columns)
      sgemm(
        g.outputChannels, count, g.depth, filter, strideA: g.depth,
        columns, strideB: count, into: output + start, strideC: pixels)
    }
    for k in 0..<g.outputChannels {
      let row = output + k * pixels + start
      let bias = bias[k]
      switch activation {
      case .none: for i in 0..<count { row[i] += bias }
      case .silu: for i in 0..<count { row[i] = Activation.silu(row[i] + bias) }
      }
    }
  }
}

/// Writes the columns of output pixels `start` ..< `start + count` as a (C·R²)×count matrix.
private func gatherColumns(
  _ g: ConvolutionGeometry, input: UnsafePointer<Float>, from start: Int, count: Int,
  into columns: UnsafeMutablePointer<Float>
) {
  var row = columns
  for c in 0..<g.inputChannels {
    let plane = input + c * g.inputHeight * g.inputWidth
    for r in 0..<g.kernelSize {
      for t in 0..<g.kernelSize {
        var (p, q) = (start / g.outputWidth, start % g.outputWidth)
        var i = 0
        while i < count {
          let run = min(g.outputWidth - q, count - i)
          let y = p * g.stride + r - g.topPadding
          if y < 0 || y >= g.inputHeight {
            (row + i).update(repeating: 0, count: run)
          } else {
            let line = plane + y * g.inputWidth
            for j in 0..<run {
              let x = (q + j) * g.stride + t - g.leftPadding
              row[i + j] = x >= 0 && x < g.inputWidth ? line[x] : 0
            }
          }
          i += run
          q = 0
          p += 1
        }
        row += count
      }
    }
  }
}
