import Imaging
import Testing

struct LetterboxTests {
  @Test(arguments: [
    // (height, width, target) → (content height, width), (top, bottom, left, right)
    ([603, 1072, 1024], [576, 1024, 0, 0, 0, 0]),
    ([1080, 1920, 640], [360, 640, 12, 12, 0, 0]),
    ([427, 640, 640], [427, 640, 10, 11, 0, 0]),
    ([427, 640, 1024], [683, 1024, 10, 11, 0, 0]),
    ([641, 1000, 1024], [656, 1024, 8, 8, 0, 0]),
    ([3, 3000, 640], [1, 640, 15, 16, 0, 0]),
  ])
  func fits(_ picture: [Int], _ expected: [Int]) {
    let box = Letterbox(
      imageWidth: picture[1], imageHeight: picture[0], targetHeight: picture[2],
      targetWidth: picture[2])
    #expect(
      [box.contentHeight, box.contentWidth, box.top, box.bottom, box.left, box.right] == expected)
  }
}
