import Foundation
import Imaging
import Testing

struct AtomicFileTests {
  @Test func writesReplacesAndLeavesNothingElse() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.txt")
    try AtomicFile.write("first", to: path)
    try AtomicFile.write([UInt8](repeating: 7, count: 300_000), to: path)
    #expect(folder.content(of: "a.txt") == Data(repeating: 7, count: 300_000))
    try AtomicFile.write("", to: path)
    #expect(folder.content(of: "a.txt") == Data())
    #expect(folder.names == ["a.txt"])
  }

  @Test func whatCannotBeWrittenIsNamed() throws {
    let folder = try TemporaryFolder()
    let nowhere = folder.path("no/such/folder.txt")
    #expect(throws: FileError.unwritable(path: nowhere, reason: "No such file or directory")) {
      try AtomicFile.write("x", to: nowhere)
    }
    try FileManager.default.createDirectory(
      atPath: folder.path("taken"), withIntermediateDirectories: false)
    #expect(throws: FileError.unwritable(path: folder.path("taken"), reason: "it is a directory")) {
      try AtomicFile.write("x", to: folder.path("taken"))
    }
    #expect(folder.names == ["taken"])
  }

  @Test func linksStayAndDevicesAreWrittenTo() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("old", to: folder.path("target"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "target")
    try AtomicFile.write("new", to: folder.path("link"))
    #expect(folder.content(of: "target") == Data("new".utf8))
    #expect(folder.names == ["link", "target"])
    try AtomicFile.write("gone", to: "/dev/null")
  }
}

/// A folder of its own, removed with its owner.
final class TemporaryFolder {
  private let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "imaging-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.path() + "/" + name }

  func content(of name: String) -> Data? { FileManager.default.contents(atPath: path(name)) }

  /// What the folder holds, hidden files too.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path())) ?? []).sorted()
  }
}
