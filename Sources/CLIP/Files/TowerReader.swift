import Checkpoints
import Tensors

/// Builds the towers from the tensors of a file, whatever its layout.
///
/// It runs twice: once when a model is opened, to check every name and shape without touching a
/// number, and again for each tower when it is first used, to load it.
struct TowerReader {
  let weights: WeightScope
  let layout: WeightLayout
  let configuration: CLIPConfiguration
  /// False to check only: every tensor comes out empty.
  let loads: Bool

  func imageTower() throws(CLIPError) -> ImageTower {
    let c = configuration, width = c.image.width
    let side = c.patchSize
    let patches = try tensor(layout.patches, [width, 3, side, side])
    return ImageTower(
      patches: Linear(
        weight: loads ? patches.reshaped([width, 3 * side * side]) : patches,
        bias: Tensor([width])),
      classToken: try tensor(layout.classToken, [width]),
      positions: try tensor(layout.positions(.image), [c.gridSize * c.gridSize + 1, width]),
      normBefore: try norm(layout.normBefore, width),
      transformer: try transformer(.image, c.image, causal: false),
      normAfter: try norm(layout.normAfter(.image), width),
      projection: try projection(.image, width),
      gridSize: c.gridSize, patchSize: c.patchSize)
  }

  func textTower() throws(CLIPError) -> TextTower {
    let c = configuration, width = c.text.width
    return TextTower(
      embedding: try stored(layout.tokens, [c.vocabulary, width]),
      positions: try tensor(layout.positions(.text), [c.context, width]),
      transformer: try transformer(.text, c.text, causal: true),
      norm: try norm(layout.normAfter(.text), width),
      projection: try projection(.text, width))
  }

  private func transformer(
    _ tower: WeightLayout.Tower, _ size: CLIPConfiguration.Tower, causal: Bool
  ) throws(CLIPError) -> Transformer {
    var blocks: [TransformerBlock] = []
    for index in 0..<size.layers {
      let path = "\(layout.blocks(tower)).\(index)."
      blocks.append(
        TransformerBlock(
          attentionNorm: try norm(path + layout.attentionNorm, size.width),
          queryKeyValue: try queryKeyValue(path, size.width),
          attentionOutput: try linear(path + layout.attentionOutput, size.width, size.width),
          mlpNorm: try norm(path + layout.mlpNorm, size.width),
          mlpInput: try linear(path + layout.mlpInput, size.hidden, size.width),
          mlpOutput: try linear(path + layout.mlpOutput, size.width, size.hidden)))
    }
    return Transformer(
      blocks: blocks, heads: size.heads, causal: causal, activation: configuration.activation)
  }

  private func queryKeyValue(_ path: String, _ width: Int) throws(CLIPError) -> Linear {
    switch layout {
    case .openAI:
      return Linear(
        weight: try tensor(path + "attn.in_proj_weight", [3 * width, width]),
        bias: try tensor(path + "attn.in_proj_bias", [3 * width]))
    case .huggingFace:
      var weights: [Tensor] = [], biases: [Tensor] = []
      for part in ["q_proj", "k_proj", "v_proj"] {
        weights.append(try tensor("\(path)self_attn.\(part).weight", [width, width]))
        biases.append(try tensor("\(path)self_attn.\(part).bias", [width]))
      }
      guard loads else { return Linear(weight: Tensor([0]), bias: Tensor([0])) }
      return Linear(
        weight: Tensor([3 * width, width], weights.flatMap(\.elements)),
        bias: Tensor([3 * width], biases.flatMap(\.elements)))
    }
  }

  private func linear(_ path: String, _ outputs: Int, _ inputs: Int) throws(CLIPError) -> Linear {
    Linear(
      weight: try tensor(path + ".weight", [outputs, inputs]),
      bias: try tensor(path + ".bias", [outputs]))
  }

  private func norm(_ path: String, _ width: Int) throws(CLIPError) -> LayerNorm {
    LayerNorm(
      scale: try tensor(path + ".weight", [width]), shift: try tensor(path + ".bias", [width]))
  }

  private func projection(_ tower: WeightLayout.Tower, _ width: Int) throws(CLIPError) -> Linear {
    let embedding = configuration.embedding, name = layout.projection(tower)
    let bias = Tensor([embedding])
    switch layout {
    case .openAI:
      let weight = try tensor(name, [width, embedding])
      return Linear(weight: loads ? weight.transposed : weight, bias: bias)
    case .huggingFace: return Linear(weight: try tensor(name, [embedding, width]), bias: bias)
    }
  }

  private func tensor(_ name: String, _ shape: Shape) throws(CLIPError) -> Tensor {
    let tensor = try stored(name, shape)
    return loads ? tensor.floats() : Tensor([0])
  }

  private func stored(_ name: String, _ shape: Shape) throws(CLIPError) -> WeightTensor {
    do { return try weights.tensor(name, shape: shape) } catch { throw .weights(error) }
  }
}

extension Tensor {
  /// Rows as columns.
  fileprivate var transposed: Tensor {
    let rows = shape[0], columns = shape[1]
    return Tensor([columns, rows]) { result in
      withUnsafeElements { x in
        for i in 0..<columns {
          for j in 0..<rows { result[i * rows + j] = x[j * columns + i] }
        }
      }
    }
  }
}
