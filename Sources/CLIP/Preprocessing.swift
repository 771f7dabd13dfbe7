import Imaging
import Kernels
import Tensors

/// Makes of pictures what CLIP was trained on: shorter side to the tower's size by Pillow's
/// bicubic, the middle square, each channel normalised.
///
/// The same bytes as OpenAI's `preprocess` up to the numbers, and those to the last bit: a channel
/// has 256 values, so its arithmetic (÷ 255, − mean, ÷ deviation, each rounded to single precision)
/// is a table.
package struct Preprocessing: Sendable {
  /// The pixels on a side of the result.
  package let size: Int

  package init(size: Int) { self.size = size }

  /// The mean and deviation of the training pictures' red, green and blue (openai/CLIP, `clip.py`).
  private static let mean: [Float] = [0.48145466, 0.4578275, 0.40821073]
  private static let deviation: [Float] = [0.26862954, 0.26130258, 0.27577711]
  private static let table: [Float] = (0..<3).flatMap { channel in
    (0..<256).map { (Float($0) / 255 - mean[channel]) / deviation[channel] }
  }

  /// The pictures of these numbers → N×3×size×size.
  ///
  /// - Parameter picture: makes one, on any thread of the pool; it is let go once it is resized.
  /// - Precondition: no picture is empty.
  package func callAsFunction(
    _ numbers: Range<Int>, _ picture: @Sendable (Int) -> Image, on pool: ThreadPool
  ) -> Tensor {
    let plane = size * size
    return Tensor([numbers.count, 3, size, size]) { result in
      nonisolated(unsafe) let result = result  // Each task writes its own picture.
      pool.run(numbers.count) { index, _ in
        let image = picture(numbers.lowerBound + index)
          .resizedShortSide(to: size).centreCropped(to: size)
        image.pixels.withUnsafeBufferPointer { pixels in
          Self.table.withUnsafeBufferPointer { table in
            for channel in 0..<3 {
              let start = (index * 3 + channel) * plane
              for i in 0..<plane {
                result[start + i] = table[channel * 256 + Int(pixels[i * 3 + channel])]
              }
            }
          }
        }
      }
    }
  }
}
