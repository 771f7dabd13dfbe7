import Kernels

/// One source row stretched over a mask's columns: a bit a column for "above the threshold", and
/// floats made word by word, only where the bits of the source do not decide.
final class StretchedRow {
  /// The source row held, -1 at first.
  private(set) var y = -1
  /// A bit a column, the first column lowest; bits past the last column are 0.
  let bits: UnsafeMutablePointer<UInt64>

  private let kernels = VectorKernels.best
  private let taps: BilinearTaps
  private let columns: Range<Int>
  private let words: Int
  private let floats: UnsafeMutablePointer<Float>
  private let isMade: UnsafeMutablePointer<Bool>
  private let sourceBits: UnsafeMutablePointer<UInt64>
  private let sourceColumns: Range<Int>
  private var source: UnsafePointer<Float>

  /// A row for the output columns `columns` of `taps`, from sources that hold `sourceColumns`.
  init(_ taps: BilinearTaps, columns: Range<Int>, sourceColumns: Range<Int>) {
    self.taps = taps
    self.columns = columns
    self.sourceColumns = sourceColumns
    words = wordCount(columns.count)
    floats = .allocate(capacity: words * 64)
    floats.initialize(repeating: 0, count: words * 64)
    source = UnsafePointer(floats)
    bits = .allocate(capacity: words)
    isMade = .allocate(capacity: words)
    sourceBits = .allocate(capacity: wordCount(sourceColumns.count))
  }

  deinit {
    floats.deallocate()
    bits.deallocate()
    isMade.deallocate()
    sourceBits.deallocate()
  }

  /// Takes over source row `y`; `source` must stay valid until the next call.
  func load(_ y: Int, _ source: UnsafePointer<Float>, above threshold: Float) {
    self.y = y
    self.source = source
    for word in 0..<wordCount(sourceColumns.count) {
      sourceBits[word] = Segmentation.bits(source + 64 * word, above: threshold)
    }
    for word in 0..<words {
      let span = taps.sources(of: columns(of: word))
      let origin = sourceColumns.lowerBound
      isMade[word] = false
      switch Agreement.of(span.lowerBound - origin..<span.upperBound - origin, in: sourceBits) {
      case .none: bits[word] = 0
      case .all: bits[word] = valid(word)
      case .mixed: bits[word] = Segmentation.bits(row(word), above: threshold) & valid(word)
      }
    }
  }

  /// The 64 floats of `word`.
  func row(_ word: Int) -> UnsafePointer<Float> {
    let target = floats + 64 * word
    if !isMade[word] {
      isMade[word] = true
      stretchRow(
        source, from: sourceColumns.lowerBound, taps, columns(of: word), into: target, kernels)
    }
    return UnsafePointer(target)
  }

  /// The bits of `word` that stand for columns of the mask.
  func valid(_ word: Int) -> UInt64 {
    .max >> UInt64(max(0, 64 * (word + 1) - columns.count))
  }

  private func columns(of word: Int) -> Range<Int> {
    let start = columns.lowerBound + 64 * word
    return start..<min(start + 64, columns.upperBound)
  }
}
