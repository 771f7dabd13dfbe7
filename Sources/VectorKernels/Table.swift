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
    name: name, panelBlocks: panelVectors, transformFilters: transformFilters, convolve: convolve,
    maxPool5: maxPool5, silu: siluArray, combine: combinePlanes, meanBits: meanBits,
    transpose: transposeRows, expectedBins: expectedBins, sigmoid: sigmoidArray,
    peak: multiplyAddPeak)
}

/// See ``VectorKernels/convolve``.
private func convolve(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  switch problem.pointee.filtering {
  case nil: directConvolution(problem, part, scratch)
  case .four3: winograd(Four3.self, problem, part, scratch)
  case .two3: winograd(Two3.self, problem, part, scratch)
  case .four2: winograd(Four2.self, problem, part, scratch)
  case .four3Strided: winograd(Four3Strided.self, problem, part, scratch)
  case .two3Strided: winograd(Two3Strided.self, problem, part, scratch)
  }
}

/// See ``VectorKernels/transformFilters``.
private func transformFilters(
  _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ firstBlock: Int, _ endBlock: Int
) {
  switch problem.pointee.filtering {
  case nil: break
  case .four3: transformFilters(Four3.self, problem, panel, firstBlock, endBlock)
  case .two3: transformFilters(Two3.self, problem, panel, firstBlock, endBlock)
  case .four2: transformFilters(Four2.self, problem, panel, firstBlock, endBlock)
  case .four3Strided: transformFilters(Four3Strided.self, problem, panel, firstBlock, endBlock)
  case .two3Strided: transformFilters(Two3Strided.self, problem, panel, firstBlock, endBlock)
  }
}
