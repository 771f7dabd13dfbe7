import VectorTypes

/// How a blocked convolution is computed.
public enum BlockedAlgorithm: String, Sendable, CaseIterable {
  /// As it is written.
  case direct
  /// Winograd's minimal filtering, 4×4 outputs at a time.
  case winograd
  /// The same with 5×5 outputs: fewer products, larger filters.
  case winograd5x5 = "winograd-5x5"
  /// The same with 2×2 outputs: more products, smaller filters.
  case winograd2x2 = "winograd-2x2"

  /// The minimal filtering that it is for a filter of this side and stride; nil where there is none.
  public func filtering(kernelSize: Int, stride: Int) -> MinimalFiltering? {
    guard let outputs else { return nil }
    return MinimalFiltering.allCases.first {
      $0.outputs == outputs && $0.kernelSize == kernelSize && $0.stride == stride
    }
  }

  /// True where the algorithm can compute a convolution of this geometry.
  public func supports(_ g: ConvolutionGeometry) -> Bool {
    outputs == nil || filtering(kernelSize: g.kernelSize, stride: g.stride) != nil
  }

  /// The outputs on a side of a tile, nil for direct convolution.
  private var outputs: Int? {
    switch self {
    case .direct: nil
    case .winograd: 4
    case .winograd5x5: 5
    case .winograd2x2: 2
    }
  }
}

/// Which channel of a map stands in each lane of its blocks; nil in lanes that only fill a block.
///
/// A map that one layer writes has its channels in order. A concatenation has the lanes of its parts
/// one after the other, and a part whose channels do not fill its last block leaves empty lanes in
/// the middle.
public struct ChannelLanes: Sendable, Hashable {
  /// For each lane, 16 a block, the channel.
  public let channels: [Int?]

  /// The lanes with these channels.
  ///
  /// - Precondition: whole blocks.
  public init(_ channels: [Int?]) {
    precondition(channels.count % blockChannels == 0, "ChannelLanes: \(channels.count) lanes")
    self.channels = channels
  }

  /// The lanes of parts that each start on a block, with channels counted through.
  public init(parts: [Int]) {
    var lanes: [Int?] = []
    var channel = 0
    for part in parts {
      lanes += (channel..<channel + part).map { $0 }
      channel += part
      while lanes.count % blockChannels != 0 { lanes.append(nil) }
    }
    self.channels = lanes
  }

  /// The number of blocks.
  public var blocks: Int { channels.count / blockChannels }
}

/// A filter laid out for the vector kernels: panel, input block, tap, input lane, output lane.
///
/// So direct convolution reads it from front to end; a minimal filtering transforms it first
/// (``VectorKernels/transformFilters``).
public final class PackedFilter: @unchecked Sendable {
  // Sendable: written by the initialiser alone.

  /// Where the numbers stand, on a page of their own.
  public let base: UnsafePointer<Float>
  /// How many there are.
  public let count: Int

  private let pages: Pages

  /// Packs `filter` (K×C×R×R, row-major).
  ///
  /// - Parameters:
  ///   - inputs: the lanes of the map that will be read.
  ///   - outputs: the lanes of the map that will be written.
  ///   - panelBlocks: output blocks a panel, as the kernels want it.
  /// Cost: one pass over the filter.
  public init(
    _ filter: UnsafePointer<Float>, inputChannels: Int, kernelSize: Int, inputs: ChannelLanes,
    outputs: ChannelLanes, panelBlocks: Int, on pool: ThreadPool
  ) {
    let taps = kernelSize * kernelSize
    let (inputBlocks, outputBlocks) = (inputs.blocks, outputs.blocks)
    count = taps * inputBlocks * outputBlocks * 256
    pages = Pages(byteCount: count * 4)
    let target = pages.base.bindMemory(to: Float.self, capacity: max(count, 1))
    base = UnsafePointer(target)
    nonisolated(unsafe) let base = target  // Each task writes its own output block.
    pool.run(outputBlocks) { block, _ in
      let panel = block / panelBlocks * panelBlocks
      let vectors = min(panelBlocks, outputBlocks - panel)
      var place = base + panel * taps * inputBlocks * 256 + (block - panel) * 16
      // Where the filters of the block's 16 outputs begin; an empty lane has none.
      let rows = outputs.channels[block * 16..<block * 16 + 16].map { output in
        output.map { filter + $0 * inputChannels * taps }
      }
      for input in stride(from: 0, to: inputs.channels.count, by: 16) {
        for tap in 0..<taps {
          for channel in inputs.channels[input..<input + 16] {
            var lanes = SIMD16<Float>.zero
            if let channel {
              for lane in 0..<16 {
                if let row = rows[lane] { lanes[lane] = row[channel * taps + tap] }
              }
            }
            UnsafeMutableRawPointer(place).storeBytes(of: lanes, as: SIMD16<Float>.self)
            place += vectors * 16
          }
        }
      }
    }
  }

  deinit { pages.deallocate() }
}
