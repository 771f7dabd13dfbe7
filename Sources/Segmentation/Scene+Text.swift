import Kernels
import Regions

/// An instance that a text describes.
public struct TextMatch: Sendable, Equatable {
  /// The index of the text.
  public let text: Int
  /// The instance's id.
  public let id: Int
  /// How well they go together, as the caller's model has it.
  public let score: Float

  /// The instance `id` described by the text at index `text`.
  public init(text: Int, id: Int, score: Float) {
    self.text = text
    self.id = id
    self.score = score
  }
}

/// Everything that a text was compared with, the best first.
public struct TextRanking: Sendable, Equatable {
  /// The text.
  public let text: String
  /// The instances in falling order of their scores.
  public let places: [TextMatch]

  /// A text and its matches, the best first.
  public init(text: String, places: [TextMatch]) {
    self.text = text
    self.places = places
  }
}

extension Scene {
  /// The crops that texts are compared with, in the order of their instances: of all whose mask,
  /// as prompts see it, has more than 100 pixels.
  ///
  /// Builds all masks, and keeps them for further prompts.
  public func textCrops(on pool: ThreadPool) -> [TextCrop] {
    pool.run(instances.count) { id, _ in _ = promptMask(id) }
    return instances.indices.compactMap { id in
      let mask = promptMask(id)
      guard mask.area > 100, let bounds = mask.boundingRectangle else { return nil }
      switch profile {
      case .official:
        return TextCrop(
          id: id, content: .canvas(width: mask.width, height: mask.height, bounds))
      case .ultralytics:
        let box = instances[id].box
        let rectangle = PixelRectangle(
          x: Int(box.x1), y: Int(box.y1), width: Int(box.x2) - Int(box.x1),
          height: Int(box.y2) - Int(box.y1))
        return rectangle.isEmpty ? nil : TextCrop(id: id, content: .masked(mask, rectangle))
      }
    }
  }

  /// The instances that each text chooses, best first: the best one (the first of equals), or all
  /// that score above `threshold`.
  ///
  /// - Parameter scores: for each text the score of each crop; a NaN is never chosen.
  public func matches(
    _ scores: [[Float]], of crops: [TextCrop], above threshold: Float? = nil
  ) -> [[TextMatch]] {
    scores.enumerated().map { text, row in
      precondition(
        row.count == crops.count, "matches: \(row.count) scores for \(crops.count) crops")
      let ranking = row.indices.filter { !row[$0].isNaN }
        .sorted { (row[$0], $1) > (row[$1], $0) }
        .map { TextMatch(text: text, id: crops[$0].id, score: row[$0]) }
      guard let threshold else { return Array(ranking.prefix(1)) }
      return ranking.filter { $0.score > threshold }
    }
  }

  /// The largest instance that holds the most of `id`: the first, from the largest mask to the
  /// smallest, that covers more than nine tenths of its mask; `id` itself where none larger does.
  ///
  /// FastSAM's demonstration calls this "wider".
  public func wider(than id: Int, among crops: [TextCrop]) -> Int {
    let mask = promptMask(id), area = mask.area
    let largestFirst = crops.map { (id: $0.id, area: promptMask($0.id).area) }
      .sorted { ($0.area, $1.id) > ($1.area, $0.id) }
    let cover = largestFirst.first { candidate in
      candidate.id == id
        || Double(promptMask(candidate.id).intersectionCount(mask)) > 0.9 * Double(area)
    }
    return cover?.id ?? id
  }
}
