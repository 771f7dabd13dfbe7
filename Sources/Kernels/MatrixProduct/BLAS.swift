// The one file that knows which BLAS it is. On Apple's systems Accelerate has the same call.

#if canImport(COpenBLAS)
  import COpenBLAS
  import CProcessor
  import Glibc

  /// Prepares OpenBLAS, once: fastest kernels, and no threads of its own, since the pool decides who
  /// is parallel.
  private let prepared: Void = {
    // OpenBLAS 0.3.21 does not know AMD's processors with AVX-512 and takes its AVX2 kernels there;
    // on a Zen 5 those for Skylake run at twice the speed. A choice of the user's stands.
    if processor_has_avx512(), getenv("OPENBLAS_CORETYPE") == nil,
      let core = openblas_get_corename(), ["Haswell", "Zen"].contains(String(cString: core))
    {
      setenv("OPENBLAS_CORETYPE", "SkylakeX", 1)
      _ = openblas_choose_again()
      unsetenv("OPENBLAS_CORETYPE")
    }
    openblas_end_threads()
  }()
#else
  import Accelerate

  private let prepared: Void = ()
#endif

/// Leaves the processor to whoever makes a thread pool: BLAS computes on the threads that call it.
func prepareBLAS() { _ = prepared }

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
  _ = prepared
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    .init(m), .init(n), .init(k), 1, a, .init(strideA), b, .init(strideB),
    accumulate ? 1 : 0, c, .init(strideC))
}

/// C += A·B in Double on the calling thread, for contiguous row-major matrices.
///
/// For weights that are put together when a network is prepared.
///
/// - Parameters:
///   - a: M×K.
///   - b: K×N.
///   - c: M×N.
public func addProduct(
  rows m: Int, columns n: Int, depth k: Int, _ a: UnsafePointer<Double>,
  _ b: UnsafePointer<Double>, to c: UnsafeMutablePointer<Double>
) {
  _ = prepared
  cblas_dgemm(
    CblasRowMajor, CblasNoTrans, CblasNoTrans, .init(m), .init(n), .init(k), 1, a, .init(k), b,
    .init(n), 1, c, .init(n))
}
