/// The definition of the 2×2 transposed convolution with stride 2 (a "deconvolution" whose outputs
/// never overlap): each input pixel becomes a 2×2 patch.
///
/// y[k, 2p+r, 2q+t] = b[k] + Σ x[c,p,q] · w[c,k,r,t], summed in Double. Cost: 4·C·K·H·W
/// multiply-adds.
///
/// - Parameters:
///   - input: C×H×W.
///   - filter: C×K×2×2 (input channels first, as PyTorch stores it).
///   - bias: K.
///   - output: K×2H×2W.
public func transposedConvolutionReference(
  inputChannels: Int, outputChannels: Int, height: Int, width: Int,
  input: UnsafePointer<Float>, filter: UnsafePointer<Float>, bias: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>
) {
  for k in 0..<outputChannels {
    for y in 0..<2 * height {
      for x in 0..<2 * width {
        var sum = Double(bias[k])
        for c in 0..<inputChannels {
          sum +=
            Double(input[(c * height + y / 2) * width + x / 2])
            * Double(filter[((c * outputChannels + k) * 2 + y % 2) * 2 + x % 2])
        }
        output[(k * 2 * height + y) * 2 * width + x] = Float(sum)
      }
    }
  }
}

/// The same through BLAS: one matrix product a phase (r, t), scattered to every second pixel.
public func transposedConvolutionProduct(
  inputChannels: Int, outputChannels: Int, height: Int, width: Int,
  input: UnsafePointer<Float>, filter: UnsafePointer<Float>, bias: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>, on pool: ThreadPool
) {
  let pixels = height * width
  // Rows of the product are (k, r, t): the filter's last three axes, so its transpose is the matrix.
  let rows = 4 * outputChannels
  let patches = UnsafeMutablePointer<Float>.allocate(capacity: rows * pixels)
  defer { patches.deallocate() }
  let block = 512
  nonisolated(unsafe) let target = patches
  pool.run((pixels + block - 1) / block) { task, _ in
    let start = task * block
    sgemm(
      rows, min(block, pixels - start), inputChannels, filter, strideA: rows, transposeA: true,
      input + start, strideB: pixels, into: target + start, strideC: pixels)
  }
  for k in 0..<outputChannels {
    for y in 0..<2 * height {
      let line = output + (k * 2 * height + y) * 2 * width
      for x in 0..<2 * width {
        let row = (k * 2 + y % 2) * 2 + x % 2
        line[x] = patches[row * pixels + (y / 2) * width + x / 2] + bias[k]
      }
    }
  }
}
