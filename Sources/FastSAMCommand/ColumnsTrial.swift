import FastSAM

/// A convolution alone through im2col and BLAS.
final class ColumnsTrial: KernelTrial {
  let name = "im2col"
  let counts: TrialCounts
  var filter: UnsafePointer<Float> { UnsafePointer(weights) }

  private let geometry: ConvolutionGeometry
  private let pool: ThreadPool
  private let weights: UnsafeMutablePointer<Float>
  private let bias: UnsafeMutablePointer<Float>
  private var place: TrialPlace?

  /// - Parameter filter: K×C×R×R.
  init(_ geometry: ConvolutionGeometry, filter: [Float], on pool: ThreadPool) {
    let g = geometry
    self.geometry = g
    self.pool = pool
    counts = TrialCounts(
      input: g.inputChannels * g.inputHeight * g.inputWidth, filter: filter.count,
      output: g.outputChannels * g.outputHeight * g.outputWidth)
    weights = .allocate(capacity: filter.count)
    weights.update(from: filter, count: filter.count)
    bias = .allocate(capacity: g.outputChannels)
    bias.update(repeating: 0, count: g.outputChannels)
  }

  deinit {
    weights.deallocate()
    bias.deallocate()
  }

  func prepare(_ place: TrialPlace) { self.place = place }

  func perform() {
    guard let place else { preconditionFailure("ColumnsTrial: not prepared") }
    convolutionIm2col(
      geometry, input: place.input, filter: place.filter, bias: bias, activation: .none,
      output: place.output, on: pool)
  }
}
