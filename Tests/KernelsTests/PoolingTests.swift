import Kernels
import TestSupport
import Testing

@Suite struct PoolingTests {
  /// SiLU reaches −0.28, and a border padded with zeros would win over a map of such numbers.
  @Test func bordersArePaddedWithMinusInfinity() {
    let input: [Float] = [-5, -4, -3, -2, -9, -8]
    var output = [Float](repeating: .nan, count: 6)
    maxPoolReference(
      channels: 1, height: 2, width: 3, kernelSize: 3, input: input, output: &output)
    #expect(output == [-2, -2, -3, -2, -2, -3])
  }

  @Test(
    "Every instruction set pools as the definition does, negative numbers too",
    arguments: [(1, 1), (1, 8), (2, 3), (5, 5), (7, 12)])
  func maxPool5(size: (height: Int, width: Int)) {
    let (height, width) = size
    let pixels = height * width
    var random = SeededGenerator(seed: 5)
    let planar = random.floats(16 * pixels, in: -3 ... -1)
    var expected = [Float](repeating: .nan, count: planar.count)
    maxPoolReference(
      channels: 16, height: height, width: width, kernelSize: 5, input: planar, output: &expected)
    let blocked = (0..<planar.count).map { planar[$0 % 16 * pixels + $0 / 16] }
    for kernels in VectorKernels.available {
      var (output, scratch) = (blocked.map { _ in Float.nan }, blocked.map { _ in Float.nan })
      kernels.maxPool5(blocked, &output, &scratch, height, width)
      let isSame = output.indices.allSatisfy { output[$0] == expected[$0 % 16 * pixels + $0 / 16] }
      #expect(isSame, "\(kernels.name)")
    }
  }

  @Test func upsamplingRepeatsPixels() {
    var output = [Float](repeating: .nan, count: 24)
    upsampleNearest(
      channels: 2, height: 1, width: 3, factor: 2, input: [1, 2, 3, 4, 5, 6], output: &output)
    let rows: [Float] = [1, 1, 2, 2, 3, 3], more: [Float] = [4, 4, 5, 5, 6, 6]
    #expect(output == rows + rows + more + more)
  }
}
