/// The definition of convolution, which every faster algorithm is held against.
///
/// y[k,p,q] = f(b[k] + Σ x[c, p·s+r−pad, q·s+t−pad] · w[k,c,r,t]), summed in Double and rounded
/// once. Cost: `geometry.multiplyAdds`, without any care for speed.
///
/// - Parameters:
///   - input: C×H×W.
///   - filter: K×C×R×R.
///   - bias: K.
///   - output: K×P×Q.
public func convolutionReference(
  _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, filter: UnsafePointer<Float>,
  bias: UnsafePointer<Float>, activation: Activation, output: UnsafeMutablePointer<Float>
) {
  let g = geometry
  let (height, width, side) = (g.inputHeight, g.inputWidth, g.kernelSize)
  for k in 0..<g.outputChannels {
    for p in 0..<g.outputHeight {
      for q in 0..<g.outputWidth {
        var sum = Double(bias[k])
        for c in 0..<g.inputChannels {
          for r in 0..<side {
            let y = p * g.stride + r - g.topPadding
            guard y >= 0, y < height else { continue }
            for t in 0..<side {
              let x = q * g.stride + t - g.leftPadding
              guard x >= 0, x < width else { continue }
              sum +=
                Double(input[(c * height + y) * width + x])
                * Double(filter[((k * g.inputChannels + c) * side + r) * side + t])
            }
          }
        }
        output[(k * g.outputHeight + p) * g.outputWidth + q] = activation(Float(sum))
      }
    }
  }
}
