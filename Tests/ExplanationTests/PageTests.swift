import Explanation
import FastSAM
import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The page as its readers' programs see it.
@Suite struct PageTests {
  /// All elements of a page with their attributes.
  private final class Elements: NSObject, XMLParserDelegate {
    private(set) var all: [(name: String, attributes: [String: String])] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      all.append((name, attributes))
    }
  }

  /// The elements of a page that is well-formed XML.
  private func elements(_ page: String) throws -> [(name: String, attributes: [String: String])] {
    let parser = XMLParser(data: Data(page.utf8))
    let elements = Elements()
    parser.delegate = elements
    let isWellFormed = parser.parse()
    try #require(isWellFormed, "line \(parser.lineNumber): \(parser.parserError as Any)")
    return elements.all
  }

  @Test func isWholeAndLoadsNothing() throws {
    let page = try ExplainedRuns.explanation().page
    let all = try elements(page)
    let ids = all.compactMap(\.attributes["id"])
    #expect(Set(ids).count == ids.count)
    for (name, attributes) in all {
      #expect(!["script", "link", "iframe", "object", "base"].contains(name))
      for key in ["src", "srcset", "data", "xlink:href"] {
        if let source = attributes[key] { #expect(source.hasPrefix("data:image/")) }
      }
      // Addresses are for readers to follow, or places in the page.
      if let target = attributes["href"] {
        #expect(name == "a")
        #expect(
          target.hasPrefix("https://arxiv.org/abs/") || ids.contains(String(target.dropFirst())))
      }
      #expect(attributes["style"]?.contains("url(") != true)
    }
    #expect(!page.contains("@import") && !page.contains("url("))
    #expect(page.contains("default-src 'none'"))
  }

  @Test func everyFigureIsThere() throws {
    let all = try elements(ExplainedRuns.explanation().page)
    #expect((1...8).allSatisfy { n in all.contains { $0.attributes["id"] == "c\(n)" } })
    let pictures = all.filter { $0.name == "img" }
    #expect(pictures.allSatisfy { $0.attributes["alt"]?.isEmpty == false })
    // Letterbox 2, fields 1, stages and neck up to 9×12, scores 3, box 1, boxes 2, suppressed up to
    // 1, prototypes, steps of the sum, all sums, finish 5, overlay 1.
    let layout = GoldenYOLOv8.document.networks[0].layout
    let tiles = (layout.stages + layout.neck).reduce(0) { $0 + min(12, $1) }
    let count = layout.prototypes
    let steps = Int.bitWidth - (count - 1).leadingZeroBitCount + 1
    let least = 2 + 1 + tiles + 3 + 1 + 2 + count + steps + count + 5 + 1
    #expect((least...least + 1).contains(pictures.count))
    for picture in pictures {
      let source = try #require(picture.attributes["src"])
      let text = try #require(source.split(separator: ",").last)
      let bytes = try #require(Data(base64Encoded: String(text)))
      let image = try Image(decoding: Array(bytes))
      #expect("\(image.width)" == picture.attributes["width"])
      #expect("\(image.height)" == picture.attributes["height"])
    }
    let drawings = all.filter { $0.name == "svg" }
    #expect(drawings.count == 6)  // Neck, four sides, coefficients.
    #expect(drawings.allSatisfy { $0.attributes["aria-label"]?.isEmpty == false })
  }

  @Test func figuresAreFiles() throws {
    let figures = try ExplainedRuns.explanation().figures
    #expect(
      figures.map(\.name) == [
        "letterbox.jpg", "stages.jpg", "neck.jpg", "scores.jpg", "dfl.svg", "boxes-before.jpg",
        "boxes-after.jpg", "prototypes.jpg", "coefficients.svg", "mixing.jpg", "mask.jpg",
        "overlay.jpg",
      ])
    for figure in figures {
      if figure.name.hasSuffix(".svg") {
        #expect(XMLParser(data: Data(figure.bytes)).parse(), "\(figure.name)")
      } else {
        #expect(throws: Never.self) { try Image(decoding: figure.bytes) }
      }
    }
  }

  @Test func namesAreText() throws {
    let segmenter = try ExplainedRuns.segmenter(names: #"{"0": "<b class='x'>cat & dog</b>"}"#)
    let file = #"<script>alert("1")</script>&.jpg"#
    let page = try ExplainedRuns.explanation(file: file, segmenter: segmenter).page
    let all = try elements(page)
    #expect(!all.contains { $0.name == "script" || $0.attributes["class"] == "x" })
    #expect(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;.jpg"))
    #expect(page.contains("cat &amp; dog"))
  }

  @Test func nothingFoundIsSaid() throws {
    let explanation = try ExplainedRuns.explanation(confidence: 1)
    #expect(explanation.objects.count == 0 && explanation.objects.chosen == nil)
    let page = explanation.page
    let all = try elements(page)
    #expect((1...8).allSatisfy { n in all.contains { $0.attributes["id"] == "c\(n)" } })
    #expect(page.contains("Nothing was found in this picture"))
    #expect(page.contains("finds nothing"))
    let without = ["dfl.svg", "coefficients.svg", "mixing.jpg", "mask.jpg"]
    #expect(!explanation.figures.contains { without.contains($0.name) })
    #expect(explanation.figures.count == 8)
  }

  @Test(arguments: [(1, 1), (1, 200), (200, 1), (31, 33), (2000, 1)])
  func anyShapeOfPicture(width: Int, height: Int) throws {
    let explanation = try ExplainedRuns.explanation(
      width: width, height: height, confidence: 0.3)
    _ = try elements(explanation.page)
    for figure in explanation.figures where figure.name.hasSuffix(".jpg") {
      #expect(throws: Never.self) { try Image(decoding: figure.bytes) }
    }
  }

  @Test(arguments: Profile.allCases, MaskSize.allCases)
  func anyRules(profile: Profile, masks: MaskSize) throws {
    let page = try ExplainedRuns.explanation(profile: profile, masks: masks).page
    _ = try elements(page)
    let cropsFirst = profile == .official && masks == .network
    #expect(page.contains("a little past its box") == cropsFirst)
    #expect(page.contains("What lies outside the box is dropped") == !cropsFirst)
  }

  @Test func textFollowsTheNetwork() throws {
    var layout = GoldenYOLOv8.document.networks[0].layout
    layout.nc = 80
    layout.bins = 26
    let page = try ExplainedRuns.explanation(
      segmenter: ExplainedRuns.segmenter(layout), confidence: 0.5
    ).page
    _ = try elements(page)
    #expect(page.contains("80 classes") && page.contains("4×26 logits"))
    #expect(page.contains("boxes 104, classes 80"))
    #expect(page.contains("likeliest of 80 classes"))
    #expect(!page.contains("1 class)"))
  }

  @Test func samePageEveryTime() throws {
    let segmenter = try ExplainedRuns.segmenter()
    let first = try ExplainedRuns.explanation(segmenter: segmenter).page
    #expect(try ExplainedRuns.explanation(segmenter: segmenter).page == first)
  }
}
