import CProcessor

// What the transforms work on: as many of a block's numbers as one register holds. A transform wants all of a line's
// numbers at once, and of vectors that are two registers each, 16 registers hold too few: an eighth of its instructions
// moved numbers to the stack and back. (On a Zen 3 with AVX2 the transforms take a tenth less, by the profile of a pass
// of s at 640.)

#if VECTOR_AVX512
  /// All 16 of them.
  typealias Numbers = Lanes

  extension Lanes {
    static var count: Int { 16 }

    /// 16 floats from any address that a float may have.
    @inline(__always) init(at address: UnsafePointer<Float>) { self = load(address) }

    @inline(__always) func write(to address: UnsafeMutablePointer<Float>) { store(self, address) }
  }
#else
  /// 8 of them.
  typealias Numbers = HalfLanes
#endif

/// Half of a pixel's numbers of one block: one register with AVX2, two with SSE.
struct HalfLanes {
  static var count: Int { 8 }

  private let numbers: lanes_half_t

  @inline(__always) init(_ numbers: lanes_half_t) { self.numbers = numbers }

  /// 8 floats from any address that a float may have.
  @inline(__always) init(at address: UnsafePointer<Float>) {
    self = UnsafeRawPointer(address).loadUnaligned(as: HalfLanes.self)
  }

  @inline(__always) func write(to address: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(address).storeBytes(of: self, as: HalfLanes.self)
  }

  /// The same number in every lane.
  @inline(__always) init(repeating number: Float) { numbers = lanes_half_t(repeating: number) }

  @inline(__always) static var zero: HalfLanes { HalfLanes(repeating: 0) }

  @inline(__always) static func + (a: HalfLanes, b: HalfLanes) -> HalfLanes {
    HalfLanes(lanes_half_add(a.numbers, b.numbers))
  }

  @inline(__always) static func - (a: HalfLanes, b: HalfLanes) -> HalfLanes {
    HalfLanes(lanes_half_subtract(a.numbers, b.numbers))
  }

  @inline(__always) static func * (a: HalfLanes, b: HalfLanes) -> HalfLanes {
    HalfLanes(lanes_half_multiply(a.numbers, b.numbers))
  }

  @inline(__always) static func * (a: Float, b: HalfLanes) -> HalfLanes {
    HalfLanes(repeating: a) * b
  }

  /// `self` + a·b: rounded once where the instruction set has that, else twice.
  @inline(__always) func adding(_ a: HalfLanes, times b: HalfLanes) -> HalfLanes {
    #if VECTOR_FMA
      HalfLanes(lanes_half_multiply_add(numbers, a.numbers, b.numbers))
    #else
      self + a * b
    #endif
  }

  @inline(__always) func adding(_ a: Float, times b: HalfLanes) -> HalfLanes {
    adding(HalfLanes(repeating: a), times: b)
  }
}
