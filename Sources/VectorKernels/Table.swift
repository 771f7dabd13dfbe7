import VectorTypes

#if VECTOR_AVX512
  private let name = "avx512"
#elseif VECTOR_FMA
  private let name = "avx2"
#else
  private let name = "baseline"
#endif

/// The kernels of this build's instruction set.
///
/// The caller makes sure that the processor has it.
public func makeKernels() -> VectorKernels {
  VectorKernels(
    name: name, panelBlocks: panelVectors, direct: directConvolution, winograd: winogradConvolution,
    maxPool5: maxPool5, silu: siluArray)
}
