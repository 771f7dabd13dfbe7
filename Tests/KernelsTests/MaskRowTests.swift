import Kernels
import TestSupport
import Testing

@Suite struct MaskRowTests {
  @Test("Sums of planes are rounded one by one, in order, on every instruction set")
  func combinesInOrder() {
    var random = SeededGenerator(seed: 9)
    for (count, columns) in [(32, 160), (32, 72), (1, 8), (5, 64), (7, 136), (32, 24), (3, 120)] {
      let plane = columns + 24
      let planes = random.floats(count * plane), weights = random.floats(count)
      let expected = (0..<columns).map { x in
        (0..<count).reduce(Float(0)) { $0 + weights[$1] * planes[$1 * plane + x] }
      }
      for kernels in VectorKernels.available {
        var actual = [Float](repeating: .nan, count: columns + 1)
        kernels.combine(planes, plane, weights, count, columns, &actual)
        #expect(actual.dropLast() == expected[...], "\(kernels.name) \(count)×\(columns)")
        #expect(actual[columns].isNaN, "\(kernels.name) wrote past its columns")
      }
    }
  }

  @Test("A bit says whether a weighted mean exceeds the threshold") func comparesMeans() {
    var random = SeededGenerator(seed: 10)
    for round in 0..<50 {
      var a = random.floats(64), b = random.floats(64)
      let weight = Float(round) / 49
      // Exactly on the threshold is not above it; nor is what is no number.
      let threshold = a[5] * weight + b[5] * (1 - weight)
      a[9] = .nan
      b[63] = .infinity
      var expected: UInt64 = 0
      for i in 0..<64 where a[i] * weight + b[i] * (1 - weight) > threshold {
        expected |= 1 << UInt64(i)
      }
      for kernels in VectorKernels.available {
        #expect(kernels.meanBits(a, weight, b, 1 - weight, threshold) == expected)
      }
    }
  }

  @Test(
    "Samples are weighted one by one, however far apart, on every instruction set",
    arguments: [(40, 200, 0), (7, 64, 3), (90, 33, 0), (64, 16, 5), (300, 40, 1), (1, 50, 0)])
  func stretchesSamples(samples: Int, count: Int, origin: Int) {
    var random = SeededGenerator(seed: 11)
    let numbers = random.floats(samples + 32)
    let weights = random.floats(count)
    let first = (0..<count).map { Int32(origin + $0 * samples / count) }
    let second = first.map { min($0 + 1, Int32(origin + samples - 1)) }
    let expected = (0..<count).map { i in
      numbers[Int(first[i]) - origin] * weights[i]
        + numbers[Int(second[i]) - origin] * (1 - weights[i])
    }
    for kernels in VectorKernels.available {
      var actual = [Float](repeating: .nan, count: count + 1)
      kernels.stretch(
        numbers, origin, first, second, weights, weights.map { 1 - $0 }, count, &actual)
      #expect(actual.dropLast() == expected[...], "\(kernels.name)")
      #expect(actual[count].isNaN, "\(kernels.name) wrote past its columns")
    }
  }
}
