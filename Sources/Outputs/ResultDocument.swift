import Segmentation

/// The result document alone, in memory: what `--json -` prints.
public struct ResultDocument: Sendable {
  private var document: Document
  private let facts: ReportFacts

  /// A document without instances.
  public init(_ facts: ReportFacts) {
    self.facts = facts
    document = Document(JSONFormat(), facts)
  }

  /// The text of one instance, to be given to `add`.
  ///
  /// Builds its mask. May run on any thread.
  public func entry(_ instance: Instance) -> [UInt8] {
    JSONFormat().entry(Segment(instance, needs: .runLengths), facts)
  }

  /// Takes in the next instance's text.
  public mutating func add(_ entry: [UInt8]) { document.add(entry, area: 0) }

  /// The whole document, UTF-8.
  public func bytes(timings: StageTimings? = nil) -> [UInt8] { document.finished(timings) }
}
