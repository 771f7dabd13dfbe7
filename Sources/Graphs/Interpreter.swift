import Kernels
import Tensors

/// Runs a graph as it is written, one operation after the other, on plain N×C×H×W tensors: the
/// definition of what a graph means, and the pass that a student steps through.
public struct Interpreter: Sendable {
  /// Who does the sums.
  public enum Arithmetic: String, Sendable, CaseIterable {
    /// The naive loops that define each operation, summed in Double.
    case reference
    /// im2col and BLAS.
    case blas
  }

  private let graph: Graph
  private let arithmetic: Arithmetic
  private let pool: ThreadPool

  /// An interpreter of `graph`.
  public init(_ graph: Graph, arithmetic: Arithmetic = .blas, pool: ThreadPool) {
    self.graph = graph
    self.arithmetic = arithmetic
    self.pool = pool
  }

  /// Runs the graph on `input` (1×C×H×W) and calls `visit` with each named value, in graph order.
  ///
  /// Values are dropped after their last use. Weights are folded as they are met: nothing is kept
  /// from one call to the next.
  public func run(_ input: Tensor, visit: (_ name: String, _ value: Tensor) -> Void) {
    var values = [Tensor?](repeating: nil, count: graph.nodes.count)
    var lastUse = Array(graph.nodes.indices)
    for (index, node) in graph.nodes.enumerated() {
      for source in node.inputs { lastUse[source] = index }
    }
    let names = Dictionary(grouping: graph.names, by: \.node)
    for (index, node) in graph.nodes.enumerated() {
      let sources = node.inputs.compactMap { values[$0] }
      let value = evaluate(node, sources, input)
      values[index] = value
      for entry in names[index] ?? [] { visit(entry.name, value) }
      for source in node.inputs where lastUse[source] == index { values[source] = nil }
    }
  }

  private func evaluate(_ node: Graph.Node, _ sources: [Tensor], _ input: Tensor) -> Tensor {
    let x = sources.first ?? input
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    switch node.operation {
    case .input:
      precondition(
        input.shape.rank == 4 && input.shape[0] == 1 && channels == node.channels,
        "Interpreter: input \(input.shape), not 1×\(node.channels)×H×W")
      return input
    case .convolution(let layer):
      return convolution(layer, x)
    case .transposedConvolution(let layer):
      return transposedConvolution(layer, x)
    case .maxPool(let kernelSize):
      return x.mapped(to: x.shape) {
        maxPoolReference(
          channels: channels, height: height, width: width, kernelSize: kernelSize, input: $0,
          output: $1)
      }
    case .upsampleNearest(let factor):
      return x.mapped(to: [1, channels, factor * height, factor * width]) {
        upsampleNearest(
          channels: channels, height: height, width: width, factor: factor, input: $0, output: $1)
      }
    case .concatenate:
      return Tensor([1, node.channels, height, width], sources.flatMap(\.elements))
    case .slice(let range):
      let plane = height * width
      let part = x.elements[range.lowerBound * plane..<range.upperBound * plane]
      return Tensor([1, node.channels, height, width], Array(part))
    case .add:
      return Tensor(x.shape, zip(x.elements, sources[1].elements).map(+))
    }
  }

  private func convolution(_ layer: Conv2d, _ x: Tensor) -> Tensor {
    let geometry = layer.geometry(height: x.shape[2], width: x.shape[3])
    let (filter, bias) = layer.folded()
    let shape: Shape = [1, layer.outputChannels, geometry.outputHeight, geometry.outputWidth]
    return filter.withUnsafePointer { filter in
      bias.withUnsafePointer { bias in
        x.mapped(to: shape) { input, output in
          switch arithmetic {
          case .reference:
            convolutionReference(
              geometry, input: input, filter: filter, bias: bias, activation: layer.activation,
              output: output)
          case .blas:
            convolutionIm2col(
              geometry, input: input, filter: filter, bias: bias, activation: layer.activation,
              output: output, on: pool)
          }
        }
      }
    }
  }

  private func transposedConvolution(_ layer: ConvTranspose2d, _ x: Tensor) -> Tensor {
    let (channels, height, width) = (layer.outputChannels, x.shape[2], x.shape[3])
    let (filter, bias) = layer.weights()
    return filter.withUnsafePointer { filter in
      bias.withUnsafePointer { bias in
        x.mapped(to: [1, channels, 2 * height, 2 * width]) { input, output in
          switch arithmetic {
          case .reference:
            transposedConvolutionReference(
              inputChannels: layer.inputChannels, outputChannels: channels, height: height,
              width: width, input: input, filter: filter, bias: bias, output: output)
          case .blas:
            transposedConvolutionProduct(
              inputChannels: layer.inputChannels, outputChannels: channels, height: height,
              width: width, input: input, filter: filter, bias: bias, output: output, on: pool)
          }
        }
      }
    }
  }
}

extension Tensor {
  /// A tensor of `shape` that `body` writes from this one's elements.
  fileprivate func mapped(
    to shape: Shape, _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    Tensor(shape) { target in
      withUnsafePointer { body($0, target.pointer) }
    }
  }

  /// The elements by their address, for kernels.
  fileprivate func withUnsafePointer<R>(_ body: (UnsafePointer<Float>) -> R) -> R {
    withUnsafeElements { body($0.pointer) }
  }
}
