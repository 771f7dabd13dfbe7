/// A block of floats on a 64-byte boundary, freed with its last owner.
///
/// The only place where a tensor's memory is allocated. It never zero-fills: most tensors are
/// written in full by the kernel that makes them.
final class TensorStorage: @unchecked Sendable {
  // Sendable: `Tensor` writes only through a uniquely referenced storage (copy on write).
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    self.base = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
