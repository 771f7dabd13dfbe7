import Foundation
import Kernels
import TestSupport
import Testing

/// The kernels of a transformer against their definitions in Double.
@Suite struct TransformerTests {
  private let pool = ThreadPool(threads: 2)

  @Test(arguments: [
    (1, 1, 1), (3, 5, 7), (50, 64, 33), (77, 130, 515), (513, 16, 600),
  ])
  func linearIsTheSumOfProducts(rows: Int, inputs: Int, outputs: Int) {
    var random = SeededGenerator(seed: UInt64(rows * inputs + outputs))
    let x = random.floats(rows * inputs), w = random.floats(outputs * inputs)
    let b = random.floats(outputs)
    var y = [Float](repeating: .nan, count: rows * outputs)
    linear(
      rows: rows, inputs: inputs, outputs: outputs, x, weight: w, bias: b, into: &y, on: pool)
    var sum = y
    linear(
      rows: rows, inputs: inputs, outputs: outputs, x, weight: w, accumulate: true, into: &sum,
      on: pool)
    for row in stride(from: 0, to: rows, by: max(1, rows / 9)) {
      for output in stride(from: 0, to: outputs, by: max(1, outputs / 11)) {
        var exact = 0.0, size = 1.0
        for i in 0..<inputs {
          let product = Double(x[row * inputs + i]) * Double(w[output * inputs + i])
          exact += product
          size += abs(product)
        }
        let bias = Double(b[output]), bound = Double(inputs + 4) * 0x1p-24 * size
        #expect(abs(Double(y[row * outputs + output]) - exact - bias) <= bound)
        #expect(abs(Double(sum[row * outputs + output]) - 2 * exact - bias) <= 3 * bound)
      }
    }
  }

  @Test func bytesDoNotDependOnTheThreads() {
    var random = SeededGenerator(seed: 5)
    let x = random.floats(200 * 96), w = random.floats(700 * 96)
    let results = [1, 2, 3].map { threads in
      var y = [Float](repeating: 0, count: 200 * 700)
      linear(
        rows: 200, inputs: 96, outputs: 700, x, weight: w, activation: .gelu, into: &y,
        on: ThreadPool(threads: threads))
      return y
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  /// Every 9973rd float from 10⁻¹⁹ to 100 with both signs, and zeros.
  private let arguments: [Float] = {
    var values: [Float] = [0, -0.0]
    var bits = Float(100).bitPattern
    while bits > 0x2000_0000 {
      values += [Float(bitPattern: bits), -Float(bitPattern: bits)]
      bits -= 9_973
    }
    return values
  }()

  @Test(arguments: [LinearActivation.silu, .quickGELU, .gelu])
  func activationsAreExactToAFewBits(activation: LinearActivation) {
    var values = arguments
    activation.apply(values.count, &values)
    var worst = 0.0
    for (x, found) in zip(arguments.map(Double.init), values) {
      let exact: Double, bound: Double
      if activation == .gelu {
        // x/2 + x/2·erf: where the sum goes to zero, its parts do not.
        exact = x / 2 * erfc(-x / 2.0.squareRoot())
        bound = 4 * 0x1p-24 * max(abs(exact), abs(x) / 2)
      } else {
        // The power's relative error is the absolute one of its exponent, a product of two rounded
        // numbers.
        let slope = activation == .silu ? 1 : 1.702
        exact = x / (1 + exp(-slope * x))
        bound = (6 + 1.5 * abs(slope * x)) * 0x1p-24 * abs(exact)
      }
      worst = max(worst, abs(Double(found) - exact) / (bound + 2e-36))
    }
    #expect(worst <= 1, "\(worst) of the bound")
  }

  @Test func notANumberStaysOne() {
    for activation in [LinearActivation.silu, .quickGELU, .gelu] {
      var values: [Float] = [.nan, 1, 2]
      activation.apply(3, &values)
      #expect(values[0].isNaN && !values[1].isNaN)
    }
  }

  @Test(arguments: [(1, 1), (3, 5), (4, 8), (7, 77), (50, 50)], [false, true])
  func softmaxIsAShare(size: (Int, Int), causal: Bool) {
    let (rows, columns) = size
    var random = SeededGenerator(seed: 3)
    let x = random.floats(rows * columns, in: -90...90)
    var y = x
    softmaxRows(rows: rows, columns: columns, scale: 0.5, causal: causal, &y)
    for row in 0..<rows {
      let seen = causal ? min(row + 1, columns) : columns
      let line = x[row * columns..<row * columns + seen].map { Double($0) * 0.5 }
      let largest = line.max() ?? 0
      let powers = line.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      for column in 0..<columns {
        let exact = column < seen ? powers[column] / sum : 0
        #expect(abs(Double(y[row * columns + column]) - exact) <= 1e-5 * exact + 1e-30)
      }
    }
  }

  @Test(arguments: [(1, 1), (2, 7), (33, 64), (5, 770)])
  func layerNormHasMeanZeroAndVarianceOne(rows: Int, columns: Int) {
    var random = SeededGenerator(seed: 11)
    // A mean far from zero, where a one-pass variance would lose every bit.
    let x = random.floats(rows * columns, in: 999...1001)
    let gamma = random.floats(columns), beta = random.floats(columns)
    var y = [Float](repeating: .nan, count: x.count)
    layerNorm(
      rows: rows, columns: columns, epsilon: 1e-5, x, gamma: gamma, beta: beta, into: &y, on: pool)
    for row in 0..<rows {
      let line = x[row * columns..<(row + 1) * columns].map(Double.init)
      let mean = line.reduce(0, +) / Double(columns)
      let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      for (i, value) in line.enumerated() {
        let exact = (value - mean) / (variance + 1e-5).squareRoot() * Double(gamma[i])
        #expect(abs(Double(y[row * columns + i]) - exact - Double(beta[i])) < 2e-3)
      }
    }
  }

  @Test(arguments: [(1, 1, 1, 2), (2, 5, 3, 4), (3, 20, 2, 8)], [false, true])
  func attentionIsAMeanOfValues(size: (Int, Int, Int, Int), causal: Bool) {
    let (sequences, tokens, heads, depth) = size
    let width = heads * depth
    var random = SeededGenerator(seed: 17)
    let qkv = random.floats(sequences * tokens * 3 * width)
    var y = [Float](repeating: .nan, count: sequences * tokens * width)
    attention(
      sequences: sequences, tokens: tokens, heads: heads, width: width, causal: causal, qkv,
      into: &y, on: pool)
    func part(_ kind: Int, _ sequence: Int, _ token: Int, _ column: Int) -> Double {
      Double(qkv[((sequence * tokens + token) * 3 + kind) * width + column])
    }
    for sequence in 0..<sequences {
      for token in 0..<tokens {
        for column in 0..<width {
          let head = column / depth * depth..<(column / depth + 1) * depth
          let weights = (0...(causal ? token : tokens - 1)).map { other in
            exp(
              head.reduce(0) { $0 + part(0, sequence, token, $1) * part(1, sequence, other, $1) }
                / Double(depth).squareRoot())
          }
          let mean =
            weights.enumerated().reduce(0) { $0 + $1.1 * part(2, sequence, $1.0, column) }
            / weights.reduce(0, +)
          #expect(abs(Double(y[(sequence * tokens + token) * width + column]) - mean) < 1e-5)
        }
      }
    }
  }
}
