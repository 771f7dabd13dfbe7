import Evaluation
import Foundation
import TestSupport
import Testing

/// Files that people and programs write, sound and not.
@Suite struct FileTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private static let picture = #"{"id": 7, "file_name": "a/dog.one.jpg", "width": 4, "height": 3}"#
  private static let annotation =
    #"{"id": 1, "image_id": 7, "category_id": 2, "bbox": [0, 0, 2, 2], "area": 4"#
    + #", "x": [{"y": null}]"#

  private func dataset(_ images: String, _ annotations: String) throws -> Dataset {
    try Dataset(
      annotations: folder.write(
        #"{"info": {"a": [1, {"b": "c"}]}, "annotations": [\#(annotations)], "#
          + #""images": [\#(images)]}"#,
        to: "truth.json"))
  }

  @Test func readsWhatMatters() throws {
    let dataset = try dataset(Self.picture, Self.annotation + "}")
    let picture = try #require(dataset.pictures.first)
    #expect(picture.id == 7 && picture.width == 4 && picture.height == 3)
    #expect(picture.stem == "dog.one")
    let annotation = try #require(picture.annotations.first)
    #expect(annotation.box == Rectangle(x: 0, y: 0, width: 2, height: 2))
    #expect(annotation.area == 4 && annotation.category == 2 && !annotation.isCrowd)
    #expect(!dataset.hasMasks && dataset.categories.isEmpty)
  }

  @Test(arguments: [
    (picture, annotation, "expected"),
    (picture, annotation + "},", "expected"),
    (
      picture, #"{"id": 1, "image_id": 7, "category_id": 1, "bbox": [0, 0, 2, 2]}"#,
      "area is missing"
    ),
    (
      picture, annotation.replacingOccurrences(of: "2, 2]", with: "2]") + "}",
      "x, y, width, height"
    ),
    (picture, annotation.replacingOccurrences(of: "4", with: "1e999") + "}", "finite"),
    (picture, annotation.replacingOccurrences(of: "7", with: "8") + "}", "there is no image 8"),
    (picture, annotation + "}, " + annotation + "}", "two annotations have the id 1"),
    (picture + ", " + picture, annotation + "}", "two images have the id 7"),
    (picture, annotation + #", "iscrowd": 2}"#, "0 or 1"),
    (picture, annotation + #", "segmentation": {"counts": "0"}}"#, "without its size"),
    (picture, annotation + #", "segmentation": {"size": [3, 4]}}"#, "without counts"),
    (picture, annotation + #", "segmentation": 5}"#, "expected {"),
    (
      picture, annotation + #", "deep": \#(String(repeating: "[", count: 100_000))}"#,
      "too deeply"
    ),
    (
      #"{"id": 7, "file_name": "a", "width": 70000, "height": 70000}"#, annotation + "}",
      "not possible"
    ),
  ])
  func faultsAreNamed(_ images: String, _ annotations: String, _ words: String) throws {
    let error = #expect(throws: EvaluationError.self) { try dataset(images, annotations) }
    let line = error?.description ?? ""
    #expect(
      line.contains("truth.json: ") && line.contains(words) && !line.contains("\n"), "\(line)")
  }

  /// The short way through a decimal rounds as the long one does.
  @Test func numbersAreReadToTheBit() throws {
    var random = SeededGenerator(seed: 11)
    var texts = ["0", "-0.0", "0.1", "1e3", "123456789012345678", "0.30000000000000004"]
    for _ in 0..<500 {
      let digits = String(Int.random(in: 0..<1_000_000_000_000_000, using: &random))
      let point = Int.random(in: 1...digits.count, using: &random)
      texts.append(digits.prefix(point) + "." + digits.dropFirst(point) + "0")
    }
    for text in texts {
      let annotation = Self.annotation.replacingOccurrences(of: ": 4", with: ": \(text)")
      let area = try? dataset(Self.picture, annotation + "}").pictures[0].annotations[0].area
      #expect(area == Double(text), "\(text)")
    }
  }

  @Test func missingFilesAreMissing() {
    let error = #expect(throws: EvaluationError.self) { try Dataset(annotations: "none.json") }
    #expect(error == .unreadable(.missing(path: "none.json")))
  }

  /// Masks are decoded when they are needed; what is wrong with them is said then.
  @Test(arguments: [
    (#"{"size": [4, 3], "counts": [12]}"#, "3×4 in a picture of 4×3"),
    (#"{"size": [3, 4], "counts": [13]}"#, "12 pixels"),
    (#"{"size": [3, 4], "counts": "~"}"#, "byte 126"),
    ("[[1, 1, 2, 2]]", "three corners"),
    ("[[1, 1, 2, 2, 1e9, 3]]", "far outside"),
    ("[]", "there is no segmentation"),
  ])
  func masksAreChecked(_ segmentation: String, _ words: String) throws {
    let dataset = try dataset(
      Self.picture, Self.annotation + #", "segmentation": \#(segmentation)}"#)
    let error = #expect(throws: EvaluationError.self) {
      try PictureJudgement(
        [], for: dataset.pictures[0], in: dataset, by: .masks, byCategory: false, source: "")
    }
    let line = error?.description ?? ""
    #expect(line.contains("annotation 1 of a/dog.one.jpg: ") && line.contains(words), "\(line)")
  }

  @Test func resultsFindTheirPictures() throws {
    let dataset = try Dataset(
      annotations: folder.write(
        #"{"annotations": [], "images": [\#(Self.picture), "#
          + #"{"id": 9, "file_name": "7.png", "width": 1, "height": 1}, "#
          + #"{"id": 30, "file_name": "0012.png", "width": 1, "height": 1}]}"#, to: "truth.json"))
    func scores(_ keys: String...) throws -> [[Double]] {
      let results = keys.enumerated().map { index, key in
        #"{"image_id": \#(key), "score": \#(index), "bbox": [0, 0, 1, 1]}"#
      }
      let file = try DetectionFile(
        path: folder.write("[\(results.joined(separator: ", "))]", to: "results.json"))
      return try file.proposals(for: dataset).map { $0.map(\.score) }
    }
    // An id goes before a name that reads like one; a name that is a number came as one.
    #expect(try scores("7", "\"7\"", "12", "9") == [[0], [3, 1], [2]])
    #expect(try scores("\"dog.one\"", "30", "30") == [[0], [], [1, 2]])
    let error = #expect(throws: EvaluationError.self) { try scores("8") }
    #expect(error?.description.contains("image_id 8 is not in") == true)
  }

  @Test func damageIsNeverFatal() throws {
    let golden = try #require(GoldenProposals.document.cases.first)
    var random = SeededGenerator(seed: 3)
    for sound in [Data(golden.truth.utf8), Data(golden.results.utf8)] {
      for _ in 0..<60 {
        var damaged = sound
        for _ in 0..<3 {
          damaged[Int.random(in: 0..<damaged.count, using: &random)] =
            Array("{}[],:\"-.09e ~".utf8).randomElement(using: &random) ?? 0
        }
        let path = try folder.write(damaged, to: "damaged.json")
        _ = try? Dataset(annotations: path)
        _ = try? DetectionFile(path: path)
      }
    }
  }
}
