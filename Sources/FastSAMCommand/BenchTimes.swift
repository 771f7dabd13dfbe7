import FastSAM
import JSON

/// Times in milliseconds, at least one.
struct Times {
  private let sorted: [Double]

  init(_ milliseconds: [Double]) {
    precondition(!milliseconds.isEmpty, "Times: none")
    sorted = milliseconds.sorted()
  }

  /// The times of `runs` calls, after two that do not count.
  init(runs: Int, _ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    for _ in 0..<2 { try body() }
    self.init(try (0..<runs).map { _ in try clock.measure(body).seconds * 1000 })
  }

  var median: Double { quantile(0.5) }
  var fastest: Double { sorted[0] }
  /// Half of all runs took a time between these.
  var quartiles: (lower: Double, upper: Double) { (quantile(0.25), quantile(0.75)) }

  /// The time that this part of all runs did not exceed, interpolated between neighbours.
  private func quantile(_ part: Double) -> Double {
    let place = part * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }

  /// `1.20…1.31`: the quartiles.
  func spread(decimals: Int) -> String {
    column(quartiles.lower, decimals: decimals, width: 0) + "…"
      + column(quartiles.upper, decimals: decimals, width: 0)
  }
}

extension JSONText {
  /// Appends `"median_ms": …, "q1_ms": …, "q3_ms": …, "min_ms": …`.
  mutating func times(_ times: Times) {
    raw("\"median_ms\": \(times.median), \"q1_ms\": \(times.quartiles.lower), ")
    raw("\"q3_ms\": \(times.quartiles.upper), \"min_ms\": \(times.fastest)")
  }
}

/// A number with so many decimals, right-aligned.
func column(_ value: Double, decimals: Int, width: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let whole = Int((value * scale).rounded())
  var digits = String(abs(whole))
  while digits.count <= decimals { digits = "0" + digits }
  let point = digits.index(digits.endIndex, offsetBy: -decimals)
  let text =
    (whole < 0 ? "-" : "") + digits[..<point] + (decimals > 0 ? "." + digits[point...] : "")
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// A part of a whole in per cent, `45 %`.
func percent(_ part: Double) -> String { column(100 * part, decimals: 0, width: 0) + " %" }
