import Foundation
import Imaging
import Regions
import Segmentation
import Synchronization
import Testing

@testable import Outputs

struct ReportTests {
  private func report(_ folder: String, _ formats: [OutputFormat]) throws -> Report {
    try Report(
      formats: formats, image: Samples.image, facts: Samples.facts, frame: Samples.frame,
      directory: folder, stem: "dogs")
  }

  @Test func everythingAppearsAtTheEnd() throws {
    try Samples.withFolder { folder in
      let inner = folder + "/new/results"
      var report = try report(inner, OutputFormat.allCases.reversed())
      try report.add(Samples.instances)
      #expect(try Samples.names(in: inner).allSatisfy { $0.hasPrefix(".") })
      let paths = try report.finish()
      let names = [
        "dogs.coco.json", "dogs.cutouts", "dogs.json.json", "dogs.labelme.json",
        "dogs.labels.png", "dogs.masks", "dogs.overlay.jpg", "dogs.sam.json", "dogs.svg.svg",
        "dogs.yolo.txt",
      ]
      #expect(try Samples.names(in: inner) == names)
      #expect(paths.sorted() == names.map { "\(inner)/\($0)" })
      #expect(
        try Samples.names(in: inner + "/dogs.masks") == [
          "0.png", "1.png", "2.png", "metadata.csv",
        ])
      #expect(try Samples.names(in: inner + "/dogs.cutouts") == ["0.png", "1.png", "2.png"])
      #expect(
        try Samples.text(inner + "/dogs.masks/metadata.csv").split(separator: "\n")[2]
          == "1,12,5,5,3,2,7,6,0.5,0.96,0,0,12,9")
    }
  }

  @Test func masksAndCutoutsAreThePixels() throws {
    try Samples.withFolder { folder in
      var report = try report(folder, [.masks, .cutouts])
      try report.add(Samples.instances)
      _ = try report.finish()
      for instance in Samples.instances {
        let mask = instance.mask()
        let read = try Image(contentsOf: "\(folder)/dogs.masks/\(instance.id).png")
        #expect(read.width == 12 && read.height == 9)
        for y in 0..<9 {
          for x in 0..<12 { #expect(read.pixels[(y * 12 + x) * 3] == (mask[x, y] ? 255 : 0)) }
        }
      }
      let mask = Samples.instances[0].mask()
      let cut = try Image(contentsOf: "\(folder)/dogs.cutouts/0.png")
      #expect(cut.width == 6 && cut.height == 6)
      for y in 0..<6 {
        for x in 0..<6 {
          let expected = mask[x + 1, y + 1] ? Samples.image.pixels[((y + 1) * 12 + x + 1) * 3] : 0
          #expect(cut.pixels[(y * 6 + x) * 3] == expected)
        }
      }
    }
  }

  /// The order in which masks become ready, and how many at once, changes nothing.
  @Test func concurrentWorkGivesTheSameBytes() throws {
    try Samples.withFolder { folder in
      let many = (0..<40).map { i in
        Samples.instance(i, Samples.rectangle(i % 9, i % 5, 3, 1 + i % 4), score: 1 / Float(i + 1))
      }
      let texts: [OutputFormat] = [.json, .coco, .sam, .yolo, .labelme, .svg, .labels, .overlay]
      var one = try report(folder + "/one", texts)
      try one.add(many)
      var other = try report(folder + "/other", texts)
      try other.add(many) { tasks, body in
        withoutActuallyEscaping(body) { body in
          nonisolated(unsafe) let body = body
          DispatchQueue.concurrentPerform(iterations: tasks) { body(tasks - 1 - $0) }
        }
      }
      for (a, b) in zip(try one.finish(), try other.finish()) {
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: a)) == Data(contentsOf: URL(fileURLWithPath: b))
        )
      }
    }
  }

  @Test func documentInMemoryIsTheFile() throws {
    try Samples.withFolder { folder in
      var report = try report(folder, [.json])
      try report.add(Samples.instances)
      _ = try report.finish()
      let document = report.resultDocument()
      #expect(
        try Samples.text(folder + "/dogs.json.json") == String(decoding: document, as: UTF8.self))
      // And without any file.
      var kept = try Report(
        formats: [], image: Samples.image, facts: Samples.facts, frame: Samples.frame,
        directory: folder + "/unused", stem: "dogs", keepsDocument: true)
      try kept.add(Samples.instances)
      #expect(try kept.finish() == [])
      #expect(kept.resultDocument() == document)
      #expect(try Samples.names(in: folder) == ["dogs.json.json"])
    }
  }

  @Test func allFormatsAndTheKeptDocumentShareOneMask() throws {
    try Samples.withFolder { folder in
      let made = Atomic(0)
      let instance = Samples.instances[0]
      let counted = Instance(
        id: 0, classIndex: 0, score: 0.5, members: nil, box: instance.box,
        makeMask: {
          made.add(1, ordering: .relaxed)
          return instance.mask()
        }, measureStability: { 1 })
      var report = try Report(
        formats: OutputFormat.allCases, image: Samples.image, facts: Samples.facts,
        frame: Samples.frame, directory: folder, stem: "dogs", keepsDocument: true)
      try report.add([counted])
      _ = try report.finish()
      _ = report.resultDocument()
      #expect(made.load(ordering: .relaxed) == 1)
    }
  }

  @Test func nothingFoundIsAResult() throws {
    try Samples.withFolder { folder in
      var report = try report(folder, OutputFormat.allCases)
      for path in try report.finish() { #expect(FileManager.default.fileExists(atPath: path)) }
      #expect(try Samples.names(in: folder + "/dogs.masks") == ["metadata.csv"])
      #expect(try Samples.text(folder + "/dogs.yolo.txt") == "")
      #expect(try Samples.text(folder + "/dogs.sam.json") == "[]\n")
    }
  }

  @Test func secondRunReplacesTheFirst() throws {
    try Samples.withFolder { folder in
      for count in [3, 1] {
        var report = try report(folder, [.masks, .json])
        try report.add(Array(Samples.instances.prefix(count)))
        _ = try report.finish()
      }
      #expect(try Samples.names(in: folder) == ["dogs.json.json", "dogs.masks"])
      #expect(try Samples.names(in: folder + "/dogs.masks") == ["0.png", "metadata.csv"])
    }
  }

  @Test func abandonedReportLeavesNothing() throws {
    try Samples.withFolder { folder in
      do {
        var report = try report(folder, OutputFormat.allCases)
        try report.add(Samples.instances)
      }
      #expect(try Samples.names(in: folder) == [])
    }
  }

  @Test func foreignFilesAreNotTouched() throws {
    try Samples.withFolder { folder in
      let foreign = folder + "/dogs.masks/thesis.txt"
      try FileManager.default.createDirectory(
        atPath: folder + "/dogs.masks", withIntermediateDirectories: false)
      try Data("mine".utf8).write(to: URL(fileURLWithPath: foreign))
      #expect(
        throws: FileError.unwritable(
          path: folder + "/dogs.masks", reason: "the folder holds thesis.txt, which is not ours")
      ) { try report(folder, [.masks]) }
      #expect(try Samples.text(foreign) == "mine")
      #expect(try Samples.names(in: folder) == ["dogs.masks"])
    }
  }

  @Test func fileInTheWayOfTheFolder() throws {
    try Samples.withFolder { folder in
      let file = folder + "/file"
      try Data().write(to: URL(fileURLWithPath: file))
      for path in [file, file + "/below"] {
        #expect(throws: FileError.unwritable(path: path, reason: "Not a directory")) {
          try report(path, [.json])
        }
      }
    }
  }
}
