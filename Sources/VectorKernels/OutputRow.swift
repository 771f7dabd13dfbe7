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
    while p &+ 1 < count {
      let y = LanePair(begin(sums, p), begin(sums, p &+ 1))
      let z = hasActivation ? silu(y) : y
      end(z.first, p)
      end(z.second, p &+ 1)
      p &+= 2
    }
    if p < count {
      let y = begin(sums, p)
      end(hasActivation ? silu(y) : y, p)
    }
  }

  /// What a pixel's activation is taken of.
  @inline(__always)
  private func begin(_ sums: UnsafePointer<Float>, _ p: Int) -> Lanes {
    let y = load(x &+ p == borderColumn ? borderBias : bias).adding(
      scale, times: load(sums + p &* 16))
    guard let coarse else { return y }
    return y + load(coarse + (x &+ p) / 2 &* 16)
  }

  /// Adds what comes after the activation, and stores.
  @inline(__always)
  private func end(_ y: Lanes, _ p: Int) {
    let y = residual.map { y + load($0 + p &* 16) } ?? y
    if isStreamed {
      stream(y, output + p &* step)
    } else {
      store(y, output + p &* step)
    }
  }
}
