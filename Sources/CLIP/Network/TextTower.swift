// The text transformer: tokens see only what stands before them, and the prompt is read from its
// end token.

import Checkpoints
import Kernels
import Tensors

/// From tokens to points of the joint space.
struct TextTower: Sendable {
  /// V × W, still in the file: a prompt needs a few of its 49408 rows.
  let embedding: WeightTensor
  /// The context × W.
  let positions: Tensor
  let transformer: Transformer
  let norm: LayerNorm
  /// E × W.
  let projection: Linear

  /// Prompts of as many tokens as the context holds → S × E.
  ///
  /// The end token, where the answer is read, is the one of highest number; what comes after it
  /// cannot be seen from there, so no work is done for it.
  func callAsFunction(_ prompts: [[Int32]], on pool: ThreadPool) -> Tensor {
    let ends = prompts.map { tokens in
      tokens.indices.reduce(0) { tokens[$1] > tokens[$0] ? $1 : $0 }
    }
    let length = (ends.max() ?? 0) + 1
    let x = embed(prompts.map { $0[..<length] }, length)  // S·T × W
    let last = transformer(x, tokens: length, keeping: ends, on: pool)  // S × W
    return projection(norm(last, on: pool), on: pool)
  }

  private func embed(_ prompts: [ArraySlice<Int32>], _ length: Int) -> Tensor {
    let width = positions.shape[1]
    return Tensor([prompts.count * length, width]) { x in
      positions.withUnsafeElements { positions in
        for (row, token) in prompts.joined().enumerated() {
          embedding.rows(Int(token)..<Int(token) + 1).floats().withUnsafeElements { values in
            for i in 0..<width {
              x[row * width + i] = values[i] + positions[row % length * width + i]
            }
          }
        }
      }
    }
  }
}
