import FastSAM
import Imaging
import Segmentation

extension Chapter {
  /// The boxes before and after suppression.
  static func boxes(_ run: Run) -> Chapter {
    let record = run.record.segmentation
    let kept = record.kept, shown = record.candidates.prefix(3000)
    var before = Stage(run.input, side: Run.pair)
    before.image = before.image.faded(0.35)
    var after = before
    for candidate in shown.reversed() {
      before.image.drawBox(
        before.place(candidate.box), ColourMap.amount[candidate.score], thickness: 1)
    }
    for candidate in kept.reversed() {
      let id = run.scene.anchors.firstIndex(of: candidate.anchor)
      after.image.drawBox(
        after.place(candidate.box), id.map(Colour.distinct) ?? .black,
        thickness: id == nil ? 1 : 2)
    }
    let unseen = record.found - record.candidates.count
    let dropped = record.candidates.count - kept.count
    let empty = kept.count - run.scene.instances.count
    var body = Markup.p(
      "Neighbouring cells find the same object. Non-maximum suppression goes through the boxes from "
        + "the best score down and keeps each one that overlaps no box kept before by more than "
        + "IoU \(threshold(run.options.iou)), the area that two boxes share over the area that "
        + "they cover together"
        + (run.architecture.classes == 1
          ? "." : "; boxes of different classes do not suppress each other."))
    body += Markup.row([
      Markup.figure(
        Markup.img(before.image, alt: "All boxes above the confidence, on the picture"),
        caption: "<b>Before</b>: \(counted(shown.count, "box", "boxes")), "
          + Markup.scale(.amount, "score 0", "1") + "."),
      Markup.figure(
        Markup.img(after.image, alt: "The boxes that were kept, on the picture"),
        caption: "<b>After</b>: \(counted(kept.count, "box", "boxes")), in the colours of their "
          + "masks" + (empty > 0 ? "; black where the mask turned out empty." : ".")),
    ])
    var rows = [
      ("cells above \(threshold(run.options.confidence))", grouped(record.found)),
      ("suppressed by a better one", grouped(dropped)), ("kept", grouped(kept.count)),
    ]
    if unseen > 0 { rows.append(("not looked at: enough were kept", grouped(unseen))) }
    if empty > 0 { rows.append(("kept, but their mask is empty", grouped(empty))) }
    rows.append(("objects", grouped(run.scene.instances.count)))
    body += Markup.facts(rows)
    if let object = run.chosen {
      body += "<h3>What the chosen box suppressed</h3>\n" + suppressions(of: object, run)
    }
    return Chapter(
      title: "Boxes, before and after", result: counted(kept.count, "box", "boxes"),
      sources: ["Segmentation/NonMaximumSuppression.swift", "Segmentation/Detection.swift"],
      body: body,
      files: [
        FigureFile("boxes-before", before.image), FigureFile("boxes-after", after.image),
      ])
  }

  private static func suppressions(of object: ChosenObject, _ run: Run) -> String {
    let all = run.record.segmentation.suppressed(by: object.candidate.anchor)
    let box = "The box of object \(object.id), score \(decimal(object.candidate.score, 3)), "
    guard !all.isEmpty else { return Markup.p(box + "suppressed no other: no cell repeats it.") }
    var stage = Stage(
      run.input, part: surroundings(of: object.candidate.box, in: run.input),
      side: Run.half * 3 / 4)
    for candidate in all.reversed() {
      stage.image.drawBox(stage.place(candidate.box), .white, thickness: 1)
    }
    stage.image.drawBox(
      stage.place(object.candidate.box), Colour.distinct(object.id), thickness: 3)
    let lines = all.prefix(8).map { candidate in
      "<tr><td>\(decimal(candidate.score, 3))</td>"
        + "<td>\(decimal(candidate.suppressor?.iou ?? 0, 3))</td></tr>"
    }
    let table =
      "<table class=\"numbers\"><thead><tr><th scope=\"col\">score</th>"
      + "<th scope=\"col\">IoU</th></tr></thead><tbody>\(lines.joined())</tbody></table>\n"
    return Markup.p(box + "suppressed \(counted(all.count, "other", "others")).")
      + Markup.row(
        [
          Markup.figure(
            Markup.img(stage.image, alt: "The kept box in colour, suppressed ones in white"),
            caption: "Kept in colour, suppressed in white."),
          "<div>\(table)"
            + (all.count > 8 ? "<p class=\"note\">The best 8 of \(all.count).</p>" : "")
            + "</div>\n",
        ], class: "pair beside")
  }
}
