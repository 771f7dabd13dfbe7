import Kernels

extension Array where Element: Sendable {
  /// The results of `transform`, in order, computed on the pool.
  public func concurrentMap<Result>(
    on pool: ThreadPool, _ transform: (Element) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { slots in
      nonisolated(unsafe) let slots = slots  // Each task writes its own slot.
      pool.run(count) { task, _ in slots[task] = transform(self[task]) }
    }
    return results.compactMap(\.self)
  }
}
