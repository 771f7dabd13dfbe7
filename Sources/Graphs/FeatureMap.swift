/// A map N×C×H×W that a network computes, while the network is being described: it has channels and
/// a place in the graph, but no numbers yet.
public struct FeatureMap {
  let builder: GraphBuilder
  let node: Int
  /// C.
  public let channels: Int

  /// The same map, remembered in the graph under `name`.
  public func named(_ name: String) -> FeatureMap {
    builder.name(node, name)
    return self
  }

  /// The channels in `range`, as a map of their own.
  ///
  /// - Precondition: the range lies within 0..<C.
  public func channels(_ range: Range<Int>) -> FeatureMap {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= channels && !range.isEmpty,
      "channels: \(range) of \(channels)")
    return builder.append(.slice(range), inputs: [self], channels: range.count)
  }

  /// The first and the second half of the channels.
  ///
  /// - Precondition: C is even.
  public func halves() -> (FeatureMap, FeatureMap) {
    precondition(channels % 2 == 0, "halves: of \(channels) channels")
    return (channels(0..<channels / 2), channels(channels / 2..<channels))
  }

  /// The sum of two maps of one shape.
  ///
  /// - Precondition: both have the same channels.
  public static func + (a: FeatureMap, b: FeatureMap) -> FeatureMap {
    precondition(a.channels == b.channels, "+: \(a.channels) and \(b.channels) channels")
    return a.builder.append(.add, inputs: [a, b], channels: a.channels)
  }
}

/// The channels of all maps, one after the other: N×(C₁+C₂+…)×H×W.
///
/// - Precondition: at least one map.
public func concat(_ maps: [FeatureMap]) -> FeatureMap {
  precondition(!maps.isEmpty, "concat: of nothing")
  return maps[0].builder.append(
    .concatenate, inputs: maps, channels: maps.reduce(0) { $0 + $1.channels })
}

/// Nearest-neighbour upsampling: N×C×H×W → N×C×2H×2W.
public func upsample(_ x: FeatureMap) -> FeatureMap {
  x.builder.append(.upsampleNearest(factor: 2), inputs: [x], channels: x.channels)
}

/// The largest value in each window, stride 1, borders padded with −∞: N×C×H×W → N×C×H×W.
///
/// - Precondition: `kernelSize` is odd.
public func maxPool(_ x: FeatureMap, kernelSize: Int) -> FeatureMap {
  precondition(kernelSize % 2 == 1, "maxPool: kernel size \(kernelSize)")
  return x.builder.append(.maxPool(kernelSize: kernelSize), inputs: [x], channels: x.channels)
}
