// Every place of Swift sources where one token can be changed: one-token FOLDER SEED. In an order that the seed
// gives, a line for each: path, line, offset and length in bytes, what stands there, what shall stand there.
//
// Comments, strings, attributes, imports and lines of `#if` are left alone. A change need not compile.

import Foundation

struct Token {
  enum Kind { case word, number, symbol, bracket }
  let kind: Kind
  let text: String
  let range: Range<Int>
  let line: Int
  let startsLine: Bool
}

/// Takes a file apart.
struct Lexer {
  let bytes: [UInt8]
  var place = 0
  var line = 1
  var startsLine = true
  var tokens: [Token] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func byte(_ ahead: Int = 0) -> Character {
    bytes.indices.contains(place + ahead) ? Character(UnicodeScalar(bytes[place + ahead])) : "\n"
  }

  func stands(_ text: String) -> Bool { bytes[min(place, bytes.count)...].starts(with: text.utf8) }

  mutating func advance() {
    if byte() == "\n" {
      line += 1
      startsLine = true
    }
    place += 1
  }

  mutating func skipLine() { while place < bytes.count && byte() != "\n" { place += 1 } }

  mutating func skipString() {
    let quote = stands("\"\"\"") ? "\"\"\"" : "\""
    place += quote.count
    while place < bytes.count && !stands(quote) {
      if stands("\\(") {
        place += 2
        skipBrackets()
      } else {
        if byte() == "\\" { place += 1 }
        advance()
      }
    }
    place += quote.count
    startsLine = false
  }

  /// To behind the bracket that closes one opened just before.
  mutating func skipBrackets() {
    var depth = 1
    while place < bytes.count && depth > 0 {
      if byte() == "\"" {
        skipString()
        continue
      }
      if byte() == "(" { depth += 1 }
      if byte() == ")" { depth -= 1 }
      advance()
    }
  }

  static func isWord(_ c: Character) -> Bool { c.isLetter || c.isNumber || c == "_" || c == "$" }
  static func isDigit(_ c: Character) -> Bool { ("0"..."9").contains(c) }
  static func isSymbol(_ c: Character) -> Bool { "/=-+!*%<>&|^~?.".contains(c) }

  mutating func add(_ kind: Token.Kind, while continues: (Lexer) -> Bool) {
    let start = place
    repeat { place += 1 } while place < bytes.count && continues(self)
    tokens.append(
      Token(
        kind: kind, text: String(decoding: bytes[start..<place], as: UTF8.self),
        range: start..<place, line: line, startsLine: startsLine))
    startsLine = false
  }

  mutating func run() {
    while place < bytes.count {
      let c = byte()
      if stands("//") {
        skipLine()
      } else if c.isWhitespace {
        advance()
      } else if c == "\"" {
        skipString()
      } else if startsLine
        && ["import ", "@testable import", "#if", "#else"].contains(where: stands)
      {
        skipLine()
      } else if c == "@" || c == "#" {
        repeat { place += 1 } while Self.isWord(byte())
        if c == "@" && byte() == "(" {
          place += 1
          skipBrackets()
        }
      } else if Self.isDigit(c) {
        // A point belongs to a number before a digit, a sign after an exponent's letter.
        let isHexadecimal = stands("0x")
        add(.number) { here in
          Self.isWord(here.byte()) || here.byte() == "." && Self.isDigit(here.byte(1))
            || !isHexadecimal && here.byte() == "-" && here.byte(-1) == "e"
        }
      } else if Self.isWord(c) {
        add(.word) { Self.isWord($0.byte()) }
      } else if Self.isSymbol(c) {
        add(.symbol) { Self.isSymbol($0.byte()) }
      } else {
        add(.bracket) { _ in false }
      }
    }
  }
}

let symbols: [String: [String]] = [
  "<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "==": ["!="],
  "!=": ["=="], "===": ["!=="], "!==": ["==="], "+": ["-"], "-": ["+"], "*": ["/", "+"],
  "/": ["*"], "%": ["/"], "&&": ["||"], "||": ["&&"], "+=": ["-=", "="], "-=": ["+=", "="],
  "*=": ["/=", "="], "/=": ["*="], "&+": ["&-"], "&-": ["&+"], "&*": ["&+"], "&+=": ["&-="],
  "<<": [">>"], ">>": ["<<"], "&>>": ["&<<"], "&<<": ["&>>"], "&": ["|"], "|": ["&"], "^": ["&"],
  "^=": ["&="], "|=": ["&="], "&=": ["|="], "..<": ["..."], "...": ["..<"], ".<": [".<="],
  ".>": [".>="], ".<=": [".<"], ".>=": [".>"], ".==": [".!="], ".!=": [".=="],
]

