import CProcessor

// What the transforms work on: as many of a block's numbers as one register holds. A transform wants all of a line's
// numbers at once, and of vectors that are two registers each, 16 registers hold too few: an eighth of its instructions
// moved numbers to the stack and back. (With AVX2 the transforms take a tenth less, a pass of s at 640 1 %.)

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
  /// 8 of them, one register with AVX2.
  struct Numbers {
    static var count: Int { 8 }

    private let numbers: lanes_half_t

    @inline(__always) init(_ numbers: lanes_half_t) { self.numbers = numbers }

    /// 8 floats from any address that a float may have.
    @inline(__always) init(at address: UnsafePointer<Float>) {
      self = UnsafeRawPointer(address).loadUnaligned(as: Numbers.self)
    }

    @inline(__always) func write(to address: UnsafeMutablePointer<Float>) {
      UnsafeMutableRawPointer(address).storeBytes(of: self, as: Numbers.self)
    }

    /// The same number in every lane.
    @inline(__always) init(repeating number: Float) { numbers = lanes_half_t(repeating: number) }

    @inline(__always) static var zero: Numbers { Numbers(repeating: 0) }

    @inline(__always) static func + (a: Numbers, b: Numbers) -> Numbers {
      Numbers(lanes_half_add(a.numbers, b.numbers))
    }

    @inline(__always) static func - (a: Numbers, b: Numbers) -> Numbers {
      Numbers(lanes_half_subtract(a.numbers, b.numbers))
    }

    @inline(__always) static func * (a: Float, b: Numbers) -> Numbers {
      Numbers(lanes_half_multiply(lanes_half_t(repeating: a), b.numbers))
    }

    /// `self` + a·b: rounded once where the instruction set has that, else twice.
    @inline(__always) func adding(_ a: Numbers, times b: Numbers) -> Numbers {
      #if VECTOR_FMA
        Numbers(lanes_half_multiply_add(numbers, a.numbers, b.numbers))
      #else
        Numbers(lanes_half_add(numbers, lanes_half_multiply(a.numbers, b.numbers)))
      #endif
    }

    @inline(__always) func adding(_ a: Float, times b: Numbers) -> Numbers {
      adding(Numbers(repeating: a), times: b)
    }
  }
#endif
