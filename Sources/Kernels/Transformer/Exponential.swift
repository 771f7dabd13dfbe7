// The functions that a transformer needs beside products, eight lanes at a time.
//
// Goals: a few units in the last place over the whole range, no branch, no call of the C library.
// The polynomials are weighted minimax fits made for this file (Lawson's iteration on Chebyshev
// nodes); each states the error it was fitted to, the tests measure the whole.

/// Eight values of eˣ, within 2 ulp for −87.3 ≤ x ≤ 88.3; what lies outside is clamped to that
/// range, and a NaN stays one.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and eˣ = 2ⁿ·(1 + r + r²·P(r)).
@inline(__always)
func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
  typealias V = SIMD8<Float>
  var x = x.replacing(with: V(repeating: -87.3), where: x .< V(repeating: -87.3))
  x.replace(with: V(repeating: 88.3), where: x .> V(repeating: 88.3))
  // Adding 1.5·2²³ pushes the fraction out: the sum's low bits are n, rounded to nearest.
  let rounder = V(repeating: 12_582_912)
  let shifted = x * V(repeating: 1.442_695) + rounder
  let n = shifted - rounder
  // ln 2 in two parts, the first with so few bits that n times it is exact.
  let r = (x - n * V(repeating: 0.693_359_375)) - n * V(repeating: -2.121_944_4e-4)
  // Error of the fit: 0.05 · 2⁻²⁴ of eʳ.
  var p = V(repeating: 1.381_461_3e-3)
  p = p * r + V(repeating: 8.368_71e-3)
  p = p * r + V(repeating: 4.166_838_9e-2)
  p = p * r + V(repeating: 1.666_652_1e-1)
  p = p * r + V(repeating: 0.499_999_94)
  let mantissa = p * (r * r) + r + V(repeating: 1)
  // 2ⁿ times a float is an addition to its exponent, which is all that the shift leaves of
  // `shifted`.
  let power = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
  return unsafeBitCast(unsafeBitCast(mantissa, to: SIMD8<UInt32>.self) &+ power, to: V.self)
}

/// Eight values of erf x, within 3 ulp.
///
/// Below 0.93 it is x·P(x²) with the error 0.4 · 2⁻²⁴; above, 1 − exp(Q(|x|)), where Q fits the
/// logarithm of 1 − erf up to 4, from where erf is 1 in single precision.
@inline(__always)
func errorFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
  typealias V = SIMD8<Float>
  let magnitude = x.replacing(with: -x, where: x .< V.zero)
  let t = magnitude.replacing(with: V(repeating: 4), where: magnitude .> V(repeating: 4))
  let s = x * x
  var small = V(repeating: -5.868_129e-4)
  small = small * s + V(repeating: 4.968_747_5e-3)
  small = small * s + V(repeating: -2.674_974_7e-2)
  small = small * s + V(repeating: 1.128_134_6e-1)
  small = small * s + V(repeating: -3.761_244_7e-1)
  small = small * s + V(repeating: 1.128_379_1)
  small = small * x
  var q = V(repeating: 1.926_621_9e-4)
  q = q * t + V(repeating: -3.011_082_3e-3)
  q = q * t + V(repeating: 2.209_879_3e-2)
  q = q * t + V(repeating: -1.036_657_3e-1)
  q = q * t + V(repeating: -6.374_852_7e-1)
  q = q * t + V(repeating: -1.127_495_6)
  q = q * t + V(repeating: -2.392_606_7e-4)
  let tail = V(repeating: 1) - exponential(q)
  let large = tail.replacing(with: -tail, where: x .< V.zero)
  return small.replacing(with: large, where: magnitude .> V(repeating: 0.93))
}

/// Replaces each of `count` floats by `transform` of it, eight at a time.
@inline(__always)
func mapVectors(
  _ count: Int, _ values: UnsafeMutablePointer<Float>,
  _ transform: (SIMD8<Float>) -> SIMD8<Float>
) {
  let bytes = UnsafeMutableRawPointer(values)
  var i = 0
  while i + 8 <= count {
    let v = bytes.loadUnaligned(fromByteOffset: i * 4, as: SIMD8<Float>.self)
    bytes.storeBytes(of: transform(v), toByteOffset: i * 4, as: SIMD8<Float>.self)
    i += 8
  }
  guard i < count else { return }
  var last = SIMD8<Float>.zero
  for lane in 0..<count - i { last[lane] = values[i + lane] }
  last = transform(last)
  for lane in 0..<count - i { values[i + lane] = last[lane] }
}
