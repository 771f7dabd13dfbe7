import ArgumentParser
import FastSAM
import JSON

/// `fastsam prompt`: one picture, segmented once, and any number of questions about it.
struct PromptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt",
    abstract: "Segment one picture once, then answer prompts from standard input.",
    discussion: """
      Each line of standard input is a JSON object, and each gets one line on standard output. All \
      of its fields may be missing; {} chooses everything:

        "points": [[x, y], [x, y, label]]    "boxes": [[x1, y1, x2, y2]]    "texts": ["words"]
        "text_threshold": cosine    "wider": true    "rank": true
        "smooth": true    "min_area": n    "fill_holes": n    "remove_islands": n
        "merge": true    "each": true    "masks": true

      The answer is {"instances": [{"id", "class", "label", "score", "box"}, …]}, as in the result \
      document; with "masks" each also has its "area" and "segmentation" (COCO run lengths). A line \
      that makes no sense is answered {"error": "why"}, and the next one is read.
      """)

  @Argument(help: "A picture (JPEG, PNG).")
  var image: String

  @OptionGroup var network: NetworkOptions
  @OptionGroup var detection: DetectionOptions
  @OptionGroup var clip: CLIPOptions

  @Flag(help: "Say nothing on standard error but errors.")
  var quiet = false

  func run() throws {
    try reportingFailures {
      let picture = try Image(contentsOf: image)
      let segmenter = try network.segmenter()
      let scene = segmenter.segment(
        picture, size: network.size?.size, options: detection.options(for: segmenter))
      let session = PromptSession(scene, of: picture, on: segmenter.pool)
      if !quiet { standardError("\(image): \(scene.instances.count) instances, ready for prompts") }
      var model: CLIPModel?
      while let line = readLine() {
        var answer: [UInt8]
        do {
          let request = try PromptRequest(line)
          if model == nil, !request.prompts.texts.isEmpty { model = try clip.model() }
          answer = try request.answer(from: session, segmenter: segmenter, clip: model)
        } catch {
          var json = JSONText()
          json.raw("{\"error\": ")
          json.string(Failure(error).line)
          json.raw("}")
          answer = json.bytes
        }
        answer.append(UInt8(ascii: "\n"))
        try standardOutput(answer)
      }
    }
  }
}
