import Kernels
import Tensors

/// A transposed convolution and the 3×3 convolution after it as one linear operator.
///
/// With nothing between them, the large map never has to exist: an output of the 3×3 filter sees, of
/// the small map, only 2×2 pixels, and which of its taps meet which of them depends on whether the
/// output's row and column are even or odd. So there are four phases, each a convolution of the small
/// map with a 2×2 filter: 16 products a small pixel instead of 4 + 36.
public struct UpsamplingConvolution: Sendable {
  private let upsample: ConvTranspose2d
  private let conv: Conv2d

  /// - Precondition: `conv` is 3×3 with stride 1 and reads what `upsample` writes.
  public init(_ upsample: ConvTranspose2d, _ conv: Conv2d) {
    precondition(
      conv.kernelSize == 3 && conv.stride == 1 && conv.inputChannels == upsample.outputChannels,
      "UpsamplingConvolution: \(upsample.name), \(conv.name)")
    self.upsample = upsample
    self.conv = conv
  }

  /// One phase of the operator.
  public struct Phase {
    /// K×C×2×2.
    public let filter: Tensor
    /// 4×K: the bias of outputs inside, on the border's row, on its column, and on both.
    ///
    /// The transposed convolution's bias reaches an output through the taps that lie in the picture.
    /// The border is the first row and column for phase 0, the last ones for phase 1.
    public let bias: Tensor
  }

  /// The phase of the outputs whose row is 2i + `row` and whose column is 2j + `column`.
  ///
  /// Computed in Double and rounded once. Cost: 9·K·M·C multiply-adds, M the channels between the two.
  public func phase(row: Int, column: Int) -> Phase {
    let (k, m, c) = (conv.outputChannels, conv.inputChannels, upsample.inputChannels)
    let (weights, bias) = conv.folded()
    let (spread, spreadBias) = upsample.weights()
    let second = weights.elements, first = spread.elements
    let middleBias = spreadBias.elements.map(Double.init)
    var merged = [[Double]](repeating: [Double](repeating: 0, count: k * c), count: 4)
    var biases = [[Double]](repeating: bias.elements.map(Double.init), count: 4)
    for r in 0..<3 {
      for t in 0..<3 {
        let (y, x) = (Place(tap: r, phase: row), Place(tap: t, phase: column))
        let tap = (0..<k * m).map { Double(second[$0 * 9 + r * 3 + t]) }  // K×M
        // C×M×2×2 to M×C.
        let patch = (0..<m * c).map { i in
          Double(first[((i % c * m + i / c) * 2 + y.parity) * 2 + x.parity])
        }
        addProduct(rows: k, columns: c, depth: m, tap, patch, to: &merged[y.offset * 2 + x.offset])
        for border in 0..<4 where !(y.isOutside && border % 2 == 1 || x.isOutside && border > 1) {
          addProduct(rows: k, columns: 1, depth: m, tap, middleBias, to: &biases[border])
        }
      }
    }
    return Phase(
      filter: Tensor([k, c, 2, 2]) { target in
        for i in target.indices { target[i] = Float(merged[i % 4][i / 4]) }
      },
      bias: Tensor([4, k]) { target in
        for i in target.indices { target[i] = Float(biases[i / k][i % k]) }
      })
  }

  /// Where one of three taps falls: which of two small pixels, which half of it, and whether that pixel
  /// lies outside the picture for the outputs of the border.
  private struct Place {
    let offset: Int, parity: Int, isOutside: Bool

    init(tap: Int, phase: Int) {
      // Rows of the large map, counted from two before the pair's.
      let fine = phase + tap + 1
      self.offset = fine / 2 - phase
      self.parity = fine % 2
      self.isOutside = tap == (phase == 0 ? 0 : 2)
    }
  }
}
