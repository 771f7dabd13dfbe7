import CLIP
import Imaging
import Kernels
import Segmentation
import Tensors

/// The instances of a scene as CLIP sees them, to be compared with any number of texts.
struct TextIndex: Sendable {
  /// What the texts are compared with.
  let crops: [TextCrop]
  let clip: CLIPModel
  /// One row for each crop, of length 1.
  private let embeddings: Tensor?
  private let overflow: BytePairTokenizer.Overflow

  /// Sends every crop through the image tower: the costly part, once for each picture.
  init(
    _ scene: Scene, of image: Image, by clip: CLIPModel, on pool: ThreadPool
  ) throws(CLIPError) {
    self.clip = clip
    crops = scene.textCrops(on: pool)
    overflow = scene.profile == .official ? .reject : .truncate
    var image = image
    if scene.profile == .official, scene.maskSize == .network {
      image = image.resizedBicubic(width: scene.maskWidth, height: scene.maskHeight)
    }
    let width = clip.configuration.embedding
    var rows: [Float] = []
    // A canvas is as large as the picture, so that only a few of them are held at a time.
    for start in stride(from: 0, to: crops.count, by: 32) {
      let some = Array(crops[start..<min(start + 32, crops.count)])
      let pictures = some.concurrentMap(on: pool) { $0.render(image) }
      rows += try clip.encode(pictures, on: pool).elements
    }
    embeddings = crops.isEmpty ? nil : Tensor([crops.count, width], rows)
  }

  /// For each text its cosine with each crop.
  func similarities(_ texts: [String], on pool: ThreadPool) throws(CLIPError) -> [[Float]] {
    let words = try clip.encode(texts, overflow: overflow, on: pool)
    guard let embeddings else { return texts.map { _ in [] } }
    let table = CLIPModel.similarity(words, embeddings, on: pool).elements
    return texts.indices.map { Array(table[$0 * crops.count..<($0 + 1) * crops.count]) }
  }
}
