// CLIP (Radford et al., Learning Transferable Visual Models From Natural Language Supervision,
// arXiv 2103.00020): two towers that put pictures and texts into one space, where the cosine of the
// angle between them says how well they match.

import Checkpoints
import Imaging
import Kernels
import Synchronization
import Tensors

/// A CLIP model of the ViT family (B/32, B/16, L/14, told by the shapes of its weights).
///
/// Opening checks every tensor's name and shape and loads none; a tower is loaded and widened to 32
/// bits when it is first used. Immutable from then on: any number of threads may use it.
///
/// Design notes: there are no prompt templates, since neither FastSAM uses any; no learned
/// temperature either, which orders nothing.
public final class CLIPModel: Sendable {
  /// The sizes of the towers.
  public let configuration: CLIPConfiguration
  /// Makes tokens of prompts.
  public let tokenizer: BytePairTokenizer

  private let parts: Mutex<CLIPParts>
  private let imageTower = Mutex<ImageTower?>(nil)
  private let textTower = Mutex<TextTower?>(nil)

  /// The model in the file at `path`.
  ///
  /// Read are OpenAI's TorchScript archives, Hugging Face's and open_clip's safetensors, and what
  /// `CLIPArchive` writes. The tokenizer's merges are taken from such an archive, else from
  /// `mergesPath`, else from `merges.txt` or `bpe_simple_vocab_16e6.txt` in the folder of the
  /// weights.
  ///
  /// - Throws: A `CLIPError` that names the file and the fault.
  public init(path: String, mergesPath: String? = nil) throws(CLIPError) {
    let parts = try CLIPParts(path: path, mergesPath: mergesPath)
    configuration = parts.configuration
    tokenizer = try parts.tokenizer()
    self.parts = Mutex(parts)
  }

  /// Puts pictures into the space: N × `configuration.embedding`, each row of length 1.
  ///
  /// Each is resized, cut to its middle square and normalised as in training. Costs 4.4 G
  /// multiply-adds a picture for ViT-B/32.
  ///
  /// - Precondition: no picture is empty.
  /// - Throws: `CLIPError.weights` where the weights' file has become unreadable.
  public func encode(_ images: [Image], on pool: ThreadPool) throws(CLIPError) -> Tensor {
    try encode(count: images.count, on: pool) { images[$0] }
  }

  /// Puts `count` pictures into the space, each made when it is needed.
  ///
  /// As `encode(_:on:)` does, but a hundred full-size cut-outs never exist at the same time.
  ///
  /// - Parameter picture: makes the picture of a number in 0..<`count`, on any thread of the pool.
  public func encode(
    count: Int, on pool: ThreadPool, picture: @Sendable (Int) -> Image
  ) throws(CLIPError) -> Tensor {
    let tower = try loadedImageTower()
    let preprocess = Preprocessing(size: configuration.imageSize)
    // Enough rows at a time to keep the matrix products busy, few enough for the caches.
    let batch = max(1, 1600 / (configuration.gridSize * configuration.gridSize + 1))
    return inBatches(count, of: batch) { tower(preprocess($0, picture, on: pool), on: pool) }
  }

  /// Puts prompts into the space: N × `configuration.embedding`, each row of length 1.
  ///
  /// - Throws: `CLIPError.promptTooLong` where a prompt does not fit and `overflow` says so.
  public func encode(
    _ prompts: [String], overflow: BytePairTokenizer.Overflow = .truncate, on pool: ThreadPool
  ) throws(CLIPError) -> Tensor {
    var tokens: [[Int32]] = []
    for prompt in prompts {
      tokens.append(
        try tokenizer.encode(prompt, context: configuration.context, overflow: overflow))
    }
    let tower = try loadedTextTower()
    return inBatches(tokens.count, of: 32) { tower(Array(tokens[$0]), on: pool) }
  }

  /// How well each of N pictures matches each of M texts: the N×M cosines of their rows.
  ///
  /// - Precondition: both are what `encode` gives, of one model.
  public static func similarity(_ images: Tensor, _ texts: Tensor, on pool: ThreadPool) -> Tensor {
    precondition(
      images.shape[1] == texts.shape[1], "similarity: \(images.shape) and \(texts.shape)")
    return Linear(weight: texts, bias: Tensor([texts.shape[0]]))(images, on: pool)
  }

  private func loadedImageTower() throws(CLIPError) -> ImageTower {
    try imageTower.withLock { (tower) throws(CLIPError) in
      if let tower { return tower }
      let loaded = try parts.withLock { (parts) throws(CLIPError) in
        try parts.reader(loads: true).imageTower()
      }
      tower = loaded
      return loaded
    }
  }

  private func loadedTextTower() throws(CLIPError) -> TextTower {
    try textTower.withLock { (tower) throws(CLIPError) in
      if let tower { return tower }
      let loaded = try parts.withLock { (parts) throws(CLIPError) in
        try parts.reader(loads: true).textTower()
      }
      tower = loaded
      return loaded
    }
  }

  /// The rows that `encode` gives for each batch, one after the other, brought to length 1.
  private func inBatches(_ count: Int, of size: Int, _ encode: (Range<Int>) -> Tensor) -> Tensor {
    let width = configuration.embedding
    return Tensor([count, width]) { result in
      for start in stride(from: 0, to: count, by: size) {
        let batch = encode(start..<min(start + size, count))
        batch.withUnsafeElements { rows in
          for row in 0..<batch.shape[0] {
            var square = 0.0
            for i in row * width..<(row + 1) * width { square += Double(rows[i]) * Double(rows[i]) }
            let length = Float(square.squareRoot())
            for i in 0..<width {
              result[(start + row) * width + i] = rows[row * width + i] / length
            }
          }
        }
      }
    }
  }
}
