/// Normalises each row to mean 0 and variance 1, then scales and shifts it: (x − μ)/√(σ² + ε)·γ +
/// β.
///
/// The variance is taken around the mean in a second pass, which no large mean can spoil
/// (Ba, Kiros and Hinton, arXiv 1607.06450).
///
/// - Parameters:
///   - x: rows × columns, contiguous.
///   - gamma: the scale, one for each column.
///   - beta: the shift, one for each column.
///   - y: rows × columns; may be `x` itself.
public func layerNorm(
  rows: Int, columns: Int, epsilon: Float, _ x: UnsafePointer<Float>,
  gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
  into y: UnsafeMutablePointer<Float>, on pool: ThreadPool
) {
  nonisolated(unsafe) let y = y  // Tasks write disjoint rows.
  let block = 32
  pool.run((rows + block - 1) / block) { task, _ in
    for row in task * block..<min(rows, (task + 1) * block) {
      let x = x + row * columns, y = y + row * columns
      let mean = sum(columns, x) { $0 } / Float(columns)
      let center = SIMD8(repeating: mean)
      let variance =
        sum(columns, x) { value in
          let d = value - center
          return d * d
        } / Float(columns)
      let scale = 1 / (variance + epsilon).squareRoot()
      for i in 0..<columns { y[i] = (x[i] - mean) * scale * gamma[i] + beta[i] }
    }
  }
}

/// The sum of `transform` over `count` floats, in eight partial sums.
@inline(__always)
private func sum(
  _ count: Int, _ x: UnsafePointer<Float>, _ transform: (SIMD8<Float>) -> SIMD8<Float>
) -> Float {
  let bytes = UnsafeRawPointer(x)
  var sums = SIMD8<Float>.zero
  var i = 0
  while i + 8 <= count {
    sums += transform(bytes.loadUnaligned(fromByteOffset: i * 4, as: SIMD8<Float>.self))
    i += 8
  }
  var total = sums.sum()
  if i < count {
    var last = SIMD8<Float>.zero
    for lane in 0..<count - i { last[lane] = x[i + lane] }
    last = transform(last)
    for lane in 0..<count - i { total += last[lane] }
  }
  return total
}
