import Regions
import Synchronization

/// The masks that box prompts have built so far, so that the next one finds them.
final class MaskCache: Sendable {
  private let masks: Mutex<[Mask?]>

  init(count: Int) { masks = Mutex(Array(repeating: nil, count: count)) }

  /// The mask at `index`; `make` builds it the first time.
  ///
  /// Building happens outside the lock: two callers may both do it, and get equal masks.
  func mask(_ index: Int, make: () -> Mask) -> Mask {
    if let mask = masks.withLock({ $0[index] }) { return mask }
    let mask = make()
    masks.withLock { $0[index] = mask }
    return mask
  }
}
