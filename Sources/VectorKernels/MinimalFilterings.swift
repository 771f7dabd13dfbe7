import VectorTypes

// The lines of the filterings. A line is made by polynomial interpolation (Toom & Cook; Lavin &
// Gray, section 5): its numbers are polynomials, a filter of R times n inputs is evaluated at n points,
// and the points decide how much the transforms amplify rounding. Points in pairs ±a share half of
// their arithmetic.
//
// A line's transform takes its numbers from one closure and gives its results to another, each with its
// place as a compile-time constant: where somebody wants only some of the results, the compiler leaves
// the arithmetic of the others out (Winograd.swift makes use of that).
//
// Error of an output, as a multiple of 2⁻²⁴·(Σ|x·w| + 1), against a Double reference, the worst seen:
//
//     outputs of a tile                   plain sums    in pairs   the tests' bound
//     4×4 (3×3 filter)                        14           12            20
//     4×4 (3×3, stride 2)                      7.3         11            20
//     4×4 (2×2)                               28           30            40
//     5×5 (3×3)                               26           32            40
//     5×5 (2×2)                               21           23            40
//     2×2 (3×3)                                2.5          3.3           4
//     one (direct; 1×1 in pairs)               4.4          3.1       depth + 8
//
// Of a 2×2 filter that is on borders, where an output may see one tap alone: its Σ|x·w| has one product a channel,
// while its rounding is that of a whole tile.

/// One line of a minimal filtering, for as many channels as a register holds.
protocol Filtering {
  /// See ``MinimalFiltering``.
  static var kernelSize: Int { get }
  static var reach: Int { get }
  static var outputs: Int { get }
  static var stride: Int { get }
  static var filters: Int { get }
  /// Whether the first point is 0, which stands alone; those after it come in pairs.
  static var hasOrigin: Bool { get }

  /// G g: `filters` numbers from `kernelSize` taps g: g(a) / Π (a − b) over the other points b, for each
  /// point a.
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void)

  /// Bᵀ d: `reach` numbers from `reach` inputs d.
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void)

  /// Aᵀ m: `outputs` outputs from `reach` sums m.
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void)
}

/// √½ and √2.
private let rootHalf: Float = 0.707_106_77
private let rootTwo: Float = 1.414_213_5

/// F(4, 3) with the points 0, ±√½, ±√2, ∞.
///
/// The textbook's points 0, ±1, ±2, ∞ cost as much and are worse: their matrices hold numbers from
/// 1/24 to 8 where these hold 1/6 to 2√2, and the largest error is five times as large (measured on
/// 128 channels of activations against Double: 26e-6 against 4.8e-6; a plain sum: 3.8e-6).
enum Four3: Filtering {
  @inline(__always) static var kernelSize: Int { 3 }
  @inline(__always) static var reach: Int { 6 }
  @inline(__always) static var outputs: Int { 4 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 6 }
  @inline(__always) static var hasOrigin: Bool { true }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (x, y, z) = (g(0), g(1), g(2))
    let (near, far) = ((-2 / 3) * x.adding(0.5, times: z), (1 / 6) * x.adding(2, times: z))
    put(0, x)
    put(1, near.adding(-rootHalf / 1.5, times: y))
    put(2, near.adding(rootHalf / 1.5, times: y))
    put(3, far.adding(rootTwo / 6, times: y))
    put(4, far.adding(-rootTwo / 6, times: y))
    put(5, z)
  }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (d0, d1, d2, d3, d4, d5) = (d(0), d(1), d(2), d(3), d(4), d(5))
    let (p, q) = (d4.adding(-2, times: d2), d3.adding(-2, times: d1))
    let (r, s) = (d4.adding(-0.5, times: d2), d3.adding(-0.5, times: d1))
    put(0, (d0 + d4).adding(-2.5, times: d2))
    put(1, p.adding(rootHalf, times: q))
    put(2, p.adding(-rootHalf, times: q))
    put(3, r.adding(rootTwo, times: s))
    put(4, r.adding(-rootTwo, times: s))
    put(5, (d1 + d5).adding(-2.5, times: d3))
  }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (m1, m2, m3, m4) = (m(1), m(2), m(3), m(4))
    let (p, q) = (m1 + m2, m1 - m2)
    let (r, s) = (m3 + m4, m3 - m4)
    put(0, m(0) + p + r)
    put(1, (rootHalf * q).adding(rootTwo, times: s))
    put(2, (0.5 * p).adding(2, times: r))
    put(3, m(5).adding(rootHalf / 2, times: q).adding(2 * rootTwo, times: s))
  }
}

