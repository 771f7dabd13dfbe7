import VectorTypes

extension MinimalFiltering {
  /// U = G g Gᵀ for the R×R filters of 16 outputs: computed in Double, rounded once.
  ///
  /// - Parameters:
  ///   - tap: the 16 filters' weight at one of the R² places.
  ///   - put: takes each of the `filters`² places of U with its 16 numbers.
  @inline(__always)
  func transform(
    _ tap: (Int) -> SIMD16<Float>, put: (Int, SIMD16<Float>) -> Void
  ) {
    func row(_ r: Int) -> Line {
      let first = r * kernelSize
      let last = kernelSize == 3 ? Lanes(tap(first + 2)) : .zero
      return line(Lanes(tap(first)), Lanes(tap(first + 1)), last)
    }
    let (a, b) = (row(0), row(1))
    let c = kernelSize == 3 ? row(2) : Line(repeating: .zero)
    for j in 0..<filters {
      let column = line(a[j], b[j], c[j])
      for i in 0..<filters { put(i * filters + j, SIMD16<Float>(column[i])) }
    }
  }

  private typealias Lanes = SIMD16<Double>
  private typealias Line = InlineArray<6, Lanes>

  /// G g for one line of taps: g(a) / Π (a − b) over the other points b, for each point a.
  @inline(__always)
  private func line(_ x: Lanes, _ y: Lanes, _ z: Lanes) -> Line {
    switch self {
    case .four3:
      let half = (x + z * 0.5) * (-1 / 1.5)
      let halfOdd = y * (-0.5.squareRoot() / 1.5)
      let two = (x + z * 2) * (1.0 / 6)
      let twoOdd = y * (2.0.squareRoot() / 6)
      return [x, half + halfOdd, half - halfOdd, two + twoOdd, two - twoOdd, z]
    case .two3:
      let (even, odd) = ((x + z) * 0.5, y * 0.5)
      return [x, even + odd, even - odd, z, .zero, .zero]
    case .four2:
      return outer(x, y, middle: .zero)
    case .four3Strided:
      return outer(x, z, middle: y)
    case .two3Strided:
      // F(2, 2) with the points ±1, ∞ for the outer taps, and the middle one.
      return [(x + z) * 0.5, (z - x) * 0.5, z, y, .zero, .zero]
    }
  }

  /// F(4, 2) with the points ±½, ±3/2, ∞, and a tap beside it.
  @inline(__always)
  private func outer(_ x: Lanes, _ y: Lanes, middle: Lanes) -> Line {
    [
      (x + y * 0.5) * -0.5, (x - y * 0.5) * 0.5, (x + y * 1.5) * (1.0 / 6),
      (x - y * 1.5) * (-1.0 / 6), y, middle,
    ]
  }
}
