#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Both axes of a plot.
struct Axes {
  let x: Axis, y: Axis
}

/// A logarithmic axis around some numbers above zero.
struct Axis {
  /// The numbers at both ends.
  let least: Double, greatest: Double
  /// Where they stand on the page.
  let start: Double, end: Double

  init(_ values: [Double], from start: Double, to end: Double) {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    // Some air on both sides.
    least = (positive.min() ?? 1) / 1.35
    greatest = (positive.max() ?? 10) * 1.35
    self.start = start
    self.end = end
  }

  /// Where a number stands.
  func place(_ value: Double) -> Double {
    start + (end - start) * log(value / least) / log(greatest / least)
  }

  /// Every first digit; 1, 2 and 5 have labels.
  var ticks: [(value: Double, label: String?)] {
    var ticks: [(value: Double, label: String?)] = []
    var decade = pow(10, log10(least).rounded(.down))
    while decade <= greatest {
      for digit in 1...9 {
        let value = decade * Double(digit)
        guard value >= least, value <= greatest else { continue }
        let decimals = max(0, Int(-log10(decade).rounded()))
        let label = column(value, decimals: decimals, width: 0)
        ticks.append((value, [1, 2, 5].contains(digit) ? label : nil))
      }
      decade *= 10
    }
    return ticks
  }
}
