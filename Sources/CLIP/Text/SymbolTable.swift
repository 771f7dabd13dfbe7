/// The spelling of every symbol of a merges file, and the symbol of every spelling.
///
/// Exists because a dictionary of strings or arrays takes 50 ms for the 49 thousand symbols of
/// CLIP, most of it to make keys: here all spellings lie in one array, and a hash is continued from
/// the left part of a symbol over the right one.
struct SymbolTable {
  private var spellings: [UInt8] = []
  /// Where each symbol's spelling begins; one more at the end.
  private var starts: [Int] = [0]
  /// Symbols by the hash of their spelling, with linear probing; -1 is empty.
  private var slots: [Int32]

  /// An empty table with room for `capacity` symbols.
  init(capacity: Int) {
    var size = 1024
    while size < 2 * capacity { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
  }

  /// The number of the next symbol.
  var count: Int { starts.count - 1 }

  /// The symbol that is spelled so.
  func symbol(_ spelling: ArraySlice<UInt8>) -> Int32? {
    let symbol = slots[slot(of: spelling, [])]
    return symbol < 0 ? nil : symbol
  }

  /// Adds the symbol whose spelling is `left` and then `right`; false where there is one already.
  @discardableResult
  mutating func add(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8> = []) -> Bool {
    let slot = slot(of: left, right)
    guard slots[slot] < 0 else { return false }
    slots[slot] = Int32(count)
    spellings += left
    spellings += right
    starts.append(spellings.count)
    return true
  }

  /// The slot of a spelling, or the empty one where it belongs.
  private func slot(of left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
    // FNV-1a, 64 bits, its halves folded: the low bits alone are weak.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in left { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in right { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[slot] >= 0, !isSpelled(Int(slots[slot]), left, right) { slot = (slot + 1) & mask }
    return slot
  }

  private func isSpelled(_ symbol: Int, _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>)
    -> Bool
  {
    let start = starts[symbol], middle = start + left.count
    guard starts[symbol + 1] == middle + right.count else { return false }
    return spellings[start..<middle].elementsEqual(left)
      && spellings[middle..<middle + right.count].elementsEqual(right)
  }
}
