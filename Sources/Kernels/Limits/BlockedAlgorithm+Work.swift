import VectorTypes

extension BlockedAlgorithm {
  /// The multiply-adds that this algorithm does for a convolution; what transforms take is not counted.
  ///
  /// A minimal filtering does `reach`² a pair of channels for each of its tiles, begun tiles included.
  public func multiplyAdds(_ g: ConvolutionGeometry) -> Int {
    guard let filtering = filtering(kernelSize: g.kernelSize, stride: g.stride) else {
      return g.multiplyAdds
    }
    let tiles = filtering.tiles(height: g.outputHeight, width: g.outputWidth)
    return filtering.reach * filtering.reach * tiles * g.inputChannels * g.outputChannels
  }
}