/// F(5, 3) with the points ±5/16, ±7/8, ±7/4, ∞.
///
/// Found by search: hardly any points have a smaller error (twice that of F(4, 3); ±½, ±1, ±2 have three times), and
/// the products of their squares are exact. The filters of ±7/4 are multiplied by 4 and the sums by ¼: so that all
/// points' filters are about as large beside their inputs, which products in pairs want.
enum Five3: Filtering {
  @inline(__always) static var kernelSize: Int { 3 }
  @inline(__always) static var reach: Int { 7 }
  @inline(__always) static var outputs: Int { 5 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 7 }
  @inline(__always) static var hasOrigin: Bool { false }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (x, y, z) = (g(0), g(1), g(2))
    // For ±a: g(±a) / (±2a (a² − b²) (a² − c²)).
    @inline(__always) func pair(_ place: Int, _ a: Float, _ factor: Float) {
      let even = (factor / a) * x.adding(a * a, times: z)
      put(place, even.adding(factor, times: y))
      put(place &+ 1, (factor * y) - even)
    }
    pair(0, a, 0.5 / ((a * a - b * b) * (a * a - c * c)))
    pair(2, b, 0.5 / ((b * b - a * a) * (b * b - c * c)))
    pair(4, c, 4 * 0.5 / ((c * c - a * a) * (c * c - b * b)))
    put(6, z)
  }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (d0, d1, d2, d3, d4, d5, d6) = (d(0), d(1), d(2), d(3), d(4), d(5), d(6))
    // For ±a: the inputs weighted by the coefficients of (x ± a) (x² − b²) (x² − c²).
    @inline(__always) func pair(_ place: Int, _ a: Float, _ b: Float, _ c: Float) {
      let (sum, product) = (b * b + c * c, b * b * c * c)
      let even = d4.adding(-sum, times: d2).adding(product, times: d0)
      let odd = d5.adding(-sum, times: d3).adding(product, times: d1)
      put(place, odd.adding(a, times: even))
      put(place &+ 1, odd.adding(-a, times: even))
    }
    pair(0, a, b, c)
    pair(2, b, a, c)
    pair(4, c, a, b)
    put(
      6,
      d6.adding(-(a * a + b * b + c * c), times: d4)
        .adding(a * a * b * b + a * a * c * c + b * b * c * c, times: d2)
        .adding(-a * a * b * b * c * c, times: d0))
  }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (m0, m1, m2, m3, m4, m5) = (m(0), m(1), m(2), m(3), m(4), m(5))
    let (p, q, r) = (m0 + m1, m2 + m3, m4 + m5)
    let (u, v, w) = (m0 - m1, m2 - m3, m4 - m5)
    put(0, (p + q).adding(0.25, times: r))
    put(1, (a * u).adding(b, times: v).adding(c / 4, times: w))
    put(2, (a * a * p).adding(b * b, times: q).adding(c * c / 4, times: r))
    put(3, (a * a * a * u).adding(b * b * b, times: v).adding(c * c * c / 4, times: w))
    put(
      4,
      m(6).adding(a * a * a * a, times: p).adding(b * b * b * b, times: q)
        .adding(c * c * c * c / 4, times: r))
  }

  @inline(__always) private static var a: Float { 5 / 16 }
  @inline(__always) private static var b: Float { 7 / 8 }
  @inline(__always) private static var c: Float { 7 / 4 }
}

/// F(2, 3) with the points 0, ±1, ∞: additions alone.
enum Two3: Filtering {
  @inline(__always) static var kernelSize: Int { 3 }
  @inline(__always) static var reach: Int { 4 }
  @inline(__always) static var outputs: Int { 2 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 4 }
  @inline(__always) static var hasOrigin: Bool { true }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (x, y, z) = (g(0), 0.5 * g(1), g(2))
    let even = 0.5 * (x + z)
    put(0, x)
    put(1, even + y)
    put(2, even - y)
    put(3, z)
  }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    put(0, d0 - d2)
    put(1, d1 + d2)
    put(2, d2 - d1)
    put(3, d3 - d1)
  }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (m1, m2) = (m(1), m(2))
    put(0, m(0) + m1 + m2)
    put(1, m1 - m2 + m(3))
  }
}

