import Kernels
import Regions

extension MaskField {
  /// The indices of those `seeds` whose masks have a pixel.
  ///
  /// Most objects show at one of a few points of their window, each of which costs some dot
  /// products, and most others where their logits are largest; only for what is left masks are built.
  func nonEmpty(_ seeds: [Seed], on pool: ThreadPool) -> [Int] {
    var isThere = [Bool](repeating: false, count: seeds.count)
    isThere.withUnsafeMutableBufferPointer { isThere in
      nonisolated(unsafe) let isThere = isThere  // Each task writes its own element.
      pool.run(seeds.count) { task, _ in isThere[task] = showsAtSample(seeds[task]) }
      // What has no window shows nowhere.
      let open = seeds.indices.filter { !isThere[$0] && !seeds[$0].crop.window.isEmpty }
      let size = Self.groupSize
      pool.run((open.count + size - 1) / size) { task, _ in
        let group = open[task * size..<min((task + 1) * size, open.count)]
        forEachCellLogits(of: seeds, Array(group)) { id, cells in
          isThere[id] = shows(seeds[id], cells)
        }
      }
    }
    return seeds.indices.filter { isThere[$0] }
  }

  /// True where the mask has a pixel.
  private func shows(_ seed: Seed, _ cells: CellLogits) -> Bool {
    guard let peak = cells.peak(above: 0) else { return false }
    let window = seed.crop.window, pixel = geometry.pixel(over: peak)
    return contains(
      seed, x: min(max(pixel.x, window.x), window.endX - 1),
      y: min(max(pixel.y, window.y), window.endY - 1))
      || mask(of: seed, cells, above: 0).words.contains { $0 != 0 }
  }

  /// True where the mask has one of nine points, spread over the window from its middle.
  private func showsAtSample(_ seed: Seed) -> Bool {
    let window = seed.crop.window
    for row in [2, 1, 3] {
      for column in [2, 1, 3]
      where contains(
        seed, x: window.x + window.width * column / 4, y: window.y + window.height * row / 4)
      {
        return true
      }
    }
    return false
  }

  /// How little the mask changes when its threshold does: the pixels with a logit above 1 divided
  /// by those with one above −1 (Segment Anything, arXiv 2304.02643, appendix B).
  func stability(of seed: Seed) -> Float {
    let loose = mask(of: seed, above: -1).area
    return loose == 0 ? 0 : Float(mask(of: seed, above: 1).area) / Float(loose)
  }
}
