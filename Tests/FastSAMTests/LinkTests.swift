import Foundation
import Testing

/// The repository's Markdown, as GitHub shows it: what it links to is there.
@Suite struct LinkTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let catalogue = "Sources/FastSAM/FastSAM.docc"

  private static func names(in folder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: root.path + "/" + folder)
    return (names ?? []).sorted()
  }

  private static let chapters = names(in: catalogue).filter { $0.hasSuffix(".md") }

  static let pages =
    ["README.md", "Weights/README.md", "Weights/MODEL_CARD.md", "Benchmarks/README.md"]
    + chapters.map { catalogue + "/" + $0 }

  private func text(_ page: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: page), encoding: .utf8)
  }

  /// The targets of links and pictures, blocks of code left out.
  private func links(in page: String) throws -> [String] {
    let prose = try text(page).split(separator: "```", omittingEmptySubsequences: false)
      .enumerated().filter { $0.offset % 2 == 0 }.map(\.element).joined()
    return prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
  }

  /// The anchors that GitHub makes of a page's headings.
  private func anchors(of page: String) throws -> [String] {
    try text(page).split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
      String(
        line.drop { $0 == "#" }.dropFirst().lowercased()
          .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
          .map { $0 == " " ? "-" : $0 })
    }
  }

  @Test(arguments: pages)
  func whatIsLinkedToIsThere(page: String) throws {
    let folder = Self.root.appending(path: page).deletingLastPathComponent()
    for link in try links(in: page) where !link.contains("://") {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let target = parts[0].isEmpty ? page : folder.path + "/" + parts[0]
      let path = URL(filePath: String(target), relativeTo: Self.root).standardizedFileURL.path
      #expect(FileManager.default.fileExists(atPath: path), "\(page): \(link)")
      if parts.count > 1, let start = path.range(of: Self.root.path + "/") {
        let anchors = try anchors(of: String(path[start.upperBound...]))
        #expect(anchors.contains(String(parts[1])), "\(page): \(link)")
      }
    }
  }

  @Test func theIndexListsEveryChapter() throws {
    let listed = Set(try links(in: Self.catalogue + "/README.md"))
    #expect(Self.chapters.count > 10)
    for chapter in Self.chapters where chapter != "README.md" {
      #expect(listed.contains(chapter), "\(chapter)")
    }
  }

  @Test func everyPictureIsShown() throws {
    var shown: Set<String> = []
    for chapter in Self.chapters { shown.formUnion(try links(in: Self.catalogue + "/" + chapter)) }
    for picture in Self.names(in: Self.catalogue + "/Pictures") {
      #expect(shown.contains("Pictures/" + picture), "\(picture)")
    }
  }
}
