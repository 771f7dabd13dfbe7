import Checkpoints
import Kernels
import Tensors

/// The sizes of a CLIP model, most of them read off the shapes of its tensors.
public struct CLIPConfiguration: Sendable, Equatable {
  /// One tower's transformer.
  public struct Tower: Sendable, Equatable {
    /// The floats of a token.
    public let width: Int
    /// The number of blocks.
    public let layers: Int
    /// The attention heads of a block.
    public let heads: Int
    /// The floats between the two layers of a block, mostly 4 × `width`.
    public let hidden: Int

    package init(width: Int, layers: Int, heads: Int, hidden: Int) {
      self.width = width
      self.layers = layers
      self.heads = heads
      self.hidden = hidden
    }
  }

  /// The dimensions of the space that pictures and texts share.
  public let embedding: Int
  /// The vision transformer.
  public let image: Tower
  /// The text transformer.
  public let text: Tower
  /// The pixels on a side of a patch.
  public let patchSize: Int
  /// The patches on a side of the picture.
  public let gridSize: Int
  /// The tokens of a prompt, start and end included.
  public let context: Int
  /// The number of different tokens.
  public let vocabulary: Int
  /// What stands between the two layers of each block.
  public let activation: LinearActivation

  /// The pixels on a side of the square picture that the image tower sees: 224 for ViT-B/32.
  public var imageSize: Int { patchSize * gridSize }

  /// What a file cannot say by its shapes.
  ///
  /// OpenAI's rule is one head for 64 floats, and QuickGELU.
  struct Hints: Equatable {
    var imageHeads: Int?
    var textHeads: Int?
    var activation: LinearActivation?
  }

  /// The sizes that the tensors in `weights` have.
  ///
  /// - Throws: `CLIPError.weights` where one of those that say it is missing, `CLIPError.notCLIP`
  ///   where the sizes do not fit each other.
  init(_ weights: WeightScope, _ layout: WeightLayout, hints: Hints) throws(CLIPError) {
    func shape(_ name: String, rank: Int) throws(CLIPError) -> Shape {
      guard let shape = weights.shape(of: name) else {
        throw .weights(.missingTensor(path: weights.file, name: name))
      }
      guard shape.rank == rank, !shape.extents.contains(0) else {
        throw .notCLIP(weights.file, "the tensor \(name) is \(shape)")
      }
      return shape
    }
    func tower(_ tower: WeightLayout.Tower, _ width: Int, _ heads: Int?) throws(CLIPError) -> Tower
    {
      let path = layout.blocks(tower)
      let layers = weights[path].children.count
      let heads = heads ?? max(1, width / 64)
      guard layers > 0, heads > 0, width % heads == 0 else {
        throw .notCLIP(
          weights.file, "\(layers) blocks under \(path), \(heads) heads in a width of \(width)")
      }
      let hidden = try shape("\(path).0.\(layout.mlpInput).weight", rank: 2)[0]
      return Tower(width: width, layers: layers, heads: heads, hidden: hidden)
    }

    let patches = try shape(layout.patches, rank: 4)
    let imagePositions = try shape(layout.positions(.image), rank: 2)[0]
    let textPositions = try shape(layout.positions(.text), rank: 2)
    let projection = try shape(layout.projection(.text), rank: 2)
    let tokens = try shape(layout.tokens, rank: 2)
    image = try tower(.image, patches[0], hints.imageHeads)
    text = try tower(.text, textPositions[1], hints.textHeads)
    embedding = projection[layout == .openAI ? 1 : 0]
    patchSize = patches[2]
    gridSize = Int(Double(imagePositions - 1).squareRoot().rounded())
    context = textPositions[0]
    vocabulary = tokens[0]
    activation = hints.activation ?? .quickGELU
    guard gridSize > 0, gridSize * gridSize + 1 == imagePositions else {
      throw .notCLIP(weights.file, "\(imagePositions) positions are no square of patches and one")
    }
    guard vocabulary > 514, context > 2 else {
      throw .notCLIP(weights.file, "\(vocabulary) tokens and a context of \(context)")
    }
  }
}
