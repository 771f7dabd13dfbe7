import Imaging
import Regions

extension Scene {
  /// The instances that the prompts choose, in score order; `official` gives one merged mask for
  /// points.
  ///
  /// - `ultralytics`: what any kind chooses. Points: what contains a wanted point (or everything
  ///   where none is wanted) and no unwanted one. Boxes: for each, the mask with the best IoU with
  ///   the filled rectangle.
  /// - `official`: one kind at a time. Points: masks that contain a point are painted, the largest
  ///   first: a wanted point adds the mask, an unwanted one erases it. Boxes: as above.
  ///
  /// A point costs a few dot products an instance and builds no mask (`official` builds those that
  /// it paints); a box builds the masks that overlap it and keeps them for the next prompt.
  ///
  /// - Parameter texts: for each text the ids that it chose, see `matches`.
  /// - Throws: `PromptError` for a prompt that makes no sense in this picture. Prompts that hit
  ///   nothing give an empty array.
  public func select(
    points: [PointPrompt] = [], boxes: [BoxPrompt] = [], texts: [[Int]] = []
  ) throws(PromptError) -> [Instance] {
    let rectangles = try checked(points, boxes, hasTexts: !texts.isEmpty)
    if instances.isEmpty { return [] }
    if profile == .official && !points.isEmpty { return painted(by: points) }
    var chosen = Set(texts.joined())
    if !points.isEmpty { chosen.formUnion(containing(points)) }
    for rectangle in rectangles { chosen.insert(bestMatch(rectangle)) }
    return chosen.sorted().map { instances[$0] }
  }

  /// Throws what `select` would throw, without the work.
  public func check(
    points: [PointPrompt] = [], boxes: [BoxPrompt] = [], hasTexts: Bool = false
  ) throws(PromptError) {
    _ = try checked(points, boxes, hasTexts: hasTexts)
  }

  /// The boxes in the pixels of masks, once all prompts are found to make sense.
  private func checked(
    _ points: [PointPrompt], _ boxes: [BoxPrompt], hasTexts: Bool
  ) throws(PromptError) -> [PixelRectangle] {
    for point in points { try point.validate(width: imageWidth, height: imageHeight) }
    for box in boxes { try box.validate(width: imageWidth, height: imageHeight) }
    let kinds = [!points.isEmpty, !boxes.isEmpty, hasTexts].filter(\.self).count
    if profile == .official && kinds > 1 { throw .severalKinds(profile) }
    return try rectangles(boxes)
  }

  /// The instances that the prompts choose together: `select(.point(x: 350, y: 300))`.
  ///
  /// - Throws: `PromptError` for a prompt that makes no sense in this picture.
  public func select(_ prompts: Prompt...) throws(PromptError) -> [Instance] {
    var points: [PointPrompt] = [], boxes: [BoxPrompt] = []
    for prompt in prompts {
      switch prompt {
      case .point(let x, let y, let label): points.append(PointPrompt(x: x, y: y, label: label))
      case .box(let x1, let y1, let x2, let y2):
        boxes.append(BoxPrompt(x1: x1, y1: y1, x2: x2, y2: y2))
      }
    }
    return try select(points: points, boxes: boxes)
  }

  /// The ids of what contains a wanted point, or of everything where none is wanted, less those of
  /// what contains an unwanted one.
  private func containing(_ points: [PointPrompt]) -> [Int] {
    let pixels = points.map { point in
      (
        x: min(Int(point.x), imageWidth - 1), y: min(Int(point.y), imageHeight - 1),
        isWanted: point.label == 1
      )
    }
    let wanted = pixels.filter(\.isWanted), unwanted = pixels.filter { !$0.isWanted }
    return seeds.indices.filter { id in
      (wanted.isEmpty || wanted.contains { imageMaskContains(id, x: $0.x, y: $0.y) })
        && !unwanted.contains { imageMaskContains(id, x: $0.x, y: $0.y) }
    }
  }

  /// The id of the mask with the best IoU with a filled rectangle; the first on ties, also where
  /// none overlaps.
  ///
  /// No mask's IoU exceeds the share of the rectangle that its window covers, so most masks are
  /// never built.
  private func bestMatch(_ rectangle: PixelRectangle) -> Int {
    let size = rectangle.width * rectangle.height
    let bounds = seeds.indices.map { id in
      let shared = promptWindow(id).intersection(rectangle)
      return Float(max(shared.width, 0) * max(shared.height, 0)) / Float(size)
    }
    var best = 0, bestIoU: Float = 0
    let order = seeds.indices.sorted { (bounds[$0], $1) > (bounds[$1], $0) }
    for id in order where bounds[id] > 0 {
      // A margin for the rounding of bound and IoU.
      if bounds[id] * 1.00001 < bestIoU { break }
      let mask = promptMask(id)
      let inside = mask.area(in: rectangle)
      let iou = Float(inside) / Float(size + mask.area - inside)
      if iou > bestIoU || (iou == bestIoU && id < best) {
        bestIoU = iou
        best = id
      }
    }
    return best
  }

  /// `official`: one mask, painted from the largest to the smallest of those that contain a point;
  /// nothing where no pixel stays painted.
  private func painted(by points: [PointPrompt]) -> [Instance] {
    let pixels = points.map { point in
      (
        x: min(Int(point.x * Double(maskWidth) / Double(imageWidth)), maskWidth - 1),
        y: min(Int(point.y * Double(maskHeight) / Double(imageHeight)), maskHeight - 1),
        isWanted: point.label == 1
      )
    }
    let hits = seeds.indices.compactMap { id in
      let labels = pixels.filter { field.contains(seeds[id], x: $0.x, y: $0.y) }.map(\.isWanted)
      return labels.isEmpty ? nil : (id: id, labels: labels, mask: promptMask(id))
    }.map { (id: $0.id, labels: $0.labels, mask: $0.mask, area: $0.mask.area) }
    var canvas = Mask(width: maskWidth, height: maskHeight)
    var members: Set<Int> = []
    for hit in hits.sorted(by: { ($0.area, $1.id) > ($1.area, $0.id) }) {
      for isWanted in hit.labels {
        if isWanted {
          canvas.formUnion(hit.mask)
          members.insert(hit.id)
        } else {
          canvas.subtract(hit.mask)
        }
      }
    }
    return [merged(canvas, members: members.sorted())].compactMap(\.self)
  }
}
