import VectorTypes

/// How a blocked convolution is computed.
public enum BlockedAlgorithm: String, Sendable, CaseIterable {
  /// As it is written.
  case direct
  /// Winograd's F(4×4, 3×3).
  case winograd

  /// True where the algorithm can compute a convolution of this geometry.
  public func supports(_ geometry: ConvolutionGeometry) -> Bool {
    switch self {
    case .direct: true
    case .winograd: geometry.kernelSize == 3 && geometry.stride == 1 && geometry.padding == 1
    }
  }

  /// Multiplications with one filter for one pair of channels: R² or 36.
  func positions(kernelSize: Int) -> Int {
    self == .winograd ? 36 : kernelSize * kernelSize
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

/// A filter laid out for the vector kernels: panel, position, input block, input lane, output lane.
///
/// For `direct` the positions of a panel come inside the input block (block, tap), for `winograd` the
/// 36 products come outside (product, block): each kernel reads its filter from front to end.
public final class PackedFilter: @unchecked Sendable {
  // Sendable: written by the initialiser alone.

  /// Where the numbers stand, on a 64-byte boundary.
  public let base: UnsafePointer<Float>
  /// How many there are.
  public let count: Int

  private let memory: UnsafeMutableRawPointer

  /// Packs `filter` (K×C×R×R, row-major) for `algorithm`.
  ///
  /// - Parameters:
  ///   - inputs: the lanes of the map that will be read.
  ///   - outputs: the lanes of the map that will be written.
  ///   - panelBlocks: output blocks a panel, as the kernels want it.
  /// Cost: one pass over the filter; for Winograd 54 multiply-adds a pair of channels, in Double.
  public init(
    _ filter: UnsafePointer<Float>, inputChannels: Int, kernelSize: Int,
    algorithm: BlockedAlgorithm, inputs: ChannelLanes, outputs: ChannelLanes, panelBlocks: Int,
    on pool: ThreadPool
  ) {
    let taps = kernelSize * kernelSize
    let positions = algorithm.positions(kernelSize: kernelSize)
    let (inputBlocks, outputBlocks) = (inputs.blocks, outputs.blocks)
    count = positions * inputBlocks * outputBlocks * 256
    memory = .allocate(byteCount: max(count, 1) * 4, alignment: 64)
    let target = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    base = UnsafePointer(target)
    nonisolated(unsafe) let base = target  // Each task writes its own output block.
    pool.run(outputBlocks) { block, _ in
      let panel = block / panelBlocks * panelBlocks
      let vectors = min(panelBlocks, outputBlocks - panel)
      // Distances between neighbours along each axis of the panel.
      let laneStride = vectors * 16
      let blockStride = (algorithm == .winograd ? 1 : positions) * 16 * laneStride
      let positionStride = (algorithm == .winograd ? inputBlocks : 1) * 16 * laneStride
      let start = base + panel * positions * inputBlocks * 256 + (block - panel) * 16
      for lane in 0..<16 {
        let output = outputs.channels[block * 16 + lane]
        for (input, channel) in inputs.channels.enumerated() {
          let place = start + input / 16 * blockStride + input % 16 * laneStride + lane
          guard let output, let channel else {
            for p in 0..<positions { place[p * positionStride] = 0 }
            continue
          }
          let source = filter + (output * inputChannels + channel) * taps
          switch algorithm {
          case .direct: for p in 0..<taps { place[p * positionStride] = source[p] }
          case .winograd: transformFilter(source, place, positionStride)
          }
        }
      }
    }
  }

  deinit { memory.deallocate() }
}

/// U = G g Gᵀ for one 3×3 filter, F(4×4, 3×3): computed in Double, rounded once.
private func transformFilter(
  _ g: UnsafePointer<Float>, _ u: UnsafeMutablePointer<Float>, _ stride: Int
) {
  @inline(__always) func column(_ x: Double, _ y: Double, _ z: Double) -> SIMD8<Double> {
    let even = x / 24 + z / 6
    return SIMD8(
      x / 4, -(x + y + z) / 6, -(x - y + z) / 6, even + y / 12, even - y / 12, z, 0, 0)
  }
  let rows = (
    column(Double(g[0]), Double(g[1]), Double(g[2])),
    column(Double(g[3]), Double(g[4]), Double(g[5])),
    column(Double(g[6]), Double(g[7]), Double(g[8]))
  )
  for j in 0..<6 {
    let u0 = column(rows.0[j], rows.1[j], rows.2[j])
    for i in 0..<6 { u[(i * 6 + j) * stride] = Float(u0[i]) }
  }
}
