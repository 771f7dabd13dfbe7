import Testing

@testable import Outputs

struct OutputNamesTests {
  @Test(arguments: [
    (["a/dogs.jpg", "b/cats.png"], ["dogs", "cats"]),
    (["dogs.jpg", "dogs.png"], ["dogs.jpg", "dogs.png"]),
    (["a/dogs.jpg", "b/dogs.jpg", "dogs.png"], ["dogs.jpg", "dogs.jpg-2", "dogs.png"]),
    (["dogs.jpg", "Dogs.JPG"], ["dogs.jpg", "Dogs.JPG-2"]),
    (["noise", "noise.tar.gz", ".hidden"], ["noise", "noise.tar", ".hidden"]),
    (["x/a.jpg", "y/a.jpg", "a.jpg-2.png"], ["a.jpg", "a.jpg-2", "a.jpg-2-2"]),
    (["/", "a/"], ["/", "a"]),
    ([], []),
  ])
  func stems(_ paths: [String], _ expected: [String]) {
    #expect(OutputNames.stems(for: paths) == expected)
    #expect(Set(expected.map { $0.lowercased() }).count == paths.count)
  }
}
