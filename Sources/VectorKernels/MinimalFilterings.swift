import VectorTypes

// The lines of the filterings. A line is made by polynomial interpolation (Toom & Cook; Lavin &
// Gray, section 5): its numbers are polynomials, a filter of R times n inputs is evaluated at n points,
// and the points decide how much the transforms amplify rounding. Points in pairs ±a share half of
// their arithmetic. `MinimalFiltering.transform` has the filters' side, G.
//
// Error of an output, as a multiple of 2⁻²⁴·(Σ|x·w| + 1), against a Double reference, the worst seen: 14 for
// F(4×4, 3×3), 5 with stride 2; with 2×2 outputs 2.5, and 2.4 with stride 2; and 4.4 for direct convolution.
// F(4×4, 2×2): 14, but 28 on borders where an output sees one tap alone: its Σ|x·w| has one product a
// channel, while its rounding is that of a whole tile. Tests hold 20 for 4×4 outputs of a 3×3 filter, 40 of a
// 2×2 one, and 4 for 2×2 outputs.

/// One line of a minimal filtering, 16 channels at a time.
protocol Filtering {
  /// See ``MinimalFiltering``.
  static var reach: Int { get }
  static var outputs: Int { get }
  static var stride: Int { get }
  static var filters: Int { get }

  /// Bᵀ d: `reach` vectors from `reach` vectors, each `step` floats from the next.
  static func transformInput(
    _ d: UnsafePointer<Float>, _ step: Int, _ v: UnsafeMutablePointer<Float>, _ targetStep: Int)

  /// Aᵀ m: `outputs` vectors from `reach` vectors.
  static func transformOutput(
    _ m: UnsafePointer<Float>, _ step: Int, _ y: UnsafeMutablePointer<Float>, _ targetStep: Int)
}

@inline(__always)
private func times(_ a: Float, _ b: Lanes) -> Lanes { Lanes(repeating: a) * b }

/// √½ and √2.
private let rootHalf: Float = 0.707_106_77
private let rootTwo: Float = 1.414_213_5

/// F(4, 3) with the points 0, ±√½, ±√2, ∞.
///
/// The textbook's points 0, ±1, ±2, ∞ cost as much and are worse: their matrices hold numbers from
/// 1/24 to 8 where these hold 1/6 to 2√2, and the largest error is five times as large (measured on
/// 128 channels of activations against Double: 26e-6 against 4.8e-6; a plain sum: 3.8e-6).
enum Four3: Filtering {
  @inline(__always) static var reach: Int { 6 }
  @inline(__always) static var outputs: Int { 4 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 6 }

  @inline(__always)
  static func transformInput(
    _ d: UnsafePointer<Float>, _ step: Int, _ v: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let minusTwo = Lanes(repeating: -2)
    let minusHalf = Lanes(repeating: -0.5)
    let minusFiveHalves = Lanes(repeating: -2.5)
    let (d0, d1, d2) = (load(d), load(d + step), load(d + 2 &* step))
    let (d3, d4, d5) = (load(d + 3 &* step), load(d + 4 &* step), load(d + 5 &* step))
    let (p, q) = (multiplyAdd(d4, d2, minusTwo), multiplyAdd(d3, d1, minusTwo))
    let (r, s) = (multiplyAdd(d4, d2, minusHalf), multiplyAdd(d3, d1, minusHalf))
    store(multiplyAdd(d0 + d4, d2, minusFiveHalves), v)
    store(multiplyAdd(p, q, Lanes(repeating: rootHalf)), v + targetStep)
    store(multiplyAdd(p, q, Lanes(repeating: -rootHalf)), v + 2 &* targetStep)
    store(multiplyAdd(r, s, Lanes(repeating: rootTwo)), v + 3 &* targetStep)
    store(multiplyAdd(r, s, Lanes(repeating: -rootTwo)), v + 4 &* targetStep)
    store(multiplyAdd(d1 + d5, d3, minusFiveHalves), v + 5 &* targetStep)
  }

  @inline(__always)
  static func transformOutput(
    _ m: UnsafePointer<Float>, _ step: Int, _ y: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let (m1, m2) = (load(m + step), load(m + 2 &* step))
    let (m3, m4) = (load(m + 3 &* step), load(m + 4 &* step))
    let (p, q) = (m1 + m2, m1 - m2)
    let (r, s) = (m3 + m4, m3 - m4)
    store(load(m) + p + r, y)
    store(multiplyAdd(times(rootHalf, q), s, Lanes(repeating: rootTwo)), y + targetStep)
    store(multiplyAdd(times(0.5, p), r, Lanes(repeating: 2)), y + 2 &* targetStep)
    let last = multiplyAdd(load(m + 5 &* step), q, Lanes(repeating: rootHalf / 2))
    store(multiplyAdd(last, s, Lanes(repeating: 2 * rootTwo)), y + 3 &* targetStep)
  }
}

/// F(2, 3) with the points 0, ±1, ∞: additions alone.
enum Two3: Filtering {
  @inline(__always) static var reach: Int { 4 }
  @inline(__always) static var outputs: Int { 2 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 4 }

  @inline(__always)
  static func transformInput(
    _ d: UnsafePointer<Float>, _ step: Int, _ v: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let (d0, d1) = (load(d), load(d + step))
    let (d2, d3) = (load(d + 2 &* step), load(d + 3 &* step))
    store(d0 - d2, v)
    store(d1 + d2, v + targetStep)
    store(d2 - d1, v + 2 &* targetStep)
    store(d3 - d1, v + 3 &* targetStep)
  }

