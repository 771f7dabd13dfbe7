// What the multiply-add units do when nothing stands in their way: the roof over all other kernels.
//
// Chains of sum ← sum·factor + term that never leave the registers. Nothing is loaded or stored, so
// neither caches nor load ports count. A chain waits for its own last step (4 cycles), so there must
// be enough of them to keep every unit busy meanwhile: 8 for two fused units. The 12 registers here
// leave some for factor and term in all three builds.

#if VECTOR_AVX512
  private typealias Chains = Tile<12, 1>
#elseif VECTOR_FMA
  private typealias Chains = Tile<6, 1>
#else
  private typealias Chains = Tile<3, 1>
#endif

/// See ``VectorKernels/peak``.
func multiplyAddPeak(_ rounds: Int, _ numbers: UnsafeMutablePointer<Float>) -> Int {
  // From memory, so that the compiler can neither work the sums out nor see that chains are alike.
  let factor = Lanes(repeating: numbers[0])
  let term = Lanes(repeating: numbers[1])
  var sums = Chains(repeating: .init(repeating: .zero))
  var chain = 0
  while chain < sums.count {
    sums[unchecked: chain][unchecked: 0] = Lanes(repeating: numbers[chain])
    chain &+= 1
  }
  var round = 0
  while round < rounds {
    chain = 0
    while chain < sums.count {
      sums[unchecked: chain][unchecked: 0] = term.adding(
        sums[unchecked: chain][unchecked: 0], times: factor)
      chain &+= 1
    }
    round &+= 1
  }
  var total = Lanes.zero
  chain = 0
  while chain < sums.count {
    total += sums[unchecked: chain][unchecked: 0]
    chain &+= 1
  }
  store(total, numbers)
  return rounds &* sums.count &* 16
}
