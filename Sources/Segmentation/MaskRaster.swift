// Goals, in this order: the pixels that the full computation would give; work proportional to an
// object's outline; no plane of floats at the picture's size.
//
// A value between samples is a weighted mean, so where all samples around agree on a side of the
// threshold, so does everything between them. Rows of logits therefore carry one bit a column
// ("above the threshold"), and floats of the final size are made only for words of 64 columns in
// which those bits disagree: along the outline.

import Kernels
import Regions
import Tensors

extension MaskField {
  /// Seeds that share each reading of the prototypes: enough for a reading to count little, few enough for every
  /// thread to have its groups.
  static let groupSize = 16

  /// The mask of `seed`: its logits above `threshold`, inside its window.
  ///
  /// Cost: nm multiply-adds a prototype cell of the window, then a few operations for 64 pixels
  /// inside and outside, and for each pixel near the outline. Scratch: the window's cells, and a
  /// few rows.
  func mask(of seed: Seed, above threshold: Float = 0) -> Mask {
    if seed.crop.window.isEmpty { return emptyMask(seed) }
    let cells = cellLogits(of: seed)
    CellLogits.combine([cells])
    return mask(of: seed, cells, above: threshold)
  }

  /// Calls `body` with the number of each seed and its mask; they share each reading of the prototypes.
  func forEachMask(of seeds: [Seed], _ body: (Int, Mask) -> Void) {
    let ids = seeds.indices.filter { !seeds[$0].crop.window.isEmpty }
    for id in seeds.indices where seeds[id].crop.window.isEmpty { body(id, emptyMask(seeds[id])) }
    forEachCellLogits(of: seeds, ids) { body($0, mask(of: seeds[$0], $1, above: 0)) }
  }

  /// Calls `body` with the logits of each of the seeds numbered `ids`, whose windows have a pixel; they share each
  /// reading of the prototypes.
  func forEachCellLogits(of seeds: [Seed], _ ids: [Int], _ body: (Int, CellLogits) -> Void) {
    let cells = ids.map { cellLogits(of: seeds[$0]) }
    CellLogits.combine(cells)
    for (id, cells) in zip(ids, cells) { body(id, cells) }
  }

  private func emptyMask(_ seed: Seed) -> Mask {
    Mask(width: geometry.width, height: geometry.height, window: seed.crop.window)
  }

  /// The logits, not yet computed, that the window of `seed` needs.
  private func cellLogits(of seed: Seed) -> CellLogits {
    var columns = seed.crop.window.columns, rows = seed.crop.window.rows
    for step in geometry.steps.reversed() {
      columns = step.x.sources(of: columns)
      rows = step.y.sources(of: rows)
    }
    return CellLogits(self, seed, columns: columns, rows: rows)
  }

  /// The mask of `seed`, whose logits are computed.
  func mask(of seed: Seed, _ cells: CellLogits, above threshold: Float) -> Mask {
    let window = seed.crop.window, last = geometry.steps[geometry.steps.count - 1]
    guard cells.exceeds(threshold) else { return emptyMask(seed) }
    if geometry.steps.count == 1 {
      let raster = MaskRaster(
        last, window: window, sourceColumns: cells.columns, threshold: threshold)
      return raster.filled(emptyMask(seed)) { cells.row($0) }
    }
    let columns = last.x.sources(of: window.columns)
    let refined = UpsampledRows(geometry.steps[0], columns: columns)
    let raster = MaskRaster(last, window: window, sourceColumns: columns, threshold: threshold)
    return raster.filled(emptyMask(seed)) { refined.row($0, from: cells) }
  }
}

/// The last resampling step of one mask, and its threshold.
final class MaskRaster {
  private let taps: BilinearTaps
  private let window: PixelRectangle
  private let threshold: Float
  private let kernels = VectorKernels.best
  /// The source rows that the mask's next row lies between, each in the slot of its parity.
  private let even: StretchedRow, odd: StretchedRow

  /// - Parameters:
  ///   - step: from the source's samples to the mask's pixels.
  ///   - sourceColumns: the samples that source rows hold; all that the window needs.
  init(_ step: Upsampling, window: PixelRectangle, sourceColumns: Range<Int>, threshold: Float) {
    taps = step.y
    self.window = window
    self.threshold = threshold
    even = StretchedRow(step.x, columns: window.columns, sourceColumns: sourceColumns)
    odd = StretchedRow(step.x, columns: window.columns, sourceColumns: sourceColumns)
  }

  /// `mask`, which stores the raster's window, with its rows written.
  ///
  /// - Parameter source: gives a source row; asked from the top, and each row stays valid until
  ///   the second one after it is asked for.
  func filled(_ mask: Mask, from source: (Int) -> UnsafePointer<Float>) -> Mask {
    var mask = mask
    let perRow = mask.wordsPerRow
    mask.words.withUnsafeMutableBufferPointer { words in
      guard let words = words.baseAddress else { return }
      var y = window.y
      while y < window.endY {
        let end = taps.endOfOutputs(alike: y, before: window.endY)
        write(y..<end, perRow, into: words + (y - window.y) * perRow, source)
        y = end
      }
    }
    return mask
  }

  /// Writes the mask's rows `rows`, which lie between the same two source rows.
  private func write(
    _ rows: Range<Int>, _ words: Int, into target: UnsafeMutablePointer<UInt64>,
    _ source: (Int) -> UnsafePointer<Float>
  ) {
    let first = stretched(Int(taps.first[rows.lowerBound]), source)
    let second = stretched(Int(taps.second[rows.lowerBound]), source)
    for word in 0..<words {
      let (bitsFirst, bitsSecond) = (first.bits[word], second.bits[word])
      if bitsFirst == bitsSecond {
        for i in 0..<rows.count { target[i * words + word] = bitsFirst }
        continue
      }
      let (rowFirst, rowSecond) = (first.row(word), second.row(word))
      let valid = first.valid(word)
      for (i, y) in rows.enumerated() {
        target[i * words + word] =
          kernels.meanBits(
            rowFirst, taps.firstWeight[y], rowSecond, taps.secondWeight[y], threshold) & valid
      }
    }
  }

  private func stretched(_ y: Int, _ source: (Int) -> UnsafePointer<Float>) -> StretchedRow {
    let slot = y & 1 == 0 ? even : odd
    if slot.y != y { slot.load(y, source(y), above: threshold) }
    return slot
  }
}

extension PixelRectangle {
  var columns: Range<Int> { x..<endX }
  var rows: Range<Int> { y..<endY }
}
