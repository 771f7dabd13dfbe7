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

  private let entries = Mutex<[Key: Entry]>([:])

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
}
