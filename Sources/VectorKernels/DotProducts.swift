import VectorTypes

// 1×1 convolution with one output, which is what the class branch ends with. A part is some pixels.
//
//     output[pixel]  ←  epilogue(Σ input[block][pixel][lane]·w[block][lane])
//
// The register tile would make 16 sums a pixel, of which 15 belong to no output. Here a sum's lanes are those of the
// inputs, and are added up in the end: with 128 channels a third of the time, most of it to read the map.

/// Pixels side by side, each with a sum of its own: as many as ``Lanes/sums(_:_:_:_:to:)`` adds up at a time.
private let pixelsAtOnce = 4

/// Computes a part of a convolution that ``BlockedConvolution/isDotProduct``.
///
/// Scratch holds the filter, the totals of some pixels, then a vector of sums a pixel.
@inline(never)
func dotProducts(
  _ problem: UnsafePointer<BlockedConvolution>, _ part: ConvolutionPart,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let c = problem.pointee
  let filter = scratch
  // As it is packed, each number stands in the first of 16 output lanes.
  var lane = 0
  while lane < c.inputBlocks &* 16 {
    filter[lane] = c.filter[lane &* 16]
    lane &+= 1
  }
  let totals = filter + c.inputBlocks &* 16
  let sums = totals + 16
  var pixel = part.first
  while pixel < part.end {
    // The last ones may lie past the part, where there is room to read.
    var lanes = InlineArray<4, Lanes>(repeating: .zero)
    var block = 0
    while block < c.inputBlocks {
      let (numbers, weights) = (c.input[block] + pixel &* 16, load(filter + block &* 16))
      var p = 0
      while p < pixelsAtOnce {
        lanes[unchecked: p] = lanes[unchecked: p].adding(load(numbers + p &* 16), times: weights)
        p &+= 1
      }
      block &+= 1
    }
    Lanes.sums(
      lanes[unchecked: 0], lanes[unchecked: 1], lanes[unchecked: 2], lanes[unchecked: 3], to: totals
    )
    var p = 0
    while p < min(pixelsAtOnce, part.end &- pixel) {
      var sum = Lanes.zero
      sum.numbers[0] = totals[p]
      store(sum, sums + (pixel &- part.first &+ p) &* 16)
      p &+= 1
    }
    pixel &+= pixelsAtOnce
  }
  finish(c, part, sums, 0)
}
