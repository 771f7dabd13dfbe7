// Goals, in this order: the pixels that the full computation would give; work proportional to an
// object's outline; no plane of floats at the picture's size.
//
// A value between samples is a weighted mean, so where all samples around agree on a side of the
// threshold, so does everything between them. Rows of logits therefore carry one bit a column
// ("above the threshold"), and floats of the final size are made only for words of 64 columns in
// which those bits disagree: along the outline.

import Regions
import Tensors

extension MaskField {
  /// The mask of `seed`: its logits above `threshold`, inside its window.
  ///
  /// Cost: nm multiply-adds a prototype cell of the window, then a few operations for 64 pixels
  /// inside and outside, and for each pixel near the outline. Scratch: the window's cells, and a
  /// few rows.
  func mask(of seed: Seed, above threshold: Float = 0) -> Mask {
    let window = seed.crop.window
    var mask = Mask(width: geometry.width, height: geometry.height, window: window)
    if window.isEmpty { return mask }
    let perRow = mask.wordsPerRow
    mask.words.withUnsafeMutableBufferPointer { words in
      guard let words = words.baseAddress else { return }
      let raster = MaskRaster(self, seed, threshold: threshold)
      for row in 0..<window.height {
        raster.write(row: window.y + row, into: words + row * perRow)
      }
    }
    return mask
  }
}

/// One mask on its way from the prototypes, a row at a time from the top.
private final class MaskRaster {
  private let cells: CellLogits
  private let refined: UpsampledRows?
  /// The source rows that the mask's next row lies between, each in the slot of its parity.
  private let even: StretchedRow, odd: StretchedRow
  private let taps: BilinearTaps
  private let threshold: Float
  private let words: Int

  init(_ field: MaskField, _ seed: MaskField.Seed, threshold: Float) {
    let window = seed.crop.window, steps = field.geometry.steps
    let step = steps[steps.count - 1]
    let columns = window.x..<window.x + window.width
    let sourceColumns = step.x.sources(of: columns)
    let sourceRows = step.y.sources(of: window.y..<window.y + window.height)
    if steps.count == 1 {
      cells = CellLogits(field, seed, columns: sourceColumns, rows: sourceRows)
      refined = nil
    } else {
      cells = CellLogits(
        field, seed, columns: steps[0].x.sources(of: sourceColumns),
        rows: steps[0].y.sources(of: sourceRows))
      refined = UpsampledRows(steps[0], columns: sourceColumns)
    }
    let held = refined == nil ? cells.columns : sourceColumns
    even = StretchedRow(step.x, columns: columns, sourceColumns: held)
    odd = StretchedRow(step.x, columns: columns, sourceColumns: held)
    taps = step.y
    words = wordCount(window.width)
    self.threshold = threshold
  }

  /// Row `y` of the mask.
  func write(row y: Int, into target: UnsafeMutablePointer<UInt64>) {
    let first = stretched(Int(taps.first[y])), second = stretched(Int(taps.second[y]))
    let firstWeight = taps.firstWeight[y], secondWeight = taps.secondWeight[y]
    for word in 0..<words {
      let bitsFirst = first.bits[word], bitsSecond = second.bits[word]
      target[word] =
        bitsFirst == bitsSecond
        ? bitsFirst
        : bits(
          first.row(word), firstWeight, second.row(word), secondWeight, above: threshold)
          & first.valid(word)
    }
  }

  private func stretched(_ y: Int) -> StretchedRow {
    let slot = y & 1 == 0 ? even : odd
    if slot.y != y {
      slot.load(y, refined?.row(y, from: cells) ?? cells.row(y), above: threshold)
    }
    return slot
  }
}
