#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a layer does to each number after its sum.
public enum Activation: Sendable, Equatable {
  /// Nothing.
  case none
  /// x·σ(x), the sigmoid linear unit (arXiv 1702.03118); YOLOv8's only one.
  case silu

  /// The definition, in single precision.
  public func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .none: x
    case .silu: x / (1 + exp(-x))
    }
  }
}

/// σ(x) = 1 / (1 + e⁻ˣ), a probability 0…1.
public func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
