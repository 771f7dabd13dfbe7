/// A piece of the arena: some blocks of one map size, needed from one step to another.
struct ArenaBuffer {
  let blocks: Int
  let height: Int, width: Int
  /// The first step that writes it and the last that reads it.
  var birth: Int, death: Int
  /// Floats from the arena's start, once it has been placed.
  var offset = 0

  /// Floats a block.
  var blockCount: Int { height * width * 16 }
  var count: Int { blocks * blockCount }
}

/// Places the buffers of a plan in regions, one after the other; returns the floats in all.
///
/// Maps of one size share a region, whose places are whole blocks of that size. So the rows that a core has
/// written at an address are much the same rows for every map that comes to lie there, and cores that share no
/// cache need not take lines from each other. (A pass of s at 640 takes 84 ms instead of 88 then; with a cache in
/// common it is the same either way.) Maps of a sixteenth of the largest size lie in its region, and so do the small
/// ones of less than a hundredth, to save memory: the largest map, the first layer's, is needed for a short time only.
func placeRegions(_ buffers: inout [ArenaBuffer]) -> Int {
  let largest = buffers.map(\.blockCount).max() ?? 0
  let regions = Dictionary(grouping: buffers.indices) { index in
    let size = buffers[index].blockCount
    return size == largest / 16 || size < largest / 100 ? largest : size
  }
  var total = 0
  for (_, region) in regions.sorted(by: { $0.key > $1.key }) {
    var own = region.map { buffers[$0] }
    let count = placeBuffers(&own)
    for (index, buffer) in zip(region, own) { buffers[index].offset = total + buffer.offset }
    total += count
  }
  return total
}

/// Places buffers so that those alive at the same time do not overlap; returns the floats in all.
///
/// Largest first, each at the lowest place that is free during its life: for the chains and pyramids
/// of a convolutional network this comes within a few per cent of the largest set alive at once.
func placeBuffers(_ buffers: inout [ArenaBuffer]) -> Int {
  var placed: [Int] = []
  var total = 0
  let order = buffers.indices.sorted { (buffers[$0].count, $1) > (buffers[$1].count, $0) }
  for index in order {
    let buffer = buffers[index]
    let rivals = placed.map { buffers[$0] }
      .filter { $0.birth <= buffer.death && buffer.birth <= $0.death }
      .sorted { $0.offset < $1.offset }
    var offset = 0
    for rival in rivals {
      if offset + buffer.count <= rival.offset { break }
      offset = max(offset, rival.offset + rival.count)
    }
    buffers[index].offset = offset
    total = max(total, offset + buffer.count)
    placed.append(index)
  }
  return total
}
