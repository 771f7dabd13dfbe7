import Foundation
import Imaging
import JSON
import Regions
import Segmentation
import Testing

@testable import Outputs

struct DocumentTests {
  private func text(
    _ format: any DocumentFormat, _ instances: [Instance], facts: ReportFacts = Samples.facts,
    timings: StageTimings? = nil
  ) -> String {
    var document = Document(format, facts)
    for instance in instances {
      let segment = Segment(instance, instance.mask(), needs: [.runLengths, .polygons, .stability])
      document.add(format.entry(segment, facts), area: segment.area)
    }
    return String(decoding: document.finished(timings), as: UTF8.self)
  }

  @Test func resultDocument() {
    #expect(
      text(JSONFormat(), Array(Samples.instances[1...])) == """
        {"schema": "fastsam.result/1",
         "image": {"file": "dogs.jpg", "width": 12, "height": 9},
         "model": {"name": "FastSAM-s", "parameters": 11790483, "size": [32, 64]},
         "profile": "ultralytics",
         "instances": [
           {"id": 1, "class": 0, "label": "object", "score": 0.5, "box": [5.0, 5.0, 9.0, 8.0], "area": 12,
            "segmentation": {"size": [9, 12], "counts": "b13600000f0"}},
           {"id": 2, "class": 0, "label": "object", "score": 0.25, "box": [11.0, 0.0, 12.0, 1.0], "area": 1,
            "segmentation": {"size": [9, 12], "counts": "S318"}}]}

        """)
  }

  @Test func mergedMaskHasMembersAndNoScore() {
    let merged = Samples.instance(0, Samples.rectangle(0, 0, 2, 2), score: nil, members: [3, 1])
    let found = text(JSONFormat(), [merged])
    #expect(found.contains("\"score\": null, \"members\": [3, 1], \"box\": [0.0, 0.0, 2.0, 2.0]"))
  }

  @Test func documentWithoutInstancesAndWithTimings() throws {
    var timings = StageTimings()
    timings.network = 0.1
    timings.total = 0.30000000000000004
    let found = text(JSONFormat(), [], timings: timings)
    #expect(
      found.hasSuffix(
        """
         "instances": [
        ],
         "timings": {"decode": 0.0, "letterbox": 0.0, "network": 0.1, "boxes": 0.0, "masks": 0.0, \
        "total": 0.30000000000000004}}

        """))
    #expect(try JSONSerialization.jsonObject(with: Data(found.utf8)) is [String: Any])
  }

  /// Whatever a file or class is called, the documents stay JSON and say it again.
  @Test(arguments: ["a\"b\\c", "tab\tnew\nline\u{1}\u{1f}", "größe 犬 🐕", "/slash</script>"])
  func stringsAreEscaped(_ name: String) throws {
    var facts = Samples.facts
    facts.picture.file = name
    facts.model.classNames = [name]
    for format in [JSONFormat(), COCOFormat(), SAMFormat(), LabelMeFormat(frame: Samples.frame)]
      as [any DocumentFormat]
    {
      let data = Data(text(format, Samples.instances, facts: facts).utf8)
      #expect(try JSONSerialization.jsonObject(with: data) is NSObject)
      if format is JSONFormat {
        let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        #expect((document?["image"] as? [String: Any])?["file"] as? String == name)
      }
    }
  }

  @Test(arguments: [
    (Float(0.1), "0.1"), (0.9412871, "0.9412871"), (560.9, "560.9"), (1e-7, "1e-07"),
    (.infinity, "null"), (.nan, "null"),
  ])
  func numbersAreTheShortest(_ value: Float, _ expected: String) {
    var json = JSONText()
    json.number(value)
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }

  @Test func cocoResults() {
    var facts = Samples.facts
    #expect(
      text(COCOFormat(), [Samples.instances[1]], facts: facts) == """
        [{"image_id": "dogs", "category_id": 1, "bbox": [5.0, 5.0, 4.0, 3.0], "area": 12, \
        "score": 0.5, "segmentation": {"size": [9, 12], "counts": "b13600000f0"}}]

        """)
    for (file, id) in [
      ("000042.jpg", "42"), ("12a.jpg", "\"12a\""),
      ("99999999999999999999.jpg", "\"99999999999999999999\""),
    ] {
      facts.picture.file = file
      #expect(
        text(COCOFormat(), [Samples.instances[1]], facts: facts).hasPrefix("[{\"image_id\": \(id),")
      )
    }
    #expect(text(COCOFormat(), []) == "[]\n")
  }

  @Test func samRecords() {
    #expect(
      text(SAMFormat(), [Samples.instances[1]]) == """
        [{"segmentation": {"size": [9, 12], "counts": "b13600000f0"}, "area": 12, \
        "bbox": [5, 5, 3, 2], "predicted_iou": 0.5, "point_coords": [[7, 6]], \
        "stability_score": 0.96, "crop_box": [0, 0, 12, 9]}]

        """)
  }

  @Test func samPointLiesInTheMask() {
    // A frame misses its own centroid; a diagonal of dots misses the cross through it.
    var dots = Mask(width: 12, height: 9)
    for i in [0, 1, 2, 6, 7, 8] { dots[i, i == 2 || i == 6 ? i - 1 : i] = true }
    for mask in [Samples.instances[0].mask(), dots] {
      let segment = Segment(Samples.instance(0, mask), mask, needs: [])
      let point = SAMFormat.point(segment)
      #expect(mask[point.x, point.y])
    }
  }

  /// Larger shapes come first and so lie below; a hole is a ring of the same path.
  @Test func svgShapes() throws {
    var facts = Samples.facts
    facts.picture.file = "<&\">.jpg"
    let found = text(SVGFormat(frame: Samples.frame), Samples.instances.reversed(), facts: facts)
    #expect(found.contains("<image href=\"&lt;&amp;&quot;&gt;.jpg\" width=\"12\" height=\"9\"/>"))
    let paths = found.split(separator: "\n").filter { $0.hasPrefix("<path") }
    #expect(
      paths.map { $0.prefix(21) } == (0..<3).map { "<path id=\"instance-\($0)\"" })
    #expect(
      paths[0].contains(
        " d=\"M1 1L1 6 6 6 6 1ZM2 3L3 2 4 2 5 3 5 4 4 5 3 5 2 4Z\"><title>object 0.94"))
    #expect(paths[2].contains(" d=\"M11 0Z\">"))
  }

  @Test func labelMeShapes() throws {
    let found = text(LabelMeFormat(frame: Samples.frame), Samples.instances)
    let document = try JSONSerialization.jsonObject(with: Data(found.utf8)) as? [String: Any]
    let shapes = document?["shapes"] as? [[String: Any]] ?? []
    #expect(document?["imageData"] is NSNull)
    #expect(document?["imageHeight"] as? Int == 9 && document?["imageWidth"] as? Int == 12)
    #expect(shapes.map { $0["label"] as? String } == ["object", "hole", "object", "object"])
    #expect(shapes.map { $0["group_id"] as? Int } == [0, 0, 1, 2])
    #expect(
      shapes.map { $0["shape_type"] as? String } == ["polygon", "polygon", "polygon", "point"])
    #expect(shapes[0]["points"] as? [[Int]] == [[1, 1], [1, 6], [6, 6], [6, 1]])
    #expect(shapes[0]["description"] as? String == "score 0.9412871")
    #expect(shapes[3]["points"] as? [[Int]] == [[11, 0]])
  }
}
