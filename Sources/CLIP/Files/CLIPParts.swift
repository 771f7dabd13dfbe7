import Checkpoints
import Kernels

/// What a model is made of, opened and checked but not loaded.
struct CLIPParts {
  let checkpoint: Checkpoint
  let weights: WeightScope
  let layout: WeightLayout
  let configuration: CLIPConfiguration
  let mergesText: String
  /// The file that the merges are in.
  let mergesSource: String

  /// Opens the weights at `path`, and finds the merges in them, at `mergesPath`, or beside them.
  init(path: String, mergesPath: String?) throws(CLIPError) {
    do { checkpoint = try Checkpoint(path: path) } catch { throw .weights(error) }
    weights = checkpoint.weights()
    if weights.shape(of: WeightLayout.openAI.patches) != nil {
      layout = .openAI
    } else if weights.shape(of: WeightLayout.huggingFace.patches) != nil {
      layout = .huggingFace
    } else {
      throw .notCLIP(path, "neither OpenAI's nor Hugging Face's names are in it")
    }
    let companions = CompanionFiles(besideWeights: path)
    var hints = CLIPArchive.hints(checkpoint.metadata)
    if hints == nil { hints = try companions.hints(layout) }
    configuration = try CLIPConfiguration(weights, layout, hints: hints ?? .init())

    if let mergesPath {
      guard let text = try CompanionFiles.text(at: mergesPath) else {
        throw .unreadable(mergesPath, reason: "no such file")
      }
      (mergesText, mergesSource) = (text, mergesPath)
    } else if let stored = checkpoint[CLIPArchive.mergesName] {
      guard stored.type == .uint8,
        let text = stored.withRowMajorBytes({ String(validating: $0, as: UTF8.self) })
      else { throw .badMerges(path, line: nil, "the tensor \(stored.name) is no text") }
      (mergesText, mergesSource) = (text, path)
    } else if let beside = try companions.merges() {
      (mergesText, mergesSource) = (beside.text, beside.path)
    } else {
      throw .missingMerges(weights: path)
    }
    try check()
  }

  /// Asks for every tensor that a tower needs, and for a place for every tensor that there is.
  private func check() throws(CLIPError) {
    _ = try reader(loads: false).imageTower()
    _ = try reader(loads: false).textTower()
    let unread = weights.unreadNames.filter { !WeightLayout.isBesideTheNetwork($0) }
    guard unread.isEmpty else {
      throw .weights(.unreadTensors(path: weights.file, names: unread))
    }
  }

  func reader(loads: Bool) -> TowerReader {
    TowerReader(weights: weights, layout: layout, configuration: configuration, loads: loads)
  }

  func tokenizer() throws(CLIPError) -> BytePairTokenizer {
    try BytePairTokenizer(
      merges: mergesText, vocabularySize: configuration.vocabulary, source: mergesSource)
  }
}
