import Testing

@testable import MNISTCore

@Suite struct ServiceDescriptionTests {
  private let document: JSONValue

  init() throws {
    document = try JSONReader.value(in: Array(ServiceDescription.json.utf8)[...])
  }

  @Test func itIsOpenAPIWithTheToolsVersion() throws {
    #expect(try document["openapi"].string() == "3.1.0")
    #expect(try document["info"]["title"].string() == "mnist-predict")
    #expect(try document["info"]["version"].string() == Release.version)
  }

  /// `HEAD` is understood where there is `GET`.
  @Test func itsPathsAndMethodsAreThoseOfTheService() throws {
    let paths = try document["paths"].object()
    #expect(Set(paths.map(\.name)) == Set(ServiceRoute.allCases.map(\.rawValue)))
    for path in paths {
      let route = try #require(ServiceRoute(rawValue: path.name))
      #expect(
        try path.value.object().map(\.name)
          == route.methods.filter { $0 != "HEAD" }.map { $0.lowercased() }, "\(path.name)")
    }
  }

  @Test func eachOperationHasANameOfItsOwn() throws {
    let operations = try document["paths"].object().flatMap { try $0.value.object() }
    let names = try operations.map { try $0.value["operationId"].string() }
    #expect(Set(names).count == ServiceRoute.allCases.count)
    for operation in operations {
      #expect(try !operation.value["summary"].string().isEmpty)
    }
  }

  @Test func whatIsReferredToIsThere() throws {
    let references = try references(in: document)
    #expect(references.count > 10)
    for reference in references {
      var (place, words) = (document, reference.split(separator: "/").map(String.init))
      #expect(words.removeFirst() == "#")
      for word in words { place = try place[word] }
    }
  }

  @Test func everyRefusalOfAPredictionIsDescribed() throws {
    let responses = try document["paths"]["/v1/predict"]["post"]["responses"].object()
    #expect(responses.map(\.name) == ["200", "400", "403", "413", "415", "503"])
  }

  @Test func theQueryIsDescribed() throws {
    let parameters = try document["paths"]["/v1/predict"]["post"]["parameters"].array()
    #expect(try parameters.map { try $0["name"].string() } == ["raw", "pixels"])
    #expect(try parameters.allSatisfy { try $0["in"].string() == "query" })
  }

  // MARK: What is answered, against its schema

  @Test(arguments: [nil, ["a", "b", "c"]])
  func theModelHasWhatItsSchemaSays(_ names: [String]?) throws {
    let served = try ServedModel(SmallService.model(classNames: names), path: "m")
    try expect(served.json, isA: "Model")
  }

  @Test func weightsAloneHaveWhatTheModelsSchemaSays() throws {
    try SmallSets.withFolder { folder throws in
      let images = SmallSets.fields(24, height: 3, width: 3, classes: 3)
      let settings = SmallSets.settings(images, hiddenSizes: [5])
      let state = TrainingRun(settings, images: images).state
      let path = "\(folder)/m"
      try SavedModel(Checkpoint(settings: settings, state: state)).makeModel().save(to: path)
      try expect(ServedModel(ModelFile(readingFrom: path)).json, isA: "Model")
    }
  }

  @Test(arguments: [[], ["raw", "pixels"]])
  func aPredictionHasWhatItsSchemaSays(_ query: [String]) throws {
    try SmallService.with(SmallService.model(classNames: ["a", "b", "c"])) { service, _ throws in
      let blank = Array("P2 3 2 255\n7 7 7 7 7 7\n".utf8)
      try expect(
        service.response(to: .asking(query: query, body: blank)).text, isA: "Prediction")
      let part = HTTPPart(name: "file", fileName: "a.png", bytes: blank)
      let list = service.response(to: .asking(query: query, parts: [part])).text
      try expect(list, isA: "Predictions")
      let items = try JSONReader.value(in: Array(list.utf8)[...])["predictions"].array()
      try expect(try #require(items.first), isA: "Prediction")
    }
  }

  private func expect(_ json: String, isA name: String) throws {
    try expect(JSONReader.value(in: Array(json.utf8)[...]), isA: name)
  }

  private func expect(_ value: JSONValue, isA name: String) throws {
    let schema = try document["components"]["schemas"][name]
    let properties = try schema["properties"].object()
    let members = try value.object()
    let required = try schema["required"].array().map { try $0.string() }
    #expect(Set(members.map(\.name)).isSuperset(of: required), "\(name)")
    for member in members {
      let property = try #require(
        properties.first { $0.name == member.name }, "\(name) has \(member.name)")
      let type = try property.value["type"]
      let types = try (try? type.array())?.map { try $0.string() } ?? [type.string()]
      let found =
        switch member.value.content {
        case .null: ["null"]
        case .boolean: ["boolean"]
        case .number(let text): Int(text) == nil ? ["number"] : ["integer", "number"]
        case .string: ["string"]
        case .array: ["array"]
        case .object: ["object"]
        }
      #expect(!Set(found).isDisjoint(with: types), "\(name).\(member.name)")
    }
  }

  private func references(in value: JSONValue) throws -> [String] {
    switch value.content {
    case .array(let values): try values.flatMap(references)
    case .object(let members):
      try members.flatMap { member in
        member.name == "$ref"
          ? [try member.value.string()] : try references(in: member.value)
      }
    default: []
    }
  }
}

extension JSONValue {
  /// The member of this name, which must be there.
  subscript(_ name: String) -> JSONValue {
    get throws {
      try #require(object().first { $0.name == name }, "\(name) is missing").value
    }
  }
}
