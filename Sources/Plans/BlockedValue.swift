import Kernels

/// Where a value of the graph lies in the arena: which buffer's blocks hold its channels.
///
/// A concatenation lists the blocks of its parts and a slice lists some of its source's, so neither
/// is ever an operation.
struct BlockedValue {
  /// One 16-channel block.
  struct Block: Hashable {
    /// The buffer, and the block's place in it.
    let buffer: Int, index: Int
  }

  let blocks: [Block]
  /// Which channel of the value stands in each lane of the blocks.
  let lanes: ChannelLanes

  /// The value whose channels are those of all parts, one after the other.
  init(concatenating parts: [(value: BlockedValue, channels: Int)]) {
    var lanes: [Int?] = []
    var offset = 0
    for part in parts {
      let start = offset
      lanes += part.value.lanes.channels.map { $0.map { $0 + start } }
      offset += part.channels
    }
    self.blocks = parts.flatMap(\.value.blocks)
    self.lanes = ChannelLanes(lanes)
  }

  init(blocks: [Block], lanes: ChannelLanes) {
    self.blocks = blocks
    self.lanes = lanes
  }

  /// The channels in `range`.
  ///
  /// - Precondition: no block holds channels on both sides of an end of the range.
  func channels(_ range: Range<Int>) -> BlockedValue {
    var picked: [Block] = []
    var lanes: [Int?] = []
    for (index, block) in blocks.enumerated() {
      let own = self.lanes.channels[index * blockChannels..<(index + 1) * blockChannels]
      let inside = own.filter { $0.map(range.contains) ?? false }.count
      guard inside > 0 else { continue }
      precondition(inside == own.filter { $0 != nil }.count, "BlockedValue: \(range) cuts a block")
      picked.append(block)
      lanes += own.map { $0.map { $0 - range.lowerBound } }
    }
    return BlockedValue(blocks: picked, lanes: ChannelLanes(lanes))
  }
}
