import Graphs
import Kernels
import Tensors

/// Convolutions that follow one another, computed at single cells of a map instead of all.
///
/// For the end of a head's branch, of which only the cells that hold an object are ever read. The first
/// convolution reads its neighbours' cells in the map that a plan has left; the others are 1×1, so that
/// each is a linear layer on the rows of the asked cells. All multiplications are done, without
/// Winograd's transforms: the values are those of a plan of the whole map, up to rounding.
public struct CellBranch: Sendable {
  /// The name of the value that it starts from.
  public let source: String
  /// The channels of the last convolution.
  public let channels: Int

  /// The side of the first convolution's filter.
  private let side: Int
  private let layers: [Layer]

  /// The convolutions between two named values.
  ///
  /// Cost: reads their weights.
  ///
  /// - Precondition: nothing but convolutions with stride 1 stands between the values, and only the first
  ///   of them is larger than 1×1.
  public init(_ graph: Graph, from source: String, to target: String) {
    let start = graph.node(named: source)
    var node = graph.node(named: target)
    var convolutions: [Conv2d] = []
    while node != start {
      guard case .convolution(let layer) = graph.nodes[node].operation, layer.stride == 1 else {
        preconditionFailure(
          "CellBranch: \(graph.nodes[node].operation.label) between \(source) and \(target)")
      }
      convolutions.insert(layer, at: 0)
      node = graph.nodes[node].inputs[0]
    }
    precondition(
      !convolutions.isEmpty && convolutions.dropFirst().allSatisfy { $0.kernelSize == 1 },
      "CellBranch: between \(source) and \(target) only the first convolution may be larger than 1×1"
    )
    self.source = source
    channels = convolutions[convolutions.count - 1].outputChannels
    side = convolutions[0].kernelSize
    layers = convolutions.map(Layer.init)
  }

  /// The values of the last convolution at `cells`, a row of ``channels`` each.
  ///
  /// Cost: the multiply-adds of these cells, on the pool.
  ///
  /// - Parameters:
  ///   - map: ``source``.
  ///   - cells: counted row by row, in any order.
  public func rows(of map: BlockedMap, at cells: [Int], on pool: ThreadPool) -> [Float] {
    // Enough rows for BLAS to reach its speed, few enough for every thread to have some.
    let chunk = 64
    return [Float](unsafeUninitializedCapacity: cells.count * channels) { rows, count in
      nonisolated(unsafe) let rows = rows  // Tasks write different rows.
      pool.run((cells.count + chunk - 1) / chunk) { task, _ in
        let part = cells[task * chunk..<min((task + 1) * chunk, cells.count)]
        let values = layers.reduce(map.patches(side: side, of: part)) {
          $1($0, rows: part.count, on: pool)
        }
        _ = rows[(part.startIndex * channels)...].update(fromContentsOf: values)
      }
      count = cells.count * channels
    }
  }
}

/// A convolution as a linear layer on patches.
private struct Layer {
  /// outputs×inputs; an input is one channel of one cell of the patch, the cells row by row and the
  /// channels of each one after the other.
  let weight: Tensor
  let bias: Tensor
  let activation: LinearActivation

  init(_ convolution: Conv2d) {
    let (filter, bias) = convolution.folded()
    let channels = convolution.inputChannels
    let taps = convolution.kernelSize * convolution.kernelSize
    var weight = Tensor([convolution.outputChannels, taps * channels])
    weight.withUnsafeMutableElements { weight in
      filter.withUnsafeElements { filter in
        for row in stride(from: 0, to: filter.count, by: taps * channels) {
          VectorKernels.best.transpose(
            filter.pointer + row, taps, channels, taps, weight.pointer + row, channels)
        }
      }
    }
    self.weight = weight
    self.bias = bias
    switch convolution.activation {
    case .none: activation = .none
    case .silu: activation = .silu
    }
  }

  /// rows×inputs → rows×outputs.
  func callAsFunction(_ x: [Float], rows: Int, on pool: ThreadPool) -> [Float] {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    return [Float](unsafeUninitializedCapacity: rows * outputs) { y, count in
      weight.withUnsafeElements { weight in
        bias.withUnsafeElements { bias in
          linear(
            rows: rows, inputs: inputs, outputs: outputs, x, weight: weight.pointer,
            bias: bias.pointer, activation: activation, into: y.pointer, on: pool)
        }
      }
      count = rows * outputs
    }
  }
}
