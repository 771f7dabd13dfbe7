// This folder is one source built three times: for AVX-512, for AVX2 with FMA, and for any x86-64 or
// other processor (Package.swift; the other two folders are links to this one). Rules for all files:
//
// - Pointers, SIMD and integers only. A call into Array or another generic collection would leave a
//   specialisation that the linker merges by name across the three builds, and an old processor
//   could be handed the one with AVX-512 in it.
// - Nothing here allocates, and nothing checks: sizes were checked when the plan was made.

/// One pixel of one block: 16 channels.
///
/// One register with AVX-512, two with AVX2, four with SSE.
typealias Lanes = SIMD16<Float>

#if VECTOR_FMA
  /// `sum + a·b`, rounded once.
  @inline(__always) func multiplyAdd(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes {
    sum.addingProduct(a, b)
  }
#else
  /// `sum + a·b`, rounded twice: without the instruction, `addingProduct` calls libm for each lane.
  @inline(__always) func multiplyAdd(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes {
    sum + a * b
  }
#endif

/// 16 floats from any address that a float may have.
@inline(__always) func load(_ address: UnsafePointer<Float>) -> Lanes {
  UnsafeRawPointer(address).loadUnaligned(as: Lanes.self)
}

@inline(__always) func load(_ address: UnsafeMutablePointer<Float>) -> Lanes {
  UnsafeRawPointer(address).loadUnaligned(as: Lanes.self)
}

@inline(__always) func store(_ lanes: Lanes, _ address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: lanes, as: Lanes.self)
}
