import Imaging

/// A format that is one text: something for each instance between an opening and a closing.
protocol DocumentFormat: Sendable {
  /// What stands before the first instance.
  func opening(_ facts: ReportFacts) -> [UInt8]
  /// What stands between two instances.
  var separator: String { get }
  /// What there is to say of one instance; empty where it is left out. May run on any thread.
  func entry(_ segment: Segment, _ facts: ReportFacts) -> [UInt8]
  /// What stands after the last instance.
  func closing(_ timings: StageTimings?) -> [UInt8]
}

/// A document in the making.
struct Document: Sendable {
  let format: any DocumentFormat
  private(set) var bytes: [UInt8]
  private var isEmpty = true

  init(_ format: any DocumentFormat, _ facts: ReportFacts) {
    self.format = format
    bytes = format.opening(facts)
  }

  mutating func add(_ entry: [UInt8]) {
    guard !entry.isEmpty else { return }
    if !isEmpty { bytes.append(contentsOf: format.separator.utf8) }
    isEmpty = false
    bytes.append(contentsOf: entry)
  }

  func finished(_ timings: StageTimings?) -> [UInt8] { bytes + format.closing(timings) }
}
