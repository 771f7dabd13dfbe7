/// Replaces each row by exp(scale·x) over the sum of these, in place.
///
/// The row's maximum is subtracted first, so nothing overflows. Where `causal`, row i keeps its
/// first i + 1 columns and the rest become 0: a token sees itself and what came before.
///
/// - Parameter values: rows × columns, contiguous.
public func softmaxRows(
  rows: Int, columns: Int, scale: Float, causal: Bool = false,
  _ values: UnsafeMutablePointer<Float>
) {
  for row in 0..<rows {
    let x = values + row * columns
    let seen = causal ? min(row + 1, columns) : columns
    softmax(seen, scale, x)
    (x + seen).update(repeating: 0, count: columns - seen)
  }
}

private func softmax(_ count: Int, _ scale: Float, _ x: UnsafeMutablePointer<Float>) {
  var largest = -Float.infinity
  for i in 0..<count { largest = x[i] > largest ? x[i] : largest }
  let shift = SIMD8(repeating: scale * largest), factor = SIMD8(repeating: scale)
  mapVectors(count, x) { exponential($0 * factor - shift) }
  var sum: Float = 0
  for i in 0..<count { sum += x[i] }
  let inverse = 1 / sum
  for i in 0..<count { x[i] *= inverse }
}