  @inline(__always)
  static func transformOutput(
    _ m: UnsafePointer<Float>, _ step: Int, _ y: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let (m1, m2) = (load(m + step), load(m + 2 &* step))
    store(load(m) + m1 + m2, y)
    store(m1 - m2 + load(m + 3 &* step), y + targetStep)
  }
}

/// F(4, 2) with the points ±½, ±3/2, ∞.
enum Four2: Filtering {
  @inline(__always) static var reach: Int { 5 }
  @inline(__always) static var outputs: Int { 4 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 5 }

  @inline(__always)
  static func transformInput(
    _ d: UnsafePointer<Float>, _ step: Int, _ v: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let minusQuarter = Lanes(repeating: -0.25)
    let minusNineQuarters = Lanes(repeating: -2.25)
    let (d0, d1, d2) = (load(d), load(d + step), load(d + 2 &* step))
    let (d3, d4) = (load(d + 3 &* step), load(d + 4 &* step))
    let p = multiplyAdd(d3, d1, minusNineQuarters)
    let q = multiplyAdd(d2, d0, minusNineQuarters)
    let r = multiplyAdd(d3, d1, minusQuarter)
    let s = multiplyAdd(d2, d0, minusQuarter)
    store(multiplyAdd(p, q, Lanes(repeating: 0.5)), v)
    store(multiplyAdd(p, q, Lanes(repeating: -0.5)), v + targetStep)
    store(multiplyAdd(r, s, Lanes(repeating: 1.5)), v + 2 &* targetStep)
    store(multiplyAdd(r, s, Lanes(repeating: -1.5)), v + 3 &* targetStep)
    // d4 − 5/2·d2 + 9/16·d0
    let last = multiplyAdd(d4, d2, Lanes(repeating: -2.5))
    store(multiplyAdd(last, d0, Lanes(repeating: 0.5625)), v + 4 &* targetStep)
  }

  @inline(__always)
  static func transformOutput(
    _ m: UnsafePointer<Float>, _ step: Int, _ y: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let (m0, m1) = (load(m), load(m + step))
    let (m2, m3) = (load(m + 2 &* step), load(m + 3 &* step))
    let (p, q) = (m0 + m1, m0 - m1)
    let (r, s) = (m2 + m3, m2 - m3)
    store(p + r, y)
    store(multiplyAdd(times(0.5, q), s, Lanes(repeating: 1.5)), y + targetStep)
    store(multiplyAdd(times(0.25, p), r, Lanes(repeating: 2.25)), y + 2 &* targetStep)
    let last = multiplyAdd(load(m + 4 &* step), q, Lanes(repeating: 0.125))
    store(multiplyAdd(last, s, Lanes(repeating: 3.375)), y + 3 &* targetStep)
  }
}

/// Four outputs of a 3-tap filter with stride 2: the inputs 0, 2, 4, 6, 8 meet the outer taps by
/// F(4, 2), and the inputs 1, 3, 5, 7 the middle tap as they are.
enum Four3Strided: Filtering {
  @inline(__always) static var reach: Int { 9 }
  @inline(__always) static var outputs: Int { 4 }
  @inline(__always) static var stride: Int { 2 }
  @inline(__always) static var filters: Int { 6 }

  @inline(__always)
  static func transformInput(
    _ d: UnsafePointer<Float>, _ step: Int, _ v: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    Four2.transformInput(d, 2 &* step, v, targetStep)
    store(load(d + step), v + 5 &* targetStep)
    store(load(d + 3 &* step), v + 6 &* targetStep)
    store(load(d + 5 &* step), v + 7 &* targetStep)
    store(load(d + 7 &* step), v + 8 &* targetStep)
  }

  @inline(__always)
  static func transformOutput(
    _ m: UnsafePointer<Float>, _ step: Int, _ y: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    Four2.transformOutput(m, step, y, targetStep)
    var i = 0
    while i < 4 {
      let sum = load(y + i &* targetStep) + load(m + (5 &+ i) &* step)
      store(sum, y + i &* targetStep)
      i &+= 1
    }
  }
}

/// Two outputs of a 3-tap filter with stride 2: the inputs 0, 2, 4 meet the outer taps by F(2, 2) with
/// the points ±1, ∞, and the inputs 1, 3 the middle tap as they are.
enum Two3Strided: Filtering {
  @inline(__always) static var reach: Int { 5 }
  @inline(__always) static var outputs: Int { 2 }
  @inline(__always) static var stride: Int { 2 }
  @inline(__always) static var filters: Int { 4 }

  @inline(__always)
  static func transformInput(
    _ d: UnsafePointer<Float>, _ step: Int, _ v: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let (d0, d2, d4) = (load(d), load(d + 2 &* step), load(d + 4 &* step))
    store(d0 + d2, v)
    store(d2 - d0, v + targetStep)
    store(d4 - d0, v + 2 &* targetStep)
    store(load(d + step), v + 3 &* targetStep)
    store(load(d + 3 &* step), v + 4 &* targetStep)
  }

  @inline(__always)
  static func transformOutput(
    _ m: UnsafePointer<Float>, _ step: Int, _ y: UnsafeMutablePointer<Float>, _ targetStep: Int
  ) {
    let (m0, m1) = (load(m), load(m + step))
    store(m0 + m1 + load(m + 3 &* step), y)
    store(m0 - m1 + load(m + 2 &* step) + load(m + 4 &* step), y + targetStep)
  }
}
