/// eˣ in each lane; arguments beyond −87…88 are held at those ends.
///
/// Tests hold `silu`, which is made of it, to 4 ulp.
///
/// x = n·ln 2 + r with n whole and |r| ≤ ln 2 / 2 (ln 2 in two parts, so that r is exact to the last
/// bit), eʳ by its Taylor polynomial of degree 7 scaled for the interval, 2ⁿ by writing the exponent.
@inline(__always) func exponential(_ x: Lanes) -> Lanes {
  let low = Lanes(repeating: -87)
  let high = Lanes(repeating: 88)
  var x = x.replacing(with: low, where: x .< low)
  x = x.replacing(with: high, where: x .> high)
  // Adding 1.5·2²³ leaves no bits for a fraction, so the sum is rounded to a whole number, and that
  // number stands in its low bits.
  let shifter = Lanes(repeating: 12_582_912)
  let shifted = multiplyAdd(shifter, x, Lanes(repeating: 1.442_695_04))
  let n = shifted - shifter
  var r = multiplyAdd(x, n, Lanes(repeating: -0.693_145_75))
  r = multiplyAdd(r, n, Lanes(repeating: -1.428_606_8e-6))
  var p = Lanes(repeating: 1.0 / 5040)
  p = multiplyAdd(Lanes(repeating: 1.0 / 720), p, r)
  p = multiplyAdd(Lanes(repeating: 1.0 / 120), p, r)
  p = multiplyAdd(Lanes(repeating: 1.0 / 24), p, r)
  p = multiplyAdd(Lanes(repeating: 1.0 / 6), p, r)
  p = multiplyAdd(Lanes(repeating: 0.5), p, r)
  p = multiplyAdd(Lanes(repeating: 1), p, r)
  p = multiplyAdd(Lanes(repeating: 1), p, r)
  let bits = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
  return unsafeBitCast(unsafeBitCast(p, to: SIMD16<Int32>.self) &+ bits, to: Lanes.self)
}

/// x·σ(x) in each lane: one exponential and one division.
///
/// Relative error at most 4 ulp for x ≥ −87. Below, where the value is under 10⁻³⁵, the exponential stands
/// still and the result is x/(1 + e⁸⁸).
@inline(__always) func silu(_ x: Lanes) -> Lanes {
  x / (Lanes(repeating: 1) + exponential(Lanes.zero - x))
}

func siluArray(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ vectors: Int
) {
  var i = 0
  while i < vectors {
    store(silu(load(input + i &* 16)), output + i &* 16)
    i &+= 1
  }
}
