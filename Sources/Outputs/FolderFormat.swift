import Imaging

/// A format that is a folder: a file for each instance, and perhaps a table of them.
protocol FolderFormat: Sendable {
  /// The bytes of the instance's PNG; nil where it has none. May run on any thread.
  func picture(_ segment: Segment) -> [UInt8]?
  /// The name and the first line of the table; nil where there is none.
  var table: (name: String, header: String)? { get }
  /// The instance's line in the table.
  func row(_ segment: Segment) -> String
}

/// What a folder gets of one instance.
struct FolderEntry: Sendable {
  let name: String
  let picture: [UInt8]?
  let row: String

  init(_ format: any FolderFormat, _ segment: Segment) {
    name = "\(segment.instance.id).png"
    picture = format.picture(segment)
    row = format.row(segment)
  }
}
