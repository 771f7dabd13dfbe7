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
  func entry(_ key: Key, make: () -> Entry) -> Entry {
    if let entry = entries.withLock({ $0[key] }) { return entry }
    let entry = make()
    return entries.withLock { entries in
      if let earlier = entries[key] { return earlier }
      entries[key] = entry
      return entry
    }
  }

  /// The pairs of the entry for `key`, made by `make` where there are none yet.
  func pairs(_ key: Key, _ filtering: MinimalFiltering?, make: () -> FilterPairs) -> FilterPairs {
    let key = PairsKey(filter: key, filtering: filtering)
    if let entry = pairs.withLock({ $0[key] }) { return entry }
    let entry = make()
    return pairs.withLock { pairs in
      if let earlier = pairs[key] { return earlier }
      pairs[key] = entry
      return entry
    }
  }
}