let opposites = [
  ("true", "false"), ("min", "max"), ("first", "last"), ("firstIndex", "lastIndex"),
  ("prefix", "suffix"), ("dropFirst", "dropLast"), ("removeFirst", "removeLast"),
  ("startIndex", "endIndex"), ("lowerBound", "upperBound"), ("continue", "break"),
  ("row", "column"), ("rows", "columns"), ("height", "width"), ("up", "down"), ("$0", "$1"),
  ("ceil", "floor"), ("union", "intersection"), ("start", "end"),
]
let words = [String: String](
  uniqueKeysWithValues: opposites + opposites.map { ($0.1, $0.0) })

/// One more and one less than the integer that a number begins with.
func neighbors(_ text: String) -> [String] {
  let isHexadecimal = text.hasPrefix("0x")
  let body = isHexadecimal ? text.dropFirst(2) : text[...]
  let whole = body.prefix { $0 == "_" || (isHexadecimal ? $0.isHexDigit : $0.isNumber) }
  let radix = isHexadecimal ? 16 : 10
  guard let value = UInt64(whole.filter { $0 != "_" }, radix: radix), value < .max else {
    return []
  }
  return (value > 0 ? [value + 1, value - 1] : [value + 1]).map {
    (isHexadecimal ? "0x" : "") + String($0, radix: radix) + body.dropFirst(whole.count)
  }
}

/// Where the bracket at a token is closed, in bytes.
func closing(_ index: Int, of tokens: [Token]) -> Int? {
  var depth = 0
  for token in tokens[index...] where token.kind == .bracket {
    if "([{".contains(token.text) { depth += 1 }
    if ")]}".contains(token.text) { depth -= 1 }
    if depth == 0 { return token.range.upperBound }
  }
  return nil
}

/// What can be done at a token: the bytes to replace, and by what.
func changes(at index: Int, of tokens: [Token], in bytes: [UInt8]) -> [(Range<Int>, String)] {
  let token = tokens[index]
  func isOne(of characters: String, _ place: Int) -> Bool {
    bytes.indices.contains(place) && characters.utf8.contains(bytes[place])
  }
  switch token.kind {
  case .number:
    // Behind a point it is a part of a tuple.
    return index > 0 && tokens[index - 1].text == "."
      ? [] : neighbors(token.text).map { (token.range, $0) }
  case .symbol:
    let spaceAfter = isOne(of: " \n", token.range.upperBound)
    // Before its operand it is left out; `!` behind one is something else.
    if ["!", "-"].contains(token.text) && !spaceAfter {
      return isOne(of: " \n([", token.range.lowerBound - 1) ? [(token.range, "")] : []
    }
    // Other brackets and signs of types have no space around them.
    let isRange = ["..<", "..."].contains(token.text)
    guard isRange || spaceAfter && isOne(of: " \n", token.range.lowerBound - 1) else { return [] }
    return (symbols[token.text] ?? []).map { (token.range, $0) }
  case .word where token.text == "guard":
    guard let otherwise = tokens[index...].firstIndex(where: { $0.text == "else" }),
      let end = closing(otherwise + 1, of: tokens)
    else { return [] }
    return [(token.range.lowerBound..<end, "")]
  case .word where token.text == "require" && token.startsLine:
    return closing(index + 1, of: tokens).map { [(token.range.lowerBound..<$0, "")] } ?? []
  case .word: return words[token.text].map { [(token.range, $0)] } ?? []
  case .bracket: return []
  }
}

struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

let folder = CommandLine.arguments[1]
guard let seed = UInt64(CommandLine.arguments[2]) else { exit(2) }
var generator = SeededGenerator(state: seed)
let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
var found: [String] = []
for path in files.filter({ $0.hasSuffix(".swift") }).sorted() {
  let bytes = [UInt8](FileManager.default.contents(atPath: folder + "/" + path) ?? Data())
  var lexer = Lexer(bytes)
  lexer.run()
  for (index, token) in lexer.tokens.enumerated() {
    let all = changes(at: index, of: lexer.tokens, in: bytes)
    guard let (range, replacement) = all.randomElement(using: &generator) else { continue }
    let before = String(decoding: bytes[range], as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    found.append(
      "\(path)\t\(token.line)\t\(range.lowerBound)\t\(range.count)\t\(before)\t\(replacement)")
  }
}
found.shuffle(using: &generator)
print(found.joined(separator: "\n"))
