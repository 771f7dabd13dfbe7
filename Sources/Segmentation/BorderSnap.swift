import Imaging

extension Box {
  /// The box as FastSAM reports it: sides within 20 pixels of the frame's border lie on it, and a
  /// box that then covers more than nine tenths of the frame (as IoU) is the frame.
  ///
  /// The profiles differ in the frame: `ultralytics` snaps in the picture, after the masks are
  /// made; `official` in the network's input, padding included, so that masks grow to the border.
  package func snapped(toBorderOf width: Float, _ height: Float) -> Box {
    let reach: Float = 20
    var box = self
    if box.x1 < reach { box.x1 = 0 }
    if box.y1 < reach { box.y1 = 0 }
    if box.x2 > width - reach { box.x2 = width }
    if box.y2 > height - reach { box.y2 = height }
    let frame = Box(x1: 0, y1: 0, x2: width, y2: height)
    let overlap =
      max(min(box.x2, width) - max(box.x1, 0), 0) * max(min(box.y2, height) - max(box.y1, 0), 0)
    let iou = overlap / (frame.area + box.area - overlap + 1e-7)
    return iou > 0.9 ? frame : box
  }
}
