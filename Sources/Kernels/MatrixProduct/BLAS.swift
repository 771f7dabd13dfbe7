// The one file that knows which BLAS it is. On Apple's systems Accelerate has the same call.

#if canImport(COpenBLAS)
  import COpenBLAS

  /// Makes OpenBLAS run on the calling thread alone, once: the thread pool decides who is parallel.
  private let singleThreaded: Void = openblas_set_num_threads(1)
#else
  import Accelerate

  private let singleThreaded: Void = ()
#endif

/// C = A·B, or C += A·B, on the calling thread, for row-major matrices.
///
/// - Parameters:
///   - a: M×K (or K×M where `transposeA`), rows `strideA` floats apart.
///   - b: K×N (or N×K where `transposeB`), rows `strideB` floats apart.
///   - c: M×N, rows `strideC` floats apart.
func sgemm(
  _ m: Int, _ n: Int, _ k: Int,
  _ a: UnsafePointer<Float>, strideA: Int, transposeA: Bool = false,
  _ b: UnsafePointer<Float>, strideB: Int, transposeB: Bool = false,
  into c: UnsafeMutablePointer<Float>, strideC: Int, accumulate: Bool = false
) {
  _ = singleThreaded
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    .init(m), .init(n), .init(k), 1, a, .init(strideA), b, .init(strideB),
    accumulate ? 1 : 0, c, .init(strideC))
}
