import ArgumentParser
import FastSAM
import WeightStore

/// What chooses among the instances, and what becomes of the choice; without any of it, all instances
/// are wanted as they are.
struct PromptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A point in the picture's pixels; label 1 (wanted) or 0 (not wanted). Repeatable.",
      valueName: "x,y[,label]"))
  var point: [PointArgument] = []

  @Option(
    help: ArgumentHelp("A box in the picture's pixels. Repeatable.", valueName: "x1,y1,x2,y2"))
  var box: [BoxArgument] = []

  @Option(
    help: ArgumentHelp("Words for an object, which CLIP finds. Repeatable.", valueName: "words"))
  var text: [String] = []

  @Option(
    help: ArgumentHelp(
      "Choose everything whose cosine with a text exceeds this, and not its best match alone.",
      valueName: "cosine"))
  var textThreshold: Double?

  @Flag(help: "List the cosine of every instance with each text in the result document.")
  var rank = false

  @Flag(help: "Let a text choose the largest object that holds nine tenths of its match.")
  var wider = false

  @OptionGroup var clip: CLIPOptions

  @Flag(help: "Smooth the outlines of masks.")
  var smooth = false

  @Option(help: ArgumentHelp("Drop masks of fewer pixels.", valueName: "pixels"))
  var minArea: Int?

  @Option(
    defaultAsFlag: 100,
    help: ArgumentHelp("Fill holes of fewer pixels; 100 without a number.", valueName: "pixels"))
  var fillHoles: Int?

  @Option(
    defaultAsFlag: 100,
    help: ArgumentHelp(
      "Remove islands of fewer pixels; 100 without a number.", valueName: "pixels"))
  var removeIslands: Int?

  @Flag(help: "Make one mask of the whole choice.")
  var merge = false

  @Flag(help: "Make one mask for each prompt, numbered: points, then boxes, then texts.")
  var each = false

  func validate() throws {
    if let textThreshold, !(-1...1).contains(textThreshold) {
      throw ValidationError("--text-threshold \(textThreshold): must be a cosine, -1 to 1")
    }
    for (name, pixels) in [
      ("min-area", minArea), ("fill-holes", fillHoles), ("remove-islands", removeIslands),
    ] {
      if let pixels, pixels < 0 {
        throw ValidationError("--\(name) \(pixels): must not be negative")
      }
    }
    if text.isEmpty && (textThreshold != nil || rank || wider) {
      throw ValidationError("--text-threshold, --rank and --wider need a --text")
    }
    if merge && each { throw ValidationError("--merge and --each exclude each other") }
    if each && prompts.isEmpty { throw ValidationError("--each needs prompts") }
  }

  /// All of it, as the library takes it.
  var prompts: Prompts {
    var prompts = Prompts(
      points: point.map(\.point), boxes: box.map(\.box), texts: text,
      textThreshold: textThreshold.map { Float($0) })
    prompts.picksWider = wider
    prompts.keepsApart = each
    prompts.refinement = MaskRefinement(
      fillsHolesBelow: fillHoles ?? 0, removesIslandsBelow: removeIslands ?? 0, smooths: smooth,
      minimumArea: minArea ?? 0, merges: merge)
    return prompts
  }
}

/// Which CLIP compares texts with pictures.
struct CLIPOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "CLIP weights for texts: a file, or a name that `weights list` shows.",
      valueName: "file|name"))
  var clip = "clip-vit-b-32"

  /// The model, opened; its numbers are loaded when the first text comes.
  func model() throws -> CLIPModel { try CLIPModel(path: WeightStore().resolve(clip)) }
}
