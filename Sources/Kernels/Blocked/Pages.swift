#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Memory for what lives as long as a network: whole pages from the system, beside the heap.
///
/// In the heap, packed filters would lie between the buffers that packing needs and gives back, and
/// those could never return to the system.
struct Pages {
  let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Zeros; ends the program where the system has no memory, as the heap does.
  init(byteCount: Int) {
    let mapping = mmap(
      nil, max(1, byteCount), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapping, mapping != MAP_FAILED else {
      fatalError("Pages: the system has no \(byteCount) bytes")
    }
    base = mapping
    self.byteCount = max(1, byteCount)
  }

  func deallocate() { munmap(base, byteCount) }
}
