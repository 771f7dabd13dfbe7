import Imaging

/// A format that is one text: something for each instance between an opening and a closing.
protocol DocumentFormat: Sendable {
  /// What stands before the first instance.
  func opening(_ facts: ReportFacts) -> [UInt8]
  /// What stands between two instances.
  var separator: String { get }
  /// True where the instances stand by falling area, and not in the order of their scores.
  var largestFirst: Bool { get }
  /// What there is to say of one instance; empty where it is left out. May run on any thread.
  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8]
  /// What stands after the last instance.
  func closing(_ timings: StageTimings?) -> [UInt8]
}

extension DocumentFormat {
  var largestFirst: Bool { false }
}

/// A document in the making.
struct Document: Sendable {
  let format: any DocumentFormat
  private let opening: [UInt8]
  private var entries: [(area: Int, bytes: [UInt8])] = []

  init(_ format: any DocumentFormat, _ facts: ReportFacts) {
    self.format = format
    opening = format.opening(facts)
  }

  mutating func add(_ entry: [UInt8], area: Int) {
    if !entry.isEmpty { entries.append((area, entry)) }
  }

  func finished(_ timings: StageTimings?) -> [UInt8] {
    var order = Array(entries.indices)
    // As on the label plane: of equally large ones the earlier lies on top.
    if format.largestFirst { order.sort { (-entries[$0].area, -$0) < (-entries[$1].area, -$1) } }
    var bytes = opening
    for (place, index) in order.enumerated() {
      if place > 0 { bytes.append(contentsOf: format.separator.utf8) }
      bytes.append(contentsOf: entries[index].bytes)
    }
    bytes.append(contentsOf: format.closing(timings))
    return bytes
  }
}
