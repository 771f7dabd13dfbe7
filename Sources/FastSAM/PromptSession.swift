import CLIP
import Imaging
import Kernels
import Segmentation
import Synchronization

/// A segmented picture that is prompted again and again, by points, boxes and words.
///
///     let session = PromptSession(segmenter.segment(image), of: image, on: segmenter.pool)
///     let cup = try session.select(Prompts(points: [PointPrompt(x: 350, y: 300)]))
///     let dogs = try session.select(Prompts(texts: ["a black dog"]), by: CLIPModel(path: file))
///
/// The network has run once. Points cost a few dot products an instance; the first text costs one
/// pass of CLIP's image tower an instance, and further ones a pass of the text tower alone.
public final class PromptSession: Sendable {
  /// What there is to choose from.
  public let scene: Scene

  private let image: Image
  private let pool: ThreadPool
  private let index = Mutex<TextIndex?>(nil)

  /// A session on a scene, and on the picture that it was made of.
  public init(_ scene: Scene, of image: Image, on pool: ThreadPool) {
    self.scene = scene
    self.image = image
    self.pool = pool
  }

  /// What the prompts choose, its masks refined as they say; everything where there are none.
  ///
  /// - Parameter clip: needed where there are texts.
  /// - Throws: `PromptError` for a prompt that makes no sense in this picture, `CLIPError` for a text
  ///   that is too long (`official` only). Prompts that hit nothing give an empty array.
  /// - Precondition: a model where there are texts.
  public func select(_ prompts: Prompts, by clip: CLIPModel? = nil) throws -> [Instance] {
    try scene.check(
      points: prompts.points, boxes: prompts.boxes, hasTexts: !prompts.texts.isEmpty)
    guard prompts.keepsApart, !prompts.isEmpty else { return try selectTogether(prompts, by: clip) }
    return try prompts.separated.enumerated().flatMap { number, prompt in
      try selectTogether(prompt, by: clip).map { $0.numbered(number) }
    }
  }

  /// All instances that can be compared with texts, for each text the best first.
  ///
  /// - Throws: `CLIPError`.
  public func rankings(_ texts: [String], by clip: CLIPModel) throws(CLIPError) -> [TextRanking] {
    let index = try textIndex(clip)
    let ranked = scene.matches(
      try index.similarities(texts, on: pool), of: index.crops, above: -.infinity)
    return zip(texts, ranked).map { TextRanking(text: $0, places: $1) }
  }

  private func selectTogether(_ prompts: Prompts, by clip: CLIPModel?) throws -> [Instance] {
    var selection = scene.instances
    if !prompts.isEmpty {
      let scores = try textScores(prompts, by: clip)
      selection = try scene.select(
        points: prompts.points, boxes: prompts.boxes, texts: scores.map { Array($0.keys) }
      ).map { instance in
        instance.matched(
          by: zip(prompts.texts, scores).compactMap { text, scores in
            scores[instance.id].map { TextScore(text: text, similarity: $0) }
          })
      }
    }
    let refined = scene.refined(selection, by: prompts.refinement, on: pool)
    guard prompts.refinement.merges else { return refined }
    let best = prompts.texts.compactMap { text in
      selection.flatMap(\.matches).filter { $0.text == text }
        .max { $0.similarity < $1.similarity }
    }
    return refined.map { $0.matched(by: best) }
  }

  /// For each text what it chooses, and how well that goes with it.
  private func textScores(_ prompts: Prompts, by clip: CLIPModel?) throws -> [[Int: Float]] {
    if prompts.texts.isEmpty { return [] }
    guard let clip else { preconditionFailure("PromptSession: texts need a CLIP model") }
    let index = try textIndex(clip)
    let similarities = try index.similarities(prompts.texts, on: pool)
    let matches = scene.matches(similarities, of: index.crops, above: prompts.textThreshold)
    return zip(matches, similarities).map { matches, similarities in
      let all = Dictionary(zip(index.crops.map(\.id), similarities)) { first, _ in first }
      let ids = matches.map {
        prompts.picksWider ? scene.wider(than: $0.id, among: index.crops) : $0.id
      }
      return all.filter { ids.contains($0.key) }
    }
  }

  private func textIndex(_ clip: CLIPModel) throws(CLIPError) -> TextIndex {
    if let made = index.withLock({ $0 }), made.clip === clip { return made }
    // Made outside the lock: two tasks may do it, and get the same.
    let made = try TextIndex(scene, of: image, by: clip, on: pool)
    index.withLock { $0 = made }
    return made
  }
}
