// This folder is one source built three times: for AVX-512, for AVX2 with FMA, and for any x86-64 or
// other processor (Package.swift; the other two folders are links to this one). Rules for all files:
//
// - Pointers, SIMD and integers only. A call into Array or another generic collection would leave a
//   specialisation that the linker merges by name across the three builds, and an old processor
//   could be handed the one with AVX-512 in it.
// - Nothing here allocates, and nothing checks: sizes were checked when the plan was made.

import CProcessor

/// One pixel of one block: 16 channels.
///
/// One register with AVX-512, two with AVX2, four with SSE. A type of this module, so that what the
/// standard library's `InlineArray` becomes for it belongs to this module too (see above).
struct Lanes: LaneNumbers {
  /// The numbers as Swift's vector, for what is done to single lanes.
  var numbers: lanes_t

  @inline(__always) init(_ numbers: lanes_t) { self.numbers = numbers }

  /// The same number in every lane.
  @inline(__always) init(repeating number: Float) { numbers = lanes_t(repeating: number) }

  @inline(__always) static var zero: Lanes { Lanes(repeating: 0) }

  @inline(__always) static func + (a: Lanes, b: Lanes) -> Lanes {
    Lanes(lanes_add(a.numbers, b.numbers))
  }

  @inline(__always) static func - (a: Lanes, b: Lanes) -> Lanes {
    Lanes(lanes_subtract(a.numbers, b.numbers))
  }

  @inline(__always) static func * (a: Lanes, b: Lanes) -> Lanes {
    Lanes(lanes_multiply(a.numbers, b.numbers))
  }

  @inline(__always) static func * (a: Float, b: Lanes) -> Lanes { Lanes(repeating: a) * b }

  /// a/b within an ulp or so, for b up to 2¹²⁶.
  @inline(__always) static func / (a: Lanes, b: Lanes) -> Lanes {
    Lanes(lanes_divide(a.numbers, b.numbers))
  }

  @inline(__always) static func += (a: inout Lanes, b: Lanes) { a = a + b }

  /// `self` + a·b: rounded once where the instruction set has that, else twice.
  @inline(__always) func adding(_ a: Lanes, times b: Lanes) -> Lanes {
    #if VECTOR_FMA
      Lanes(lanes_multiply_add(numbers, a.numbers, b.numbers))
    #else
      self + a * b
    #endif
  }

  @inline(__always) func adding(_ a: Float, times b: Lanes) -> Lanes {
    adding(Lanes(repeating: a), times: b)
  }

  #if VECTOR_AVX512
    /// `self` ± (b ± x₀)·(a ± x₁) + c·x₂ for three numbers in memory.
    @inline(__always)
    func addingThree(
      _ a: Lanes, _ b: Lanes, _ c: Lanes, timesNumbersAt x: UnsafePointer<Float>, isNegated: Bool
    ) -> Lanes {
      Lanes(
        isNegated
          ? lanes_add_three_negated(numbers, a.numbers, b.numbers, c.numbers, x)
          : lanes_add_three(numbers, a.numbers, b.numbers, c.numbers, x))
    }

    /// `self` + a·x for a number in memory.
    @inline(__always) func adding(_ a: Lanes, timesNumberAt x: UnsafePointer<Float>) -> Lanes {
      Lanes(lanes_add_one(numbers, a.numbers, x))
    }
  #endif

  /// Lane i gets lane i − 1, the first the last.
  @inline(__always) var rotated: Lanes { Lanes(lanes_rotate(numbers)) }

  /// 16 numbers from an address on, with one between each two that is left out.
  @inline(__always) static func everyOther(from address: UnsafePointer<Float>) -> Lanes {
    Lanes(lanes_evens(load(address).numbers, load(address + 16).numbers))
  }

  /// The sums of the lanes of four vectors, one after the other.
  @inline(__always)
  static func sums(
    _ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes, to target: UnsafeMutablePointer<Float>
  ) {
    lanes_sum_four(a.numbers, b.numbers, c.numbers, d.numbers, target)
  }

  /// The larger of each pair.
  @inline(__always) func maximum(_ other: Lanes) -> Lanes {
    Lanes(lanes_maximum(numbers, other.numbers))
  }

  /// The smaller of each pair.
  @inline(__always) func minimum(_ other: Lanes) -> Lanes {
    Lanes(lanes_minimum(numbers, other.numbers))
  }

  /// `self`·2ⁿ, where n is the whole number in the low bits of `shifted` = 1.5·2²³ + n.
  @inline(__always) func scaled(by shifted: Lanes) -> Lanes {
    Lanes(lanes_scale(numbers, shifted.numbers))
  }

  /// Bit i says whether lane i exceeds `limit`'s.
  @inline(__always) func exceeding(_ limit: Lanes) -> UInt64 {
    UInt64(lanes_greater(numbers, limit.numbers))
  }
}

/// What an exponential is made of: the numbers of one pixel, or of two.
protocol LaneNumbers {
  init(repeating number: Float)
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  func adding(_ a: Self, times b: Self) -> Self
  func maximum(_ other: Self) -> Self
  func minimum(_ other: Self) -> Self
  func scaled(by shifted: Self) -> Self
}

/// Two pixels of one block, side by side.
///
/// A long chain of operations waits for each result. Of two pixels at a time, operation by operation, twice as many
/// are under way: a processor, above all one that shares its core, does not look far enough ahead to find the second
/// pixel's by itself. (On a Zen 3 an activation alone takes 10 to 25 % less.)
struct LanePair: LaneNumbers {
  let first: Lanes, second: Lanes

  @inline(__always) init(_ first: Lanes, _ second: Lanes) {
    self.first = first
    self.second = second
  }

  @inline(__always) init(repeating number: Float) {
    self.init(Lanes(repeating: number), Lanes(repeating: number))
  }

  @inline(__always) static func + (a: LanePair, b: LanePair) -> LanePair {
    LanePair(a.first + b.first, a.second + b.second)
  }

  @inline(__always) static func - (a: LanePair, b: LanePair) -> LanePair {
    LanePair(a.first - b.first, a.second - b.second)
  }

  @inline(__always) static func / (a: LanePair, b: LanePair) -> LanePair {
    LanePair(a.first / b.first, a.second / b.second)
  }

  @inline(__always) func adding(_ a: LanePair, times b: LanePair) -> LanePair {
    LanePair(
      first.adding(a.first, times: b.first), second.adding(a.second, times: b.second))
  }

  @inline(__always) func maximum(_ other: LanePair) -> LanePair {
    LanePair(first.maximum(other.first), second.maximum(other.second))
  }

  @inline(__always) func minimum(_ other: LanePair) -> LanePair {
    LanePair(first.minimum(other.first), second.minimum(other.second))
  }

  @inline(__always) func scaled(by shifted: LanePair) -> LanePair {
    LanePair(first.scaled(by: shifted.first), second.scaled(by: shifted.second))
  }
}

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

/// Writes a whole line of memory past the caches; its address is a multiple of 64 bytes.
@inline(__always) func stream(_ lanes: Lanes, _ line: UnsafeMutablePointer<Float>) {
  lanes_stream(lanes.numbers, line)
}
