// The heart of every convolution here: a tile of sums that never leaves the registers.
//
// `pixels` output pixels × `vectors` blocks of 16 output channels. For each input channel one filter
// vector a block is loaded, each pixel's number is spread over a register, and every pair is
// multiplied and added. With 12×2 (AVX-512, 32 registers) 24 sums, 2 filter vectors and the spread
// pixel are 27 registers, and 24 multiply-adds come with 14 loads: the two multiply-add units are
// the limit, not the two load ports. The 16 registers of AVX2 hold 6×1 (each block is two).
//
// The sizes are compile-time values, so one text serves all tiles: the compiler unrolls the loops
// over them and keeps each sum in its register (-unroll-threshold in Package.swift lets it).

/// The sums of a tile: `sums[pixel][vector]`.
typealias Tile<let pixels: Int, let vectors: Int> = InlineArray<pixels, InlineArray<vectors, Lanes>>

/// Adds the products of 16 input channels of one filter tap.
///
/// - Parameters:
///   - input: the first pixel's 16 channels; the next pixel's follow.
///   - filter: 16×`vectors`×16 weights: for each input channel, `vectors` blocks of outputs.
@inline(__always)
func accumulate<let pixels: Int, let vectors: Int>(
  _ sums: inout Tile<pixels, vectors>, _ input: UnsafePointer<Float>,
  _ filter: UnsafePointer<Float>
) {
  var channel = 0
  while channel < 16 {
    accumulateNumber(&sums, input + channel, step: 16, filter + channel &* vectors &* 16)
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
      sums[unchecked: p][unchecked: v] = multiplyAdd(
        sums[unchecked: p][unchecked: v], spread, weights[unchecked: v])
      v &+= 1
    }
    p &+= 1
  }
}
