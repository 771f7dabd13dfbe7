import Imaging

/// One chapter of the page.
struct Chapter: Sendable {
  /// What the table of contents calls it.
  let title: String
  /// The tensors that come out, markup.
  let result: String
  /// The files of the project that do it, below `Sources`.
  let sources: [String]
  /// Everything under the heading, markup.
  let body: String
  /// The chapter's figures as files.
  var files: [FigureFile] = []

  /// The section with its heading; chapters are numbered from 1.
  func section(_ number: Int) -> String {
    let sources = sources.map { "<code>\($0)</code>" }.joined(separator: "<br/>")
    return """
      <section id="c\(number)" aria-labelledby="h\(number)">
      <header><p class="number" aria-hidden="true">\(number)</p><h2 id="h\(number)">\(title)</h2>
      <dl><dt>gives</dt><dd>\(result)</dd><dt>done in</dt><dd>\(sources)</dd></dl></header>
      \(body)</section>

      """
  }
}

/// A figure as a file of its own, for documents that quote it.
public struct FigureFile: Sendable {
  /// `prototypes.jpg`: the same for every picture.
  public let name: String
  /// What the file holds.
  public let bytes: [UInt8]
}

extension FigureFile {
  /// A photograph or a sheet of maps, of less quality where it would be large: a chapter of a
  /// document has several.
  init(_ name: String, _ image: Image) {
    let largest = 150_000
    var quality = 78, bytes = image.encodedJPEG(quality: 78)
    while bytes.count > largest && quality > 40 {
      quality -= 8
      bytes = image.encodedJPEG(quality: quality)
    }
    self.init(name: name + ".jpg", bytes: bytes)
  }

  /// A drawing, which brings its colours along.
  init(_ name: String, drawing: Drawing) {
    self.init(name: name + ".svg", bytes: Array(drawing.document.utf8))
  }
}
