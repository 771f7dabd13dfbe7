import Imaging
import Testing

struct ResamplingTests {
  @Test(arguments: Golden.shared.bilinear)
  func bilinearBytesAreOpenCVs(_ job: [Int]) {
    let image = Image.pattern(job[0], job[1]).resizedBilinear(width: job[2], height: job[3])
    #expect(Int(crc32(image.pixels)) == job[4], "\(job)")
  }

  @Test(arguments: Golden.shared.bicubic)
  func bicubicBytesArePillows(_ job: [Int]) {
    let image = Image.pattern(job[0], job[1]).resizedBicubic(width: job[2], height: job[3])
    #expect(Int(crc32(image.pixels)) == job[4], "\(job)")
  }

  @Test(arguments: Golden.shared.clip)
  func shortSideAndCropAreTorchvisions(_ job: [Int]) {
    let image = Image.pattern(job[0], job[1]).resizedShortSide(to: job[2])
      .centreCropped(to: job[2])
    #expect(Int(crc32(image.pixels)) == job[3], "\(job)")
  }
}
