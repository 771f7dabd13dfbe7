/// A linear layer: y = activation(x·Wᵀ + b), or y += x·Wᵀ + b.
///
/// Tiles of the output are tasks; bias and activation are applied to each while it is in cache.
/// Cost: rows·inputs·outputs multiply-adds.
///
/// - Parameters:
///   - x: rows × inputs, contiguous.
///   - weight: outputs × inputs, contiguous.
///   - bias: one for each output, or nil.
///   - accumulate: adds to what `y` holds (a residual connection); then there is no activation.
///   - y: rows × outputs, contiguous; not `x`.
public func linear(
  rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
  activation: LinearActivation = .none, accumulate: Bool = false,
  into y: UnsafeMutablePointer<Float>, on pool: ThreadPool
) {
  precondition(!accumulate || activation == .none, "linear: an activation of a partial sum")
  nonisolated(unsafe) let y = y  // Tasks write disjoint tiles.
  let tileRows = evenTile(rows, atMost: 512), tileColumns = evenTile(outputs, atMost: 512)
  let down = (rows + tileRows - 1) / tileRows
  let across = (outputs + tileColumns - 1) / tileColumns
  pool.run(down * across) { task, _ in
    let top = task / across * tileRows, left = task % across * tileColumns
    let height = min(tileRows, rows - top), width = min(tileColumns, outputs - left)
    let tile = y + top * outputs + left
    sgemm(
      height, width, inputs, x + top * inputs, strideA: inputs,
      weight + left * inputs, strideB: inputs, transposeB: true,
      into: tile, strideC: outputs, accumulate: accumulate)
    for row in 0..<height {
      let line = tile + row * outputs
      if let bias { for i in 0..<width { line[i] += bias[left + i] } }
      activation.apply(width, line)
    }
  }
}

/// The length of tiles that cut `extent` into as few, nearly equal parts as `limit` allows, in
/// whole vectors of 16: a short last tile would leave a thread without work.
func evenTile(_ extent: Int, atMost limit: Int) -> Int {
  let parts = max(1, (extent + limit - 1) / limit)
  return max(1, ((extent + parts - 1) / parts + 15) / 16 * 16)
}
