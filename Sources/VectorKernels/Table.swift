import VectorTypes

#if VECTOR_AVX512
  private let name = "avx512"
  private typealias Pairs = Paired
#elseif VECTOR_FMA
  private let name = "avx2"
  private typealias Pairs = Plain
#else
  private let name = "baseline"
  private typealias Pairs = Plain
#endif

/// The kernels of this build's instruction set.
///
/// The caller makes sure that the processor has it.
public func makeKernels() -> VectorKernels {
  VectorKernels(
    name: name, panelBlocks: panelVectors, canPair: Pairs.isPaired,
    transformFilters: transformFilters, sumFilterPairs: sumFilterPairs, convolve: convolve,
    maxPool5: maxPool5, silu: siluArray, combine: combinePlanes, stretch: stretchSamples,
    meanBits: meanBits,
    transpose: transposeRows, expectedBins: expectedBins, sigmoid: sigmoidArray,
    peak: multiplyAddPeak)
}

/// See ``VectorKernels/convolve``.
private func convolve(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  if problem.pointee.pairing == nil {
    convolve(Plain.self, problem, part, scratch)
  } else {
    convolve(Pairs.self, problem, part, scratch)
  }
}

@inline(__always)
private func convolve<P: InnerProduct>(
  _: P.Type, _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  switch problem.pointee.filtering {
  case nil where problem.pointee.isDotProduct: dotProducts(problem, part, scratch)
  case nil where problem.pointee.isPointwise: pointwise(P.self, problem, part, scratch)
  case nil: directConvolution(problem, part, scratch)
  case .four3: winograd(P.self, Four3.self, problem, part, scratch)
  case .two3: winograd(P.self, Two3.self, problem, part, scratch)
  case .five3: winograd(P.self, Five3.self, problem, part, scratch)
  case .four2: winograd(P.self, Four2.self, problem, part, scratch)
  case .five2: winograd(P.self, Five2.self, problem, part, scratch)
  case .four3Strided: winograd(P.self, Four3Strided.self, problem, part, scratch)
  case .two3Strided: winograd(P.self, Two3Strided.self, problem, part, scratch)
  }
}

/// See ``VectorKernels/transformFilters``.
private func transformFilters(
  _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ firstBlock: Int, _ endBlock: Int
) {
  switch problem.pointee.filtering {
  case nil: transformFilters(Pointwise.self, problem, panel, firstBlock, endBlock)
  case .four3: transformFilters(Four3.self, problem, panel, firstBlock, endBlock)
  case .two3: transformFilters(Two3.self, problem, panel, firstBlock, endBlock)
  case .five3: transformFilters(Five3.self, problem, panel, firstBlock, endBlock)
  case .four2: transformFilters(Four2.self, problem, panel, firstBlock, endBlock)
  case .five2: transformFilters(Five2.self, problem, panel, firstBlock, endBlock)
  case .four3Strided: transformFilters(Four3Strided.self, problem, panel, firstBlock, endBlock)
  case .two3Strided: transformFilters(Two3Strided.self, problem, panel, firstBlock, endBlock)
  }
}

/// See ``VectorKernels/sumFilterPairs``.
private func sumFilterPairs(
  _ problem: UnsafePointer<BlockedConvolution>, _ panel: Int, _ target: UnsafeMutablePointer<Float>
) {
  switch problem.pointee.filtering {
  case nil: sumFilterPairs(Pointwise.self, problem, panel, target)
  case .four3: sumFilterPairs(Four3.self, problem, panel, target)
  case .two3: sumFilterPairs(Two3.self, problem, panel, target)
  case .five3: sumFilterPairs(Five3.self, problem, panel, target)
  case .four2: sumFilterPairs(Four2.self, problem, panel, target)
  case .five2: sumFilterPairs(Five2.self, problem, panel, target)
  case .four3Strided: sumFilterPairs(Four3Strided.self, problem, panel, target)
  case .two3Strided: sumFilterPairs(Two3Strided.self, problem, panel, target)
  }
}
