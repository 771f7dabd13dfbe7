import Kernels
import Testing

@Suite struct MachineLimitsTests {
  /// With factor and term 1 every chain counts its own rounds.
  @Test func thePeakLoopDoesAllTheMultiplyAddsThatItReports() {
    for kernels in VectorKernels.available {
      let rounds = 1000
      var numbers = [Float](repeating: 1, count: 16)
      let products = kernels.peak(rounds, &numbers)
      let chains = products / rounds / 16
      #expect(chains >= 3 && products == rounds * chains * 16, "\(kernels.name)")
      #expect(numbers.allSatisfy { $0 == Float(chains * (rounds + 1)) }, "\(kernels.name)")
    }
  }

  @Test func limitsAreMeasured() {
    let pool = ThreadPool(threads: 2)
    #expect(MachineLimits.peakGigaflops(on: pool) > 0)
    #expect(MachineLimits.memoryGigabytes(on: pool) > 0)
    #expect(MachineLimits.largestCache > 0)
  }
}
