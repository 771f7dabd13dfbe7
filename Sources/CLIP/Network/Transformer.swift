// The transformer of both towers (Radford et al., arXiv 2103.00020, section 2.4): blocks that
// normalise before they compute, on a stream of tokens that every block adds to.
//
//   x ──┬── norm ── attention ──(+)──┬── norm ── linear ── GELU ── linear ──(+)── …
//       └────────────────────────┘   └──────────────────────────────────┘
//
// Letters: S sequences, T tokens in each, W the width of a token.

import Kernels
import Tensors

/// One block.
struct TransformerBlock: Sendable {
  let attentionNorm: LayerNorm
  /// 3W × W: query, key and value in one product.
  let queryKeyValue: Linear
  /// W × W.
  let attentionOutput: Linear
  let mlpNorm: LayerNorm
  /// 4W × W.
  let mlpInput: Linear
  /// W × 4W.
  let mlpOutput: Linear

  /// What attention finds for each token: S·T × W → S·T × W.
  func attend(_ x: Tensor, tokens: Int, heads: Int, causal: Bool, on pool: ThreadPool) -> Tensor {
    let qkv = queryKeyValue(attentionNorm(x, on: pool), on: pool)  // S·T × 3W
    return Tensor(x.shape) { y in
      guard let y = y.baseAddress else { return }
      qkv.withPointer {
        attention(
          sequences: x.shape[0] / tokens, tokens: tokens, heads: heads, width: x.shape[1],
          causal: causal, $0, into: y, on: pool)
      }
    }
  }

  /// Adds to each token what was found for it, then what the two layers make of that.
  ///
  /// Tokens do not see each other here, so `x` may hold any of them.
  func digest(
    _ found: Tensor, into x: inout Tensor, activation: LinearActivation, on pool: ThreadPool
  ) {
    attentionOutput.add(found, to: &x, on: pool)
    let hidden = mlpInput(mlpNorm(x, on: pool), activation: activation, on: pool)  // rows × 4W
    mlpOutput.add(hidden, to: &x, on: pool)
  }
}

/// All blocks of a tower.
struct Transformer: Sendable {
  let blocks: [TransformerBlock]
  let heads: Int
  /// A token sees only itself and those before it.
  let causal: Bool
  let activation: LinearActivation

  /// The one token of each sequence that the tower goes on with, after all blocks: S·T × W → S × W.
  ///
  /// In the last block only those go through the output and the two layers, three quarters of its
  /// work.
  ///
  /// - Parameter kept: that token's index in each sequence.
  func callAsFunction(_ x: Tensor, tokens: Int, keeping kept: [Int], on pool: ThreadPool) -> Tensor
  {
    precondition(x.shape[0] == kept.count * tokens, "Transformer: \(x.shape), \(tokens) tokens")
    var x = x
    let rows = kept.enumerated().map { $0.offset * tokens + $0.element }
    for (index, block) in blocks.enumerated() {
      var found = block.attend(x, tokens: tokens, heads: heads, causal: causal, on: pool)
      if index == blocks.count - 1 {
        found = found.rows(rows)
        x = x.rows(rows)
      }
      block.digest(found, into: &x, activation: activation, on: pool)
    }
    return x
  }
}
