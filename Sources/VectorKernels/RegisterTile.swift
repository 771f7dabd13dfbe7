import VectorTypes

// The heart of every convolution here: a tile of sums that never leaves the registers.
//
// `pixels` output pixels × `vectors` blocks of 16 output channels. For each input channel one filter
// vector a block is loaded, each pixel's number is spread over a register, and every pair is
// multiplied and added. With 14×2 (AVX-512, 32 registers) 28 sums, 2 filter vectors and the spread
// pixel are 31 registers, and 28 multiply-adds come with 16 loads: the two multiply-add units are
// the limit, not the two load ports. The 16 registers of AVX2 hold 6×1 (each block is two): 12 multiply-adds come
// with 8 loads.
//
// The sizes are compile-time values, so one text serves all tiles: the compiler unrolls the loops
// over them and keeps each sum in its register (-unroll-threshold in Package.swift lets it).

/// The sums of a tile: `sums[pixel][vector]`.
typealias Tile<let pixels: Int, let vectors: Int> = InlineArray<pixels, InlineArray<vectors, Lanes>>

/// Vectors of zeros, as many as the largest tile has: every tile begins as a copy of some.
///
/// A tile that is zeroed where it is needed is written in small pieces and read back in vectors, and
/// the processor waits for the pieces (a fifth of the first layer's time); one that is passed by value
/// is copied twice.
struct Zeros {
  /// Floats of scratch.
  static var count: Int { largestTile &* 16 }

  private let base: UnsafeRawPointer

  /// Writes the zeros at `scratch`.
  init(_ scratch: UnsafeMutablePointer<Float>) {
    var i = 0
    while i < Self.count {
      store(.zero, scratch + i)
      i &+= 16
    }
    base = UnsafeRawPointer(scratch)
  }

  /// A tile of zeros.
  @inline(__always)
  func tile<let pixels: Int, let vectors: Int>() -> Tile<pixels, vectors> {
    base.loadUnaligned(as: Tile<pixels, vectors>.self)
  }
}

/// The width of the tile where `count` pixels are left: as wide as the registers allow, the last two of
/// a row about equally wide (with AVX2, all of them).
@inline(__always) func registerTileWidth(_ count: Int) -> Int {
  #if VECTOR_AVX512
    let width = count > 28 ? 14 : count > 14 ? (count &+ 1) / 2 : count
    return width > 12 ? width : width > 10 ? 12 : width > 8 ? 10 : width > 4 ? 8 : 4
  #else
    // A tile of fewer than 4 pixels takes as long: its 8 sums or fewer wait for each other.
    let tiles = (count &+ 5) / 6
    return max(4, (count &+ tiles &- 1) / tiles)
  #endif
}

/// Adds the products of 16 input channels of one filter tap.
///
/// - Parameters:
///   - input: the first pixel's 16 channels; the next pixel's are `step` floats on.
///   - filter: 16×`vectors`×16 weights: for each input channel, `vectors` blocks of outputs.
@inline(__always)
func accumulate<let pixels: Int, let vectors: Int>(
  _ sums: inout Tile<pixels, vectors>, _ input: UnsafePointer<Float>, step: Int,
  _ filter: UnsafePointer<Float>
) {
  var channel = 0
  while channel < 16 {
    accumulateNumber(&sums, input + channel, step: step, filter + channel &* vectors &* 16)
    channel &+= 1
  }
}

/// Adds the products of one number a pixel.
///
/// - Parameters:
///   - input: the first pixel's number; the next pixel's is `step` floats on.
///   - filter: `vectors`×16 weights.
@inline(__always)
func accumulateNumber<let pixels: Int, let vectors: Int>(
  _ sums: inout Tile<pixels, vectors>, _ input: UnsafePointer<Float>, step: Int,
  _ filter: UnsafePointer<Float>
) {
  var weights = InlineArray<vectors, Lanes>(repeating: .zero)
  var v = 0
  while v < vectors {
    weights[unchecked: v] = load(filter + v &* 16)
    v &+= 1
  }
  var p = 0
  while p < pixels {
    let spread = Lanes(repeating: input[p &* step])
    v = 0
    while v < vectors {
      sums[unchecked: p][unchecked: v] = sums[unchecked: p][unchecked: v].adding(
        spread, times: weights[unchecked: v])
      v &+= 1
    }
    p &+= 1
  }
}

/// Writes the sums to `target`, pixel after pixel, one block after the other.
@inline(__always)
func storeSums<let pixels: Int, let vectors: Int>(
  _ sums: Tile<pixels, vectors>, _ target: UnsafeMutablePointer<Float>
) {
  var v = 0
  while v < vectors {
    var p = 0
    while p < pixels {
      store(sums[unchecked: p][unchecked: v], target + (v &* pixels &+ p) &* 16)
      p &+= 1
    }
    v &+= 1
  }
}

/// Adds what ``storeSums(_:_:)`` has written.
@inline(__always)
func addTotals<let pixels: Int, let vectors: Int>(
  _ sums: inout Tile<pixels, vectors>, _ totals: UnsafeMutablePointer<Float>
) {
  var v = 0
  while v < vectors {
    var p = 0
    while p < pixels {
      sums[unchecked: p][unchecked: v] += load(totals + (v &* pixels &+ p) &* 16)
      p &+= 1
    }
    v &+= 1
  }
}
