// Goals: limits that the kernels cannot beat by more than the noise of the machine; a fraction of a
// second to find them. Measured, not computed: a virtual machine tells neither its clock nor what its
// neighbours leave of it, and both move.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a pool's threads can do at best, as seen just now.
public enum MachineLimits {
  /// Billions of floating-point operations a second, two a multiply-add, that all threads of `pool`
  /// do together in registers alone.
  ///
  /// The fastest of five bursts of 20 ms; see `VectorKernels.peak`.
  public static func peakGigaflops(of kernels: VectorKernels = .best, on pool: ThreadPool) -> Double
  {
    let numbers = UnsafeMutablePointer<Float>.allocate(capacity: 64 * pool.threads)
    defer { numbers.deallocate() }
    nonisolated(unsafe) let own = numbers  // A task has 64 floats of its own, and so its own lines.
    func burst(_ rounds: Int) -> (products: Int, seconds: Double) {
      var products = 0
      let time = ContinuousClock().measure {
        pool.run(pool.threads) { task, _ in
          (own + 64 * task).update(repeating: 0.5, count: 16)
          let count = kernels.peak(rounds, own + 64 * task)
          if task == 0 { products = count * pool.threads }
        }
      }
      return (products, time.inSeconds)
    }
    // Also wakes the pool's threads, and the widest units of processors that put them to sleep.
    var rounds = 1_000_000
    while true {
      let seconds = burst(rounds).seconds
      if seconds > 0.01 {
        rounds = max(1, Int(Double(rounds) * 0.02 / seconds))
        break
      }
      rounds *= 2
    }
    return (0..<5).map { _ in
      let (products, seconds) = burst(rounds)
      return 2 * Double(products) / seconds / 1e9
    }.max() ?? 0
  }

  /// Billions of bytes a second that all threads of `pool` move between memory and themselves.
  ///
  /// a ← b + s·c over arrays of twice the largest cache each (the triad of the STREAM benchmark), two
  /// arrays read and one written, which counts once as there; the fastest of five passes.
  public static func memoryGigabytes(on pool: ThreadPool) -> Double {
    let piece = 1 << 16
    let pieces = max(1, 2 * largestCache / 4 / piece)
    let count = pieces * piece
    let floats = UnsafeMutablePointer<Float>.allocate(capacity: 3 * count)
    defer { floats.deallocate() }
    nonisolated(unsafe) let base = floats  // Tasks write different pieces.
    func vector(_ index: Int) -> SIMD16<Float> {
      UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Float>.self)
    }
    pool.run(pieces) { task, _ in
      for array in 0..<3 {
        (base + array * count + task * piece).update(repeating: Float(array), count: piece)
      }
    }
    let scale = SIMD16<Float>(repeating: 0.5)
    return (0..<5).map { _ in
      let time = ContinuousClock().measure {
        pool.run(pieces) { task, _ in
          for i in stride(from: task * piece, to: (task + 1) * piece, by: 16) {
            let value = vector(count + i) + scale * vector(2 * count + i)
            UnsafeMutableRawPointer(base + i).storeBytes(of: value, as: SIMD16<Float>.self)
          }
        }
      }
      return 12 * Double(count) / time.inSeconds / 1e9
    }.max() ?? 0
  }

  /// The bytes of the largest cache that a core has a part in, or 32 MiB where the system does not
  /// tell.
  ///
  /// More than 128 MiB is not ours alone on a machine of so many cores.
  public static let largestCache = min(caches.map(\.bytes).max() ?? 32 << 20, 128 << 20)

  /// The bytes of the second-level cache, which is a core's own, or 1 MiB where the system does not tell.
  public static let coreCache = caches.first { $0.level == 2 }?.bytes ?? 1 << 20

  /// The caches that a core has a part in.
  private static let caches: [(level: Int, bytes: Int)] = (0..<5).compactMap { index in
    // Not sysconf: what glibc says of AMD's third level is the sum over the whole package.
    func number(_ name: String) -> Int? {
      guard let file = fopen("/sys/devices/system/cpu/cpu0/cache/index\(index)/\(name)", "r") else {
        return nil
      }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 32)
      return fgets(&line, 32, file) == nil ? nil : strtol(line, nil, 10)
    }
    // `2` and `32768K`
    guard let level = number("level"), let size = number("size") else { return nil }
    return (level, size << 10)
  }
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
