// The layers of a transformer: weights, and the kernel that uses them. Rows are tokens; how many of
// them make a sequence matters to attention alone.

import Kernels
import Tensors

/// y = x·Wᵀ + b.
struct Linear: Sendable {
  /// outputs × inputs.
  let weight: Tensor
  /// One for each output.
  let bias: Tensor

  /// rows × inputs → rows × outputs.
  func callAsFunction(
    _ x: Tensor, activation: LinearActivation = .none, on pool: ThreadPool
  ) -> Tensor {
    Tensor([x.shape[0], weight.shape[0]]) { y in
      guard let y = y.baseAddress else { return }
      run(x, activation, accumulate: false, into: y, on: pool)
    }
  }

  /// Adds the layer's output to `y`, rows × outputs: a residual connection.
  func add(_ x: Tensor, to y: inout Tensor, on pool: ThreadPool) {
    precondition(
      y.shape == [x.shape[0], weight.shape[0]], "Linear: \(x.shape) added to \(y.shape)")
    y.withPointer { run(x, .none, accumulate: true, into: $0, on: pool) }
  }

  private func run(
    _ x: Tensor, _ activation: LinearActivation, accumulate: Bool,
    into y: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    precondition(x.shape[1] == weight.shape[1], "Linear: \(x.shape) by \(weight.shape)")
    x.withPointer { source in
      weight.withPointer { weights in
        bias.withPointer { bias in
          linear(
            rows: x.shape[0], inputs: x.shape[1], outputs: weight.shape[0], source, weight: weights,
            bias: bias, activation: activation, accumulate: accumulate, into: y, on: pool)
        }
      }
    }
  }
}

/// (x − μ)/√(σ² + ε)·γ + β for each row.
struct LayerNorm: Sendable {
  /// The scale γ, one for each column.
  let scale: Tensor
  /// The shift β, one for each column.
  let shift: Tensor

  /// What CLIP was trained with.
  static let epsilon: Float = 1e-5

  /// rows × width → rows × width.
  func callAsFunction(_ x: Tensor, on pool: ThreadPool) -> Tensor {
    precondition(x.shape[1] == scale.count, "LayerNorm: \(x.shape) by \(scale.shape)")
    return Tensor(x.shape) { y in
      guard let y = y.baseAddress else { return }
      x.withPointer { source in
        scale.withPointer { scale in
          shift.withPointer { shift in
            layerNorm(
              rows: x.shape[0], columns: x.shape[1], epsilon: Self.epsilon, source, gamma: scale,
              beta: shift, into: y, on: pool)
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The first axis of a matrix reduced to the rows of these indices, in their order.
  func rows(_ indices: [Int]) -> Tensor {
    precondition(shape.rank == 2, "rows: of \(shape)")
    let width = shape[1]
    return Tensor([indices.count, width]) { result in
      withUnsafeElements { x in
        for (row, index) in indices.enumerated() {
          for i in 0..<width { result[row * width + i] = x[index * width + i] }
        }
      }
    }
  }

  /// Calls `body` with the first element's address.
  func withPointer<R>(_ body: (UnsafePointer<Float>) -> R) -> R {
    withUnsafeElements { elements in
      guard let base = elements.baseAddress else { preconditionFailure("a tensor without memory") }
      return body(base)
    }
  }

  /// Calls `body` with the first element's address, to write.
  mutating func withPointer(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeMutableElements { elements in
      if let base = elements.baseAddress { body(base) }
    }
  }
}
