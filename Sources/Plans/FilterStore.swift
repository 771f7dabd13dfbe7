import Kernels
import Synchronization

/// Packed filters of one network, shared by its plans for different input sizes.
public final class FilterStore: Sendable {
  /// A filter and the bias that goes with it, one number an output lane.
  struct Entry: Sendable {
    let filter: PackedFilter
    let bias: [Float]
  }

  /// What a packed filter depends on.
  struct Key: Hashable, Sendable {
    let layer: String
    let inputs: ChannelLanes
    let outputs: ChannelLanes
    let panelBlocks: Int
  }

  /// What the sums of its pairs depend on.
  private struct PairsKey: Hashable {
    let filter: Key
    let filtering: MinimalFiltering?
  }

  private let entries = Mutex<[Key: Entry]>([:])
  private let pairs = Mutex<[PairsKey: FilterPairs]>([:])

  /// An empty store.
  public init() {}

  /// The entry for `key`, made by `make` where there is none yet.
  func entry(_ key: Key, make: () -> Entry) -> Entry { Self.value(key, in: entries, make: make) }

  /// The pairs of the entry for `key`, made by `make` where there are none yet.
  func pairs(_ key: Key, _ filtering: MinimalFiltering?, make: () -> FilterPairs) -> FilterPairs {
    Self.value(PairsKey(filter: key, filtering: filtering), in: pairs, make: make)
  }

  /// What stands for `key`; made without the lock, so of two at the same time the first one stays.
  private static func value<Key: Hashable & Sendable, Value: Sendable>(
    _ key: Key, in values: borrowing Mutex<[Key: Value]>, make: () -> Value
  ) -> Value {
    if let value = values.withLock({ $0[key] }) { return value }
    let value = make()
    return values.withLock { values in
      if let earlier = values[key] { return earlier }
      values[key] = value
      return value
    }
  }
}
