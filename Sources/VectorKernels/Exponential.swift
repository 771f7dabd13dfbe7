/// e⁻ˣ in each lane; arguments beyond −87…87 are held at those ends.
///
/// Tests hold `silu`, which is made of it, to 4 ulp.
///
/// −x = n·ln 2 − r with n whole and |r| ≤ ln 2 / 2 (ln 2 in two parts, so that r is exact to the last
/// bit), e⁻ʳ by the polynomial of degree 6 whose largest relative error on the interval is least (2·10⁻⁹), 2ⁿ
/// by writing the exponent.
@inline(__always) func exponential<V: LaneNumbers>(minus x: V) -> V {
  let x = x.maximum(V(repeating: -87)).minimum(V(repeating: 87))
  // Adding 1.5·2²³ leaves no bits for a fraction, so the sum is rounded to a whole number, and that
  // number stands in its low bits.
  let shifter = V(repeating: 12_582_912)
  let shifted = shifter.adding(V(repeating: -1.442_695_04), times: x)
  let n = shifted - shifter
  let r = x.adding(V(repeating: 0.693_145_75), times: n).adding(
    V(repeating: 1.428_606_8e-6), times: n)
  var p = V(repeating: 0.001_383_684_6)
  p = V(repeating: -0.008_374_816).adding(p, times: r)
  p = V(repeating: 0.041_668_225).adding(p, times: r)
  p = V(repeating: -0.166_664_2).adding(p, times: r)
  p = V(repeating: 0.499_999_9).adding(p, times: r)
  p = V(repeating: -1).adding(p, times: r)
  p = V(repeating: 1).adding(p, times: r)
  return p.scaled(by: shifted)
}

/// x·σ(x) in each lane: one exponential and one division.
///
/// Relative error at most 4 ulp for x ≥ −87. Below, where the value is under 10⁻³⁵, the exponential stands
/// still and the result is x/(1 + e⁸⁷).
@inline(__always) func silu<V: LaneNumbers>(_ x: V) -> V {
  x / (V(repeating: 1) + exponential(minus: x))
}

func siluArray(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ vectors: Int
) {
  var i = 0
  while i &+ 1 < vectors {
    let y = silu(LanePair(load(input + i &* 16), load(input + (i &+ 1) &* 16)))
    store(y.first, output + i &* 16)
    store(y.second, output + (i &+ 1) &* 16)
    i &+= 2
  }
  if i < vectors { store(silu(load(input + i &* 16)), output + i &* 16) }
}