/// F(4, 2) with the points ±½, ±3/2, ∞.
enum Four2: Filtering {
  @inline(__always) static var kernelSize: Int { 2 }
  @inline(__always) static var reach: Int { 5 }
  @inline(__always) static var outputs: Int { 4 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 5 }
  @inline(__always) static var hasOrigin: Bool { false }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (x, y) = (g(0), g(1))
    put(0, -0.5 * x.adding(0.5, times: y))
    put(1, 0.5 * x.adding(-0.5, times: y))
    put(2, (1 / 6) * x.adding(1.5, times: y))
    put(3, (-1 / 6) * x.adding(-1.5, times: y))
    put(4, y)
  }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (d0, d1, d2, d3, d4) = (d(0), d(1), d(2), d(3), d(4))
    let (p, q) = (d3.adding(-2.25, times: d1), d2.adding(-2.25, times: d0))
    let (r, s) = (d3.adding(-0.25, times: d1), d2.adding(-0.25, times: d0))
    put(0, p.adding(0.5, times: q))
    put(1, p.adding(-0.5, times: q))
    put(2, r.adding(1.5, times: s))
    put(3, r.adding(-1.5, times: s))
    put(4, d4.adding(-2.5, times: d2).adding(0.5625, times: d0))
  }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (m0, m1, m2, m3) = (m(0), m(1), m(2), m(3))
    let (p, q) = (m0 + m1, m0 - m1)
    let (r, s) = (m2 + m3, m2 - m3)
    put(0, p + r)
    put(1, (0.5 * q).adding(1.5, times: s))
    put(2, (0.25 * p).adding(2.25, times: r))
    put(3, m(4).adding(0.125, times: q).adding(3.375, times: s))
  }
}

/// F(5, 2) with the points of F(4, 3).
enum Five2: Filtering {
  @inline(__always) static var kernelSize: Int { 2 }
  @inline(__always) static var reach: Int { 6 }
  @inline(__always) static var outputs: Int { 5 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 6 }
  @inline(__always) static var hasOrigin: Bool { true }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    // A third tap of 0; but the value at ∞ is that of the last tap.
    Four3.transformFilter({ $0 < 2 ? g($0) : .zero }) { put($0, $0 < 5 ? $1 : g(1)) }
  }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    Four3.transformInput(d, put)
  }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    // The sum at ∞ belongs to the last output, which here is the fifth.
    Four3.transformOutput({ $0 < 5 ? m($0) : .zero }, put)
    put(4, m(5).adding(0.25, times: m(1) + m(2)).adding(4, times: m(3) + m(4)))
  }
}

/// Four outputs of a 3-tap filter with stride 2: the inputs 0, 2, 4, 6, 8 meet the outer taps by
/// F(4, 2), and the inputs 1, 3, 5, 7 the middle tap as they are.
enum Four3Strided: Filtering {
  @inline(__always) static var kernelSize: Int { 3 }
  @inline(__always) static var reach: Int { 9 }
  @inline(__always) static var outputs: Int { 4 }
  @inline(__always) static var stride: Int { 2 }
  @inline(__always) static var filters: Int { 6 }
  @inline(__always) static var hasOrigin: Bool { false }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    Four2.transformFilter({ g(2 &* $0) }, put)
    put(5, g(1))
  }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    Four2.transformInput({ d(2 &* $0) }, put)
    put(5, d(1))
    put(6, d(3))
    put(7, d(5))
    put(8, d(7))
  }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    Four2.transformOutput(m) { put($0, $1 + m(5 &+ $0)) }
  }
}

/// Two outputs of a 3-tap filter with stride 2: the inputs 0, 2, 4 meet the outer taps by F(2, 2) with
/// the points ±1, ∞, and the inputs 1, 3 the middle tap as they are.
enum Two3Strided: Filtering {
  @inline(__always) static var kernelSize: Int { 3 }
  @inline(__always) static var reach: Int { 5 }
  @inline(__always) static var outputs: Int { 2 }
  @inline(__always) static var stride: Int { 2 }
  @inline(__always) static var filters: Int { 4 }
  @inline(__always) static var hasOrigin: Bool { false }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (x, z) = (g(0), g(2))
    put(0, 0.5 * (x + z))
    put(1, 0.5 * (z - x))
    put(2, z)
    put(3, g(1))
  }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (d0, d2, d4) = (d(0), d(2), d(4))
    put(0, d0 + d2)
    put(1, d2 - d0)
    put(2, d4 - d0)
    put(3, d(1))
    put(4, d(3))
  }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) {
    let (m0, m1) = (m(0), m(1))
    put(0, m0 + m1 + m(3))
    put(1, m0 - m1 + m(2) + m(4))
  }
}
