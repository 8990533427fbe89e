import Testing

@testable import MNISTCore

/// What a browser does with it, `.ci/try-page` tries.
@Suite struct DrawingPageTests {
  private let html = DrawingPage.html
  /// The page without its script and its style.
  private let markup: String

  init() throws {
    let (script, style) = (/<script.*<\/script>/, /<style>.*<\/style>/)
    markup = html.replacing(script.dotMatchesNewlines(), with: "")
      .replacing(style.dotMatchesNewlines(), with: "")
  }

  @Test func itIsHTMLWithItsScriptAndItsStyle() {
    #expect(
      html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"))
    #expect(html.hasSuffix("</html>\n"))
    for part in ["<title>mnist-predict</title>", "<style>\n", "<script type=\"module\">\n"] {
      #expect(html.ranges(of: part).count == 1, "\(part)")
    }
    #expect(html.contains(DrawingPage.script))
    // The script would end there.
    #expect(!DrawingPage.script.lowercased().contains("</script"))
    #expect(!DrawingPage.script.contains("<!--"))
    #expect(markup.contains("<canvas id=\"paper\"") && !markup.contains("--accent"))
    #expect(!markup.contains("addEventListener"))
  }

  /// The name of a language is no place.
  @Test func nothingIsLoadedFromElsewhere() {
    let text = html.replacing("xmlns='http://www.w3.org/2000/svg'", with: "").lowercased()
    for word in ["http:", "https:", "ws:", "wss:", "@import", "importscripts", "import "] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(!html.contains("url("))
    let places = markup.matches(of: /(?:src|href|action|data|srcset|poster)\s*=\s*["']?([^"'\s>]*)/)
    #expect(places.map(\.output.1).allSatisfy { $0.hasPrefix("data:") })
    #expect(places.count == 1)
  }

  @Test func theScriptAsksTheServiceAlone() {
    let script = DrawingPage.script
    #expect(script.ranges(of: "fetch(").count == 1 && script.contains("await fetch(path, "))
    let asked = script.matches(of: /(?:await|return) request\('([^']*)'/).map {
      String($0.output.1)
    }
    #expect(asked == ["v1/model", "v1/predict?pixels=1"])
    #expect(script.ranges(of: "request(").count == 3)
    for path in asked {
      // Beside the page, wherever a proxy has put it.
      #expect(ServiceRoute(rawValue: "/" + path.prefix { $0 != "?" }) != nil)
    }
    for word in ["XMLHttpRequest", "WebSocket", "sendBeacon", "EventSource"] {
      #expect(!script.contains(word), "\(word)")
    }
  }

  @Test(arguments: [
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
    "DOMParser", "srcdoc", "createContextualFragment",
  ])
  func whatComesFromOutsideIsNeverTakenForMarkup(_ word: String) {
    #expect(!DrawingPage.script.contains(word))
  }

  @Test func whatTheScriptLooksForIsThere() throws {
    let ids = markup.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count)
    let script = DrawingPage.script
    var names = script.matches(of: /element\('([^']*)'\)/).map { String($0.output.1) }
    let list = try #require(script.firstMatch(of: /= \[([^\]]*)\]\.map\(element\)/)).output.1
    names += list.matches(of: /'([^']*)'/).map { String($0.output.1) }
    #expect(names.count > 20)
    for name in names { #expect(ids.contains(name), "\(name)") }
  }

  /// A name that the service does not answer would be undefined.
  @Test func theScriptReadsWhatIsAnswered() throws {
    try SmallService.with(SmallService.model(classNames: ["a", "b", "c"])) { service, _ throws in
      let blank = Array("P2 3 2 255\n7 7 7 7 7 7\n".utf8)
      let answers = [
        service.response(to: .asking(query: ["pixels"], body: blank)),
        service.response(to: .asking("GET", "/v1/model")),
      ]
      let names = try answers.map {
        try JSONReader.value(in: $0.body[...]).object().map(\.name)
      }
      let script = DrawingPage.script
      for match in script.matches(of: /result\??\.(\w+)/) {
        #expect(names[0].contains(String(match.output.1)), "\(match.output.0)")
      }
      for match in script.matches(of: /model\?\.(\w+)/) {
        #expect(names[1].contains(String(match.output.1)), "\(match.output.0)")
      }
      let error = service.response(to: .asking(body: []))
      #expect(try JSONReader.value(in: error.body[...]).object().map(\.name) == ["error"])
      #expect(script.contains("content?.error"))
    }
  }
}
