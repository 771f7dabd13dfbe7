import Imaging

/// The label map, a 16-bit grey PNG of the masks' size.
///
/// A pixel is 0 where no mask covers it, else the id of the smallest one that does, plus 1.
enum LabelsFormat {
  static func png(_ plane: LabelPlane, ids: [Int]) -> [UInt8] {
    // Without a prompt the ids are the places, and the plane is the picture already.
    if ids.elementsEqual(0..<ids.count) {
      return PNG.encode(plane.values, width: plane.width, height: plane.height)
    }
    let table = [0] + ids.map { UInt16(clamping: $0 + 1) }
    return PNG.encode(
      plane.values.map { table[Int($0)] }, width: plane.width, height: plane.height)
  }
}
