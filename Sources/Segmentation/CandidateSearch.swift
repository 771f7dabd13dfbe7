// Which anchors are worth decoding. A score is sigmoid(logit), so almost all of thousands of cells
// are turned away by one comparison of their logit; the sigmoid, in float32 as PyTorch has it, then
// decides exactly.

import Kernels
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Anchors whose best class passed the confidence threshold, as parallel columns.
package struct Candidates {
  package var anchors: [Int] = []
  package var classes: [Int] = []
  package var scores: [Float] = []
}

/// A logit that every score above `confidence` lies above.
///
/// The inverse sigmoid less a margin that covers all rounding. Beyond 0.999 float32 probabilities
/// are too coarse to invert.
func safeLogit(_ confidence: Float) -> Float {
  guard confidence > 0 else { return -.infinity }
  let p = min(confidence, 0.999)
  return logf(p / (1 - p)) - 0.01
}

/// The anchors with sigmoid(best class logit) > `confidence`, in anchor order; a NaN never passes.
///
/// The first class wins ties of the *score*: float32 gives one probability to several logits.
package func candidates(in maps: [ScoreMap], above confidence: Float) -> Candidates {
  var result = Candidates()
  let threshold = safeLogit(confidence)
  var firstAnchor = 0
  for map in maps {
    let cells = map.cells, classes = map.logits.shape[1]
    map.logits.withUnsafeElements { logits in
      guard let logits = logits.baseAddress else { return }
      for cell in 0..<cells {
        var best = logits[cell]
        for c in 1..<max(classes, 1) where logits[c * cells + cell] > best {
          best = logits[c * cells + cell]
        }
        guard best > threshold else { continue }
        let score = sigmoid(best)
        guard score > confidence else { continue }
        // Only logits this near, or where the sigmoid is flat, can share the score.
        let near = min(best - 0.01, 8)
        var winner = 0
        while !(logits[winner * cells + cell] >= near
          && sigmoid(logits[winner * cells + cell]) >= score)
        { winner += 1 }
        result.anchors.append(firstAnchor + cell)
        result.classes.append(winner)
        result.scores.append(score)
      }
    }
    firstAnchor += cells
  }
  return result
}
