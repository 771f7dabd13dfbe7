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
      // Where the filters of the block's 16 outputs begin; an empty lane has none.
      let rows = outputs.channels[block * 16..<block * 16 + 16].map { output in
        output.map { filter + $0 * inputChannels * taps }
      }
      for (input, channel) in inputs.channels.enumerated() {
        let place = start + input / 16 * blockStride + input % 16 * laneStride
        guard let channel else {
          for p in 0..<positions { put(.zero, place + p * positionStride) }
          continue
        }
        func tap(_ t: Int) -> SIMD16<Float> {
          var lanes = SIMD16<Float>.zero
          for lane in 0..<16 {
            if let row = rows[lane] { lanes[lane] = row[channel * taps + t] }
          }
          return lanes
        }
        switch algorithm {
        case .direct: for t in 0..<taps { put(tap(t), place + t * positionStride) }
        case .winograd: transformFilters(tap, place, positionStride)
        }
      }
    }
  }

  deinit { memory.deallocate() }
}

@inline(__always)
private func put(_ lanes: SIMD16<Float>, _ address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: lanes, as: SIMD16<Float>.self)
}

/// U = G g Gᵀ for the 3×3 filters of 16 outputs, F(4×4, 3×3) with the points 0, ±√½, ±√2, ∞:
/// computed in Double, rounded once.
///
/// - Parameter tap: the 16 filters' weight at one of the 9 places.
private func transformFilters(
  _ tap: (Int) -> SIMD16<Float>, _ u: UnsafeMutablePointer<Float>, _ stride: Int
) {
  typealias Lanes = SIMD16<Double>
  typealias Six = (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes)
  func column(_ x: Lanes, _ y: Lanes, _ z: Lanes) -> Six {
    let half = (x + z * 0.5) * (-1 / 1.5)
    let halfOdd = y * (-0.5.squareRoot() / 1.5)
    let two = (x + z * 2) * (1.0 / 6)
    let twoOdd = y * (2.0.squareRoot() / 6)
    return (x, half + halfOdd, half - halfOdd, two + twoOdd, two - twoOdd, z)
  }
  func row(_ r: Int) -> Six {
    column(Lanes(tap(3 * r)), Lanes(tap(3 * r + 1)), Lanes(tap(3 * r + 2)))
  }
  let (a, b, c) = (row(0), row(1), row(2))
  func put6(_ values: Six, _ j: Int) {
    put(SIMD16<Float>(values.0), u + j * stride)
    put(SIMD16<Float>(values.1), u + (6 + j) * stride)
    put(SIMD16<Float>(values.2), u + (12 + j) * stride)
    put(SIMD16<Float>(values.3), u + (18 + j) * stride)
    put(SIMD16<Float>(values.4), u + (24 + j) * stride)
    put(SIMD16<Float>(values.5), u + (30 + j) * stride)
  }
  put6(column(a.0, b.0, c.0), 0)
  put6(column(a.1, b.1, c.1), 1)
  put6(column(a.2, b.2, c.2), 2)
  put6(column(a.3, b.3, c.3), 3)
  put6(column(a.4, b.4, c.4), 4)
  put6(column(a.5, b.5, c.5), 5)
}
