/// Multi-head scaled dot-product attention: softmax(Q·Kᵀ/√d)·V for each head of each sequence
/// (Vaswani et al., arXiv 1706.03762, section 3.2).
///
/// Each head of each sequence is a task with tokens² floats of scratch.
///
/// - Parameters:
///   - width: the floats of a token, `heads` × d.
///   - causal: a token sees only itself and those before it.
///   - qkv: sequences × tokens × 3·width: each token's query, key and value, the heads in order in
///     each.
///   - y: sequences × tokens × width.
/// - Precondition: `width` is a multiple of `heads`.
public func attention(
  sequences: Int, tokens: Int, heads: Int, width: Int, causal: Bool,
  _ qkv: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, on pool: ThreadPool
) {
  precondition(width % heads == 0, "attention: \(heads) heads in a width of \(width)")
  nonisolated(unsafe) let y = y  // Tasks write disjoint columns of disjoint sequences.
  let depth = width / heads, stride = 3 * width
  let scale = 1 / Float(depth).squareRoot()
  pool.run(sequences * heads) { task, _ in
    let sequence = task / heads, head = task % heads
    let query = qkv + sequence * tokens * stride + head * depth
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, tokens * tokens)) { scratch in
      guard let scores = scratch.baseAddress else { return }
      sgemm(
        tokens, tokens, depth, query, strideA: stride, query + width, strideB: stride,
        transposeB: true, into: scores, strideC: tokens)
      softmaxRows(rows: tokens, columns: tokens, scale: scale, causal: causal, scores)
      sgemm(
        tokens, depth, tokens, scores, strideA: tokens, query + 2 * width, strideB: stride,
        into: y + sequence * tokens * width + head * depth, strideC: width)
    }
  }
}
