import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct ProbabilityTests {
  @Test(
    "Expected bins are within their bound, in every instruction set", arguments: [1, 2, 8, 16, 26],
    [Float(1), 10, 60])
  func expectsBins(bins: Int, range: Float) {
    var random = SeededGenerator(seed: 22)
    let vectors = 5, step = 16 * vectors + 8
    let logits = random.floats(bins * step, in: -range...range)
    for kernels in VectorKernels.available {
      // The sides of a head lie where its first bins were.
      var actual = logits
      actual.withUnsafeMutableBufferPointer { rows in
        guard let rows = rows.baseAddress else { return }
        kernels.expectedBins(rows, bins, step, vectors, rows)
      }
      #expect(actual[(16 * vectors)...] == logits[(16 * vectors)...], "\(kernels.name)")
      let isWithin = (0..<16 * vectors).map { i in
        let cell = (0..<bins).map { Double(logits[$0 * step + i]) }
        let powers = cell.map { exp($0 - (cell.max() ?? 0)) }
        let moment = powers.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
        let expected = moment / powers.reduce(0, +)
        return abs(Double(actual[i]) - expected) <= Tolerance.expectedBin(expected)
      }
      #expect(!isWithin.contains(false), "\(kernels.name) \(isWithin)")
    }
  }

  @Test("Logits of any size give a bin, and what is no number none") func endsHold() {
    let rows: [[Float]] = [
      [1e30, -1e30, 0], [-1e30, -1e30, 1e30], [.nan, 0, 0], [0, .nan, 0], [.infinity, 0, 0],
      [-.infinity, 3, -.infinity],
    ]
    let logits = (0..<3).flatMap { bin in (0..<16).map { rows[$0 % 6][bin] } }
    for kernels in VectorKernels.available {
      var bins = [Float](repeating: .nan, count: 16)
      kernels.expectedBins(logits, 3, 16, 1, &bins)
      #expect(abs(bins[0]) < 1e-30 && bins[1] == 2 && bins[5] == 1, "\(kernels.name)")
      #expect(bins[2].isNaN && bins[3].isNaN && bins[4].isNaN, "\(kernels.name)")
    }
  }

  @Test("σ(x) is within 4 ulp above −87, in every instruction set", arguments: [1, 15, 16, 5000])
  func sigmoidIsWithinItsBound(count: Int) {
    var random = SeededGenerator(seed: 23)
    let x = random.floats(count, in: -87...100)
    for kernels in VectorKernels.available {
      var y = x + [7]
      kernels.sigmoid(&y, count)
      #expect(y[count] == 7, "\(kernels.name) wrote past its end")
      for (x, y) in zip(x, y) {
        let expected = 1 / (1 + exp(-Double(x)))
        let bound = 4 * Double(Float(expected).ulp)
        #expect(abs(Double(y) - expected) <= bound, "\(kernels.name) \(x)")
      }
    }
  }

  @Test func sigmoidHasEnds() {
    for kernels in VectorKernels.available {
      var y: [Float] = [-1e30, -100, 0, 100, 1e30, .infinity, -.infinity, .nan]
      kernels.sigmoid(&y, y.count)
      #expect(y[0] < 1e-37 && y[1] < 1e-37 && y[6] < 1e-37 && y[7].isNaN, "\(kernels.name)")
      #expect(y[2...5] == [0.5, 1, 1, 1], "\(kernels.name)")
    }
  }
}
