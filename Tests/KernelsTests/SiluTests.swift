import Foundation
import Kernels
import Testing

@Suite struct SiluTests {
  /// Units in the last place of `expected` between it and `actual`.
  private func ulps(_ actual: Float, _ expected: Double) -> Double {
    abs(Double(actual) - expected)
      / Double(max(Float(abs(expected)).ulp, Float.leastNormalMagnitude.ulp))
  }

  @Test("x·σ(x) is within 4 ulp from −87 to 100, in every instruction set")
  func isWithinItsBound() {
    // Steps of 2⁻⁹, shifted by an odd part so that no argument is a round number.
    var x = stride(from: -87, through: 100, by: 0.001953125).map { Float($0 + 0.0004321) }
    x += (0..<4096).map {
      Float(
        sign: $0 % 2 == 0 ? .plus : .minus, exponent: -$0 / 64, significand: 1 + Float($0) / 4096)
    }
    while x.count % 16 != 0 { x.append(0) }
    for kernels in VectorKernels.available {
      var y = [Float](repeating: .nan, count: x.count)
      kernels.silu(x, &y, x.count / 16)
      var worst = (error: 0.0, x: Float(0))
      for (x, y) in zip(x, y) {
        let error = ulps(y, Double(x) / (1 + exp(-Double(x))))
        if !(error <= worst.error) { worst = (error, x) }
      }
      #expect(worst.error <= 4, "\(kernels.name): \(worst.error) ulp at \(worst.x)")
    }
  }

  /// Beyond −87 the exponential is held at its end: the true value is below 1e-36 there.
  @Test func tailsVanishAndKeepTheirSign() {
    let x: [Float] =
      [-87.5, -88, -90, -95, -100, -1000, -1e30, -.greatestFiniteMagnitude]
      + [87.5, 88, 100, 1000, 1e30, .greatestFiniteMagnitude, 0, -0.0]
    for kernels in VectorKernels.available {
      var y = [Float](repeating: .nan, count: 16)
      kernels.silu(x, &y, 1)
      for i in 0..<5 { #expect(y[i] <= 0 && y[i] >= -1e-35, "\(kernels.name) at \(x[i])") }
      for i in 8..<14 { #expect(y[i] == x[i], "\(kernels.name) at \(x[i])") }
      #expect(y[14] == 0 && y[15] == 0)
    }
  }

  @Test func theDefinitionsAgreeWithDouble() {
    for x in stride(from: Float(-20), through: 20, by: 0.25) {
      let sigma = 1 / (1 + exp(-Double(x)))
      #expect(abs(Double(sigmoid(x)) - sigma) < 1e-7)
      #expect(abs(Double(Activation.silu(x)) - Double(x) * sigma) <= 2e-7 * abs(Double(x)))
      #expect(Activation.none(x) == x)
    }
  }
}
