import CLIP
import Kernels
import Tensors
import Testing

@Suite struct ModelTests {
  private let pool = ThreadPool(threads: 2)

  @Test func picturesArePreparedToTheLastBit() throws {
    let pictures = GoldenFiles.pictures
    let pixels = Preprocessing(size: 32)(0..<pictures.count, { pictures[$0] }, on: pool)
    #expect(pixels == (try GoldenFiles.expected("pixels")))
  }

  @Test(arguments: GoldenFiles.models)
  func embeddingsAreThoseOfTheOriginalLibrary(file: String) throws {
    let model = try CLIPModel(path: GoldenFiles.path(file))
    let name = file.split { $0 == "/" || $0 == "." }[0]
    let images = try model.encode(GoldenFiles.pictures, on: pool)
    let texts = try model.encode(GoldenFiles.prompts, on: pool)
    try expectClose(images, GoldenFiles.expected("\(name).images"))
    try expectClose(texts, GoldenFiles.expected("\(name).texts"))
  }

  @Test func sizesAreReadOffTheWeights() throws {
    let openAI = try CLIPModel(path: GoldenFiles.path("openai.pt")).configuration
    #expect(openAI.image == .init(width: 64, layers: 1, heads: 1, hidden: 64))
    #expect(openAI.text == .init(width: 64, layers: 2, heads: 1, hidden: 64))
    #expect(openAI.embedding == 24 && openAI.imageSize == 32 && openAI.activation == .quickGELU)
    let other = try CLIPModel(path: GoldenFiles.path(GoldenFiles.models[1])).configuration
    #expect(other.image == .init(width: 32, layers: 2, heads: 4, hidden: 48))
    #expect(other.text == .init(width: 24, layers: 2, heads: 4, hidden: 40))
    #expect(other.embedding == 20 && other.patchSize == 8 && other.activation == .gelu)
    #expect(other.context == GoldenFiles.context && other.vocabulary == GoldenFiles.vocabulary)
  }

  @Test func manyPicturesGiveTheSameRowsOnAnyNumberOfThreads() throws {
    let model = try CLIPModel(path: GoldenFiles.path("openai.pt"))
    let many = (0..<21).flatMap { _ in GoldenFiles.pictures }  // More than one batch.
    let rows = try model.encode(many, on: pool)
    #expect(rows.shape == [105, 24])
    let alone = try model.encode(many, on: ThreadPool(threads: 1))
    #expect(rows == alone)
    let expected = try GoldenFiles.expected("openai.images")
    let repeated = Tensor(rows.shape, (0..<21).flatMap { _ in expected.elements })
    expectClose(rows, repeated)
  }

  @Test func nothingToEncodeGivesNoRows() throws {
    let model = try CLIPModel(path: GoldenFiles.path("openai.pt"))
    #expect(try model.encode([String](), on: pool).shape == [0, 24])
    #expect(try model.encode([], overflow: .reject, on: pool).shape == [0, 24])
  }

  @Test func aPromptBeyondTheContextIsCutOrRejected() throws {
    let model = try CLIPModel(path: GoldenFiles.path("openai.pt"))
    let long = GoldenFiles.prompts[4]
    _ = try model.encode([long], on: pool)
    #expect(throws: CLIPError.self) { try model.encode([long], overflow: .reject, on: pool) }
  }

  @Test func similarityIsTheCosine() throws {
    let images = Tensor([2, 2], [1, 0, 0.6, 0.8]), texts = Tensor([3, 2], [0, 1, 1, 0, -0.8, 0.6])
    let cosines = CLIPModel.similarity(images, texts, on: pool)
    #expect(cosines.shape == [2, 3])
    for (found, cosine) in zip(cosines.elements, [0, 1, -0.8, 0.8, 0.6, 0] as [Float]) {
      #expect(abs(found - cosine) < 1e-6)
    }
  }

  /// Rows of length 1, the same as those expected up to rounding.
  private func expectClose(_ found: Tensor, _ expected: Tensor) {
    #expect(found.shape == expected.shape)
    let worst = zip(found.elements, expected.elements).map { abs($0 - $1) }.max() ?? 0
    #expect(worst < 1e-6, "\(worst)")
  }
}
