import FastSAM
import Imaging

extension Chapter {
  /// The picture and how it is fitted into the network's input.
  static func letterbox(_ run: Run) -> Chapter {
    let box = run.letterbox
    let (gainX, gainY) = (
      Double(box.contentWidth) / Double(box.imageWidth),
      Double(box.contentHeight) / Double(box.imageHeight)
    )
    let padding = [
      ("left", box.left), ("top", box.top), ("right", box.right), ("bottom", box.bottom),
    ]
    let padded = padding.contains { $0.1 > 0 }
    let picture = Stage(run.image, side: Run.half).image
    let input = Stage(run.input, side: Run.half).image
    let body =
      Markup.p(
        "The picture is scaled by one factor, so that it keeps its proportions, and what its sides "
          + "lack to multiples of 32 is filled with grey \(Letterbox.padding): 32 is the stride of "
          + "the coarsest map. A byte becomes a number from 0 to 1; red, green and blue are the "
          + "three channels.")
      + Markup.row([
        Markup.figure(
          Markup.img(picture, alt: "The picture \(run.file)"),
          caption: "<b>a</b> The picture, \(box.imageWidth)×\(box.imageHeight) pixels."),
        Markup.figure(
          Markup.img(
            input, alt: "The picture scaled" + (padded ? ", with grey stripes at its sides" : "")),
          caption: "<b>b</b> The network’s input, \(box.width)×\(box.height)"
            + (padded ? ", padding in grey." : "; this picture needs no padding.")),
      ])
      + Markup.facts([
        ("picture", "\(box.imageWidth)×\(box.imageHeight) pixels, width × height"),
        (
          "scaled to",
          "\(box.contentWidth)×\(box.contentHeight), by \(decimal(gainX, 4)) across and "
            + "\(decimal(gainY, 4)) down: sides are rounded to whole pixels"
        ),
        ("padding", padding.map { "\($0.0) \($0.1)" }.joined(separator: ", ")),
        ("input", "\(box.width)×\(box.height)"),
      ])
      + Markup.p("A point (<i>x</i>, <i>y</i>) of the picture lies in the input at")
      + Markup.equation(
        "<i>x</i>′ = \(decimal(gainX, 4)) <i>x</i> + \(box.left), &#160;&#160; "
          + "<i>y</i>′ = \(decimal(gainY, 4)) <i>y</i> + \(box.top)")
      + Markup.p(
        "and boxes and masks go back the other way"
          + (run.options.profile == .official
            ? ", by the rules of <code>official</code> with one unrounded factor for both axes."
            : "."))
    return Chapter(
      title: "The picture and its letterbox", result: "1×3×\(box.height)×\(box.width)",
      sources: ["Imaging/Letterbox.swift", "Imaging/Letterbox+Rendering.swift"], body: body,
      files: [FigureFile("letterbox", Stage(run.input, side: Run.wide).image)])
  }
}
