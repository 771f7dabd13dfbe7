import VectorTypes

// 1×1 convolution: a part is some pixels × some panels.
//
//     for each panel:  M[vectors][pixels][16]  ←  input · U
//                      output  ←  epilogue(M / scale)
//
// U is the filter; with paired products multiplied by the power of two that makes it as large as the inputs, without
// scale is 1.

/// See ``VectorKernels/convolve``.
@inline(never)
func pointwise<P: InnerProduct>(
  _: P.Type, _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let pixels = part.end &- part.first
  let zeros = Zeros(scratch)
  let pairs = PairSums(base: scratch + Zeros.count, tiles: pixels)
  let m = TransformedTiles<Pointwise>(
    base: pairs.base + PairSums.count(tiles: pixels, positions: 1), blocks: panelVectors,
    tiles: pixels)
  let v = MapPixels(blocks: c.input, offset: part.first &* 16)
  var panel = part.firstPanel
  while panel < part.endPanel {
    let block = panel &* panelVectors
    let vectors = min(panelVectors, c.outputBlocks &- block)
    // The filter is there, so no room is needed to transform one.
    multiplyPanel(
      P.self, Pointwise.self, problem, panel, v, m, pairs,
      isFirst: part.isFirst(panel), own: m.base, zeros)
    var i = 0
    while i < vectors {
      finish(c, part, UnsafePointer(m.base) + i &* m.blockStride, block &+ i)
      i &+= 1
    }
    panel &+= 1
  }
}

/// Finishes the part's sums of one output block, row by row.
@inline(__always)
func finish(
  _ c: BlockedConvolution, _ part: ConvolutionPart, _ sums: UnsafePointer<Float>, _ block: Int
) {
  var (pixel, sums) = (part.first, sums)
  while pixel < part.end {
    let x = pixel % c.outputWidth
    let count = min(c.outputWidth &- x, part.end &- pixel)
    OutputRow(c, block, row: pixel / c.outputWidth, x: x).finish(sums, count)
    sums += count &* 16
    pixel &+= count
  }
}

/// A filtering that filters nothing: one output from one input.
enum Pointwise: Filtering {
  @inline(__always) static var kernelSize: Int { 1 }
  @inline(__always) static var reach: Int { 1 }
  @inline(__always) static var outputs: Int { 1 }
  @inline(__always) static var stride: Int { 1 }
  @inline(__always) static var filters: Int { 1 }
  @inline(__always) static var hasOrigin: Bool { true }

  @inline(__always)
  static func transformFilter(_ g: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) { put(0, g(0)) }

  @inline(__always)
  static func transformInput(_ d: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) { put(0, d(0)) }

  @inline(__always)
  static func transformOutput(_ m: (Int) -> Numbers, _ put: (Int, Numbers) -> Void) { put(0, m(0)) }
}
