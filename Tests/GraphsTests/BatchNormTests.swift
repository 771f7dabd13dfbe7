import Checkpoints
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct BatchNormTests {
  private func layer(
    filter: Tensor, bias: Tensor? = nil, norm: [Float]? = nil
  ) throws -> Conv2d {
    let channels = filter.shape[0]
    let norm = norm ?? [1, 0, 0, 1]
    let checkpoint = try syntheticCheckpoint([
      "conv.weight": filter, "conv.bias": bias ?? Tensor([channels]),
      "bn.weight": Tensor([channels], repeating: norm[0]),
      "bn.bias": Tensor([channels], repeating: norm[1]),
      "bn.running_mean": Tensor([channels], repeating: norm[2]),
      "bn.running_var": Tensor([channels], repeating: norm[3]),
    ])
    let weights = checkpoint.weights()
    return try Conv2d(
      weights: weights["conv"], norm: norm.isEmpty ? nil : weights["bn"], hasBias: bias != nil,
      inputChannels: filter.shape[1], outputChannels: channels, kernelSize: filter.shape[2],
      stride: 1, activation: .none, name: "layer")
  }

  @Test("ε is 1e-3, YOLOv8's, not PyTorch's usual 1e-5")
  func epsilon() throws {
    // Without ε the scale would be 1/√0.003 = 18.26, with it 1/√0.004 = 15.81.
    let folded = try layer(
      filter: Tensor([1, 1, 1, 1], [1]), norm: [1, 0, 0, 0.003]
    ).folded()
    #expect(abs(folded.filter[0, 0, 0, 0] - 15.811_388) < 2e-6)
  }

  @Test func foldingScalesFilterAndBias() throws {
    // scale = 3 / √(3.999 + 0.001) = 1.5, shift = 0.5 − 2·1.5 = −2.5.
    let folded = try layer(
      filter: Tensor([1, 2, 1, 1], [4, -2]), bias: Tensor([1], [10]), norm: [3, 0.5, 2, 3.999]
    ).folded()
    #expect(folded.filter.elements == [6, -3])
    #expect(folded.bias.elements == [12.5])
  }

  @Test func foldedIsConvolutionThenNorm() throws {
    let names: [(String, Shape)] = [
      ("conv.weight", [5, 3, 3, 3]), ("bn.weight", [5]), ("bn.bias", [5]),
      ("bn.running_mean", [5]), ("bn.running_var", [5]),
    ]
    let checkpoint = try syntheticCheckpoint(shapes: names)
    let weights = checkpoint.weights()
    let layer = try Conv2d(
      weights: weights["conv"], norm: weights["bn"], hasBias: false, inputChannels: 3,
      outputChannels: 5, kernelSize: 3, stride: 1, activation: .none, name: "layer")
    let (filter, bias) = layer.folded()
    func numbers(_ name: String) -> [Double] {
      checkpoint[name].map { $0.floats().elements.map(Double.init) } ?? []
    }
    let weight = numbers("conv.weight"), x = SyntheticNumbers.unit(27, seed: 7)
    for k in 0..<5 {
      let sum = zip(weight[27 * k..<27 * (k + 1)], x).reduce(0) { $0 + $1.0 * $1.1 }
      let normalised =
        (sum - numbers("bn.running_mean")[k]) / (numbers("bn.running_var")[k] + 1e-3).squareRoot()
      let expected = normalised * numbers("bn.weight")[k] + numbers("bn.bias")[k]
      let folded = zip(filter.elements[27 * k..<27 * (k + 1)], x)
        .reduce(Double(bias[k])) { $0 + Double($1.0) * $1.1 }
      #expect(abs(folded - expected) < 1e-6)
    }
    #expect(layer.parameters == 5 * 27 + 10)
    try weights.requireAllRead()
  }

  @Test func aMissingStatisticIsNamed() throws {
    let checkpoint = try syntheticCheckpoint(shapes: [
      ("a.conv.weight", [2, 2, 1, 1]), ("a.bn.weight", [2]), ("a.bn.bias", [2]),
      ("a.bn.running_mean", [2]),
    ])
    let a = checkpoint.weights()["a"]
    #expect(throws: CheckpointError.missingTensor(path: checkpoint.path, name: "a.bn.running_var"))
    {
      try Conv2d(
        weights: a["conv"], norm: a["bn"], hasBias: false, inputChannels: 2, outputChannels: 2,
        kernelSize: 1, stride: 1, activation: .silu, name: "a")
    }
  }
}
