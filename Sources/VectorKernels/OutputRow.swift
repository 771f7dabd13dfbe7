import VectorTypes

/// A place in one output block where sums become outputs: what is added before and after the
/// activation, and where the result goes.
struct OutputRow {
  private let output: UnsafeMutablePointer<Float>
  private let step: Int
  private let isStreamed: Bool
  private let bias: UnsafePointer<Float>
  private let borderColumn: Int
  private let borderBias: UnsafePointer<Float>
  private let hasActivation: Bool
  private let residual: UnsafePointer<Float>?
  private let coarse: UnsafePointer<Float>?
  private let x: Int
  /// What sums are multiplied by: a power of two.
  private let scale: Lanes

  /// The row from output pixel (`row`, `x`) of a block on.
  @inline(__always)
  init(_ c: BlockedConvolution, _ block: Int, row: Int, x: Int) {
    let pixel = (row &* c.outputWidth &* c.pixelStep &+ x) &* c.pixelStep
    self.output = c.output[block] + pixel &* 16
    self.step = c.pixelStep &* 16
    self.isStreamed = c.isStreamed
    self.hasActivation = c.silu
    self.x = x
    self.scale = Lanes(repeating: c.pairing.map { 1 / $0.scale } ?? 1)
    let lanes = c.outputBlocks &* 16
    let bias = c.bias + block &* 16
    if let border = c.border {
      self.bias = row == border.row ? bias + lanes : bias
      self.borderBias = self.bias + 2 &* lanes
      self.borderColumn = border.column
    } else {
      self.bias = bias
      self.borderBias = bias
      self.borderColumn = -1
    }
    if let residual = c.residual {
      self.residual = residual[block] + pixel &* 16
    } else {
      self.residual = nil
    }
    if let coarse = c.coarse {
      self.coarse = coarse[block] + row / 2 &* (c.outputWidth / 2) &* 16
    } else {
      self.coarse = nil
    }
  }

  /// Finishes the sums of `count` neighbouring pixels, and stores them.
  @inline(__always)
  func finish(_ sums: UnsafePointer<Float>, _ count: Int) {
    var p = 0
    while p < count {
      var y = load(x &+ p == borderColumn ? borderBias : bias).adding(
        scale, times: load(sums + p &* 16))
      if let coarse { y += load(coarse + (x &+ p) / 2 &* 16) }
      if hasActivation { y = silu(y) }
      if let residual { y += load(residual + p &* 16) }
      if isStreamed {
        stream(y, output + p &* step)
      } else {
        store(y, output + p &* step)
      }
      p &+= 1
    }
  }
}
