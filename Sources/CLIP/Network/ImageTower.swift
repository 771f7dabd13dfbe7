// The vision transformer (Dosovitskiy et al., arXiv 2010.11929) as CLIP has it.
//
//   N×3×G·P×G·P ─ patches ─ linear ─ + class token, + positions ─ norm ─ blocks
//     ─ class token ─ norm ─ projection

import Imaging
import Kernels
import Tensors

/// From pictures to points of the joint space.
struct ImageTower: Sendable {
  /// A patch to a token, W × 3·P·P.
  let patches: Linear
  /// The token that the answer is read from, W.
  let classToken: Tensor
  /// (G·G + 1) × W; the class token's comes first.
  let positions: Tensor
  let normBefore: LayerNorm
  let transformer: Transformer
  let normAfter: LayerNorm
  /// E × W.
  let projection: Linear
  /// G: the patches on a side.
  let gridSize: Int
  /// P: the pixels on a side of a patch.
  let patchSize: Int

  /// N×3×G·P×G·P → N×E.
  func callAsFunction(_ images: Tensor, on pool: ThreadPool) -> Tensor {
    let count = images.shape[0], tokens = positions.shape[0]
    let projected = patches(unfold(images, on: pool), on: pool)  // N·G·G × W
    let x = normBefore(embed(projected, count), on: pool)  // N·T × W
    let classes = transformer(
      x, tokens: tokens, keeping: [Int](repeating: 0, count: count), on: pool)  // N × W
    return projection(normAfter(classes, on: pool), on: pool)
  }

  /// The patches as rows, each with its channels one after the other: N·G·G × 3·P·P.
  private func unfold(_ images: Tensor, on pool: ThreadPool) -> Tensor {
    let grid = gridSize, patch = patchSize, side = grid * patch
    precondition(images.shape == [images.shape[0], 3, side, side], "ImageTower: \(images.shape)")
    return Tensor([images.shape[0] * grid * grid, 3 * patch * patch]) { rows in
      guard let rows = rows.baseAddress else { return }
      nonisolated(unsafe) let target = rows  // Each task writes the patches of its own strip.
      images.withPointer { pixels in
        pool.run(images.shape[0] * grid) { strip, _ in
          var row = target + strip * grid * 3 * patch * patch
          let image = pixels + strip / grid * 3 * side * side + strip % grid * patch * side
          for column in 0..<grid {
            for channel in 0..<3 {
              for y in 0..<patch {
                row.update(
                  from: image + (channel * side + y) * side + column * patch, count: patch)
                row += patch
              }
            }
          }
        }
      }
    }
  }

  /// The class token before each picture's patches, and to every token its position: N·T × W.
  private func embed(_ projected: Tensor, _ count: Int) -> Tensor {
    let tokens = positions.shape[0], width = positions.shape[1]
    return Tensor([count * tokens, width]) { x in
      projected.withUnsafeElements { projected in
        positions.withUnsafeElements { positions in
          classToken.withUnsafeElements { classToken in
            for image in 0..<count {
              let start = image * tokens * width
              for i in 0..<width { x[start + i] = classToken[i] + positions[i] }
              let patches = image * (tokens - 1) * width
              for i in 0..<(tokens - 1) * width {
                x[start + width + i] = projected[patches + i] + positions[width + i]
              }
            }
          }
        }
      }
    }
  }
}
