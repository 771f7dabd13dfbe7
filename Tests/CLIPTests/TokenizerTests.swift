import CLIP
import Foundation
import Testing

/// One prompt, as OpenAI's tokenizer (open_clip's copy, with ftfy) cleans and encodes it.
struct TokenCase: Decodable, Sendable, CustomTestStringConvertible {
  let text: String
  let clean: String
  let tokens: [Int32]

  var testDescription: String { text.debugDescription }

  static func all() throws -> [TokenCase] {
    let data = try Data(contentsOf: GoldenFiles.folder.appendingPathComponent("tokens.json"))
    return try JSONDecoder().decode([TokenCase].self, from: data)
  }
}

@Suite struct TokenizerTests {
  @Test func promptsAreCleanedAsByTheOriginal() throws {
    for golden in try TokenCase.all() {
      // Scalars: equality of strings would not tell é from e and an accent.
      let cleaned = BytePairTokenizer.cleaned(golden.text)
      #expect(
        Array(cleaned.unicodeScalars) == Array(golden.clean.unicodeScalars),
        "\(golden.text.debugDescription)")
    }
  }

  @Test func promptsHaveTheTokensOfTheOriginal() throws {
    let tokenizer = try GoldenFiles.tokenizer()
    let cases = try TokenCase.all()
    #expect(cases.count > 400)
    for golden in cases {
      #expect(tokenizer.tokens(of: golden.text) == golden.tokens, "\(golden.text.debugDescription)")
    }
  }

  @Test func aPromptStandsBetweenStartAndEnd() throws {
    let tokenizer = try GoldenFiles.tokenizer()
    #expect(tokenizer.startToken == 598 && tokenizer.endToken == 599)
    #expect(try tokenizer.encode("", context: 4) == [598, 599, 0, 0])
    let tokens = tokenizer.tokens(of: "a dog")
    #expect(
      try tokenizer.encode("a dog", context: 8).prefix(tokens.count + 2) == [598] + tokens + [599])
  }

  @Test func aLongPromptIsCutBeforeItsEndTokenOrRejected() throws {
    let tokenizer = try GoldenFiles.tokenizer()
    let prompt = "a a a a a a"
    let one = try #require(tokenizer.tokens(of: "a").first)
    #expect(try tokenizer.encode(prompt, context: 5) == [598, one, one, one, 599])
    #expect(throws: CLIPError.promptTooLong(prompt, tokens: 8, context: 7)) {
      try tokenizer.encode(prompt, context: 7, overflow: .reject)
    }
    #expect(try tokenizer.encode(prompt, context: 8, overflow: .reject).last == 599)
  }

  @Test func aMillionLettersInOneWordTakeNoTime() throws {
    let tokenizer = try GoldenFiles.tokenizer()
    let tokens = tokenizer.tokens(of: String(repeating: "ab", count: 500_000))
    #expect(tokens.count > 100_000)
  }

  @Test(arguments: [
    ("#\nt h\nth e\nx", 4, "'x' does not join two known symbols"),
    ("#\nt h\nq zz\n", 3, "'q zz' does not join two known symbols"),
    ("#\nt h\nt h\n", 3, "'t h' makes a symbol for the second time"),
  ])
  func aLineThatIsNoMergeIsNamed(text: String, line: Int, fault: String) {
    #expect(throws: CLIPError.badMerges("m.txt", line: line, fault)) {
      try BytePairTokenizer(merges: text, vocabularySize: 600, source: "m.txt")
    }
  }

  @Test func tooFewMergesAreAnError() {
    #expect(
      throws: CLIPError.badMerges(
        "m.txt", line: nil, "2 merges, where a vocabulary of 600 needs 86")
    ) {
      try BytePairTokenizer(merges: "#\nt h\r\nth e\n\n", vocabularySize: 600, source: "m.txt")
    }
  }

  @Test func linesBehindTheVocabularyAreNotRead() throws {
    let tokenizer = try BytePairTokenizer(
      merges: "#\nt h\nth e</w>\nno merge at all", vocabularySize: 516, source: "m.txt")
    #expect(tokenizer.tokens(of: "the") == [513])
  }
}
