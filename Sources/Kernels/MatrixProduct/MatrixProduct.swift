/// C = A·B (+ C) for row-major matrices, split over the pool.
///
/// Work is cut into blocks of a fixed size, so the bytes are the same for every thread count.
/// Cost: M·N·K multiply-adds.
///
/// - Parameters:
///   - a: M×K, contiguous.
///   - b: K×N, or N×K where `transposeB` (the layout of a linear layer's weight); contiguous.
///   - c: M×N, contiguous.
public func matrixProduct(
  rows m: Int, columns n: Int, depth k: Int,
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, transposeB: Bool = false,
  into c: UnsafeMutablePointer<Float>, accumulate: Bool = false, on pool: ThreadPool
) {
  // Blocks of at most 512 on the longer side: large enough for BLAS to reach its speed, small
  // enough that two to eight threads share a layer evenly.
  let block = 512
  nonisolated(unsafe) let c = c  // Blocks of C are disjoint.
  if n >= m {
    pool.run((n + block - 1) / block) { task, _ in
      let start = task * block
      sgemm(
        m, min(block, n - start), k, a, strideA: k,
        b + (transposeB ? start * k : start), strideB: transposeB ? k : n, transposeB: transposeB,
        into: c + start, strideC: n, accumulate: accumulate)
    }
  } else {
    pool.run((m + block - 1) / block) { task, _ in
      let start = task * block
      sgemm(
        min(block, m - start), n, k, a + start * k, strideA: k,
        b, strideB: transposeB ? k : n, transposeB: transposeB,
        into: c + start * n, strideC: n, accumulate: accumulate)
    }
  }
}
