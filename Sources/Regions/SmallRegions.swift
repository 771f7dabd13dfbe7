/// Cleaning a mask of specks, as SAM's automatic mask generator does with `min_mask_region_area`.
extension Mask {
  /// Without the 8-connected parts of fewer than `area` pixels; if all are that small, the largest
  /// alone stays (the first of equals).
  public func removingIslands(smallerThan area: Int) -> Mask {
    let parts = ConnectedComponents(of: self, connectivity: .eight)
    guard parts.components.contains(where: { $0.area < area }) else { return self }
    guard parts.components.contains(where: { $0.area >= area }) else {
      return parts.largest.map(parts.mask(of:)) ?? self
    }
    return parts.mask { parts.components[$0].area >= area }
  }

  /// With the 8-connected parts of its outside filled that have fewer than `area` pixels.
  ///
  /// SAM's rule: a part of the outside counts whether it is enclosed or lies at the picture's
  /// border.
  public func fillingHoles(smallerThan area: Int) -> Mask {
    let holes = ConnectedComponents(outside: self, connectivity: .eight)
    guard holes.components.contains(where: { $0.area < area }) else { return self }
    return union(holes.mask { holes.components[$0].area < area })
  }

  /// With everything filled that it encloses: what is outside and cannot be left towards the
  /// picture's border by steps of `connectivity` without crossing the mask.
  ///
  /// With `.four` (the default, which goes with 8-connected objects) this is SciPy's
  /// `binary_fill_holes`.
  public func fillingHoles(connectivity: Connectivity = .four) -> Mask {
    let holes = ConnectedComponents(outside: self, connectivity: connectivity)
    return union(
      holes.mask { index in
        let box = holes.components[index].box
        return box.x > 0 && box.y > 0 && box.endX < width && box.endY < height
      })
  }
}
