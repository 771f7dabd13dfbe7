import Imaging
import Kernels
import Segmentation
import Tensors

/// The head that Tests/Golden/segmentation/generate.py has, from the same integer formulas.
enum ClosedFormHead {
  static let bins = 8, prototypes = 8

  /// `count` floats in 0..<1 that float32 holds exactly.
  static func unit(_ count: Int, seed: UInt64) -> [Float] {
    (0..<UInt64(count)).map { index in
      var i = (index + seed * 100_003) &* 2_654_435_761
      i ^= i >> 15
      i = (i &* 2_246_822_519) & 0xffff_ffff
      i ^= i >> 13
      return Float(i & 0xffff) / 65536
    }
  }

  static func output(classes: Int = 1, height: Int = 64, width: Int = 96) -> HeadOutput {
    let levels = [8, 16, 32].enumerated().map { level, stride in
      let h = height / stride, w = width / stride, seed = UInt64(10 * level)
      func map(_ channels: Int, _ seed: UInt64, _ scale: Float, _ shift: Float) -> Tensor {
        Tensor(
          [1, channels, h, w],
          unit(channels * h * w, seed: seed).map { $0 * scale - shift })
      }
      return HeadLevel(
        stride: stride, boxes: map(4 * bins, seed + 1, 4, 2),
        scores: map(classes, seed + 2, 8, 6), coefficients: map(prototypes, seed + 3, 2, 1))
    }
    var maps: [Float] = []
    for k in 0..<prototypes {
      let a = 5 * k % 23, b = 7 * k % 16
      for y in 0..<height / 4 {
        for x in 0..<width / 4 {
          let distance = (x - a) * (x - a) + (y - b) * (y - b)
          maps.append(Float(distance) / 32 - Float(k % 4) - 0.5)
        }
      }
    }
    return HeadOutput(
      levels: levels, prototypes: Tensor([1, prototypes, height / 4, width / 4], maps))
  }

  /// The fit of a picture into 96 pixels; the golden ones all give 64×96.
  static func letterbox(imageWidth: Int, imageHeight: Int) -> Letterbox {
    Letterbox(
      imageWidth: imageWidth, imageHeight: imageHeight, targetHeight: 96, targetWidth: 96)
  }

  static func scene(
    imageWidth: Int, imageHeight: Int, profile: Profile = .ultralytics, masks: MaskSize = .full,
    confidence: Double = 0.3, threads: Int = 1
  ) -> Scene {
    let letterbox = letterbox(imageWidth: imageWidth, imageHeight: imageHeight)
    return segment(
      output(height: letterbox.height, width: letterbox.width), letterbox: letterbox,
      options: SegmentationOptions(
        confidence: confidence, iou: 0.7, profile: profile, masks: masks),
      on: ThreadPool(threads: threads))
  }
}
