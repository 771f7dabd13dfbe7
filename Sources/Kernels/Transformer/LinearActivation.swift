/// What is applied to the outputs of a linear layer.
public enum LinearActivation: Sendable, Hashable {
  /// Nothing.
  case none
  /// x·σ(x), as in ``Activation``.
  case silu
  /// x·σ(1.702 x), the activation of OpenAI's CLIP weights.
  case quickGELU
  /// x·Φ(x) = x/2·(1 + erf(x/√2)) (Hendrycks and Gimpel, arXiv 1606.08415), that of most others.
  case gelu

  /// Applies it in place to `count` floats.
  public func apply(_ count: Int, _ values: UnsafeMutablePointer<Float>) {
    switch self {
    case .none: break
    case .silu:
      mapVectors(count, values) { x in x / (SIMD8(repeating: 1) + exponential(-x)) }
    case .quickGELU:
      mapVectors(count, values) { x in
        x / (SIMD8(repeating: 1) + exponential(x * SIMD8(repeating: -1.702)))
      }
    case .gelu:
      mapVectors(count, values) { x in
        let half = x * SIMD8(repeating: 0.5)
        return half + half * errorFunction(x * SIMD8(repeating: 0.707_106_77))
      }
    }
  }
}
