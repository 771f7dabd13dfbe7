import CProcessor
import VectorKernelsAVX2
import VectorKernelsAVX512
import VectorKernelsBaseline
@_exported import VectorTypes

extension VectorKernels {
  /// The kernel sets that this processor can run, the best first.
  public static let available: [VectorKernels] = {
    var sets = [VectorKernelsBaseline.makeKernels()]
    if processor_has_avx2() { sets.insert(VectorKernelsAVX2.makeKernels(), at: 0) }
    if processor_has_avx512() { sets.insert(VectorKernelsAVX512.makeKernels(), at: 0) }
    return sets
  }()

  /// The best kernel set that this processor can run.
  public static var best: VectorKernels { available[0] }
}
