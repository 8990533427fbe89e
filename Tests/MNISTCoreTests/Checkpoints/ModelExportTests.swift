import Testing

@testable import MNISTCore

@Suite struct ModelExportTests {
  @Test(
    arguments: [
      ("m.onnx", .onnx), ("a/b.c.safetensors", .safeTensors), (".onnx", .onnx), ("m.pth", .pyTorch),
      ("m.pt", .pyTorch), ("m.PTH", .pyTorch), ("m.onnx/", nil), ("m", nil), ("m.ckpt", nil),
      ("onnx", nil), ("m.onnx.txt", nil), ("-", nil), ("m.pth.bak", nil),
    ] as [(String, ExportForm?)])
  func theEndingSaysTheForm(_ path: String, _ form: ExportForm?) {
    #expect(ExportForm(path: path) == form)
    #expect(ExportForm.endings == ".onnx, .safetensors, .pth or .pt")
  }

  @Test(arguments: [false, true])
  func weightsAreThoseThatAModuleSaves(_ useDropout: Bool) throws {
    try withModel(useDropout: useDropout) { folder, checkpoint throws in
      try export(folder, "new/folder/w.safetensors")
      try SavedModel(checkpoint).makeModel().save(to: "\(folder)/w")
      let path = "\(folder)/new/folder/w.safetensors"
      #expect(try SmallSets.content(path) == SmallSets.content("\(folder)/w"))
      let read = try SavedModel(readingFrom: path)
      #expect(read.weights == checkpoint.state.best && read.settings == nil)
    }
  }

  /// The file that the run itself would have written under that name, and back.
  @Test func aRunStaysOneInPyTorchsForm() throws {
    try withModel { folder, checkpoint throws in
      try export(folder, "e.pth")
      try checkpoint.write(to: "\(folder)/own.pth")
      #expect(try SmallSets.content("\(folder)/e.pth") == SmallSets.content("\(folder)/own.pth"))
      #expect(try Checkpoint(readingFrom: "\(folder)/e.pth") == checkpoint)

      try export(folder, "w.safetensors")
      try export(folder, "w.pt", of: "w.safetensors")
      try export(folder, "v.safetensors", of: "w.pt")
      #expect(
        try SmallSets.content("\(folder)/v.safetensors")
          == SmallSets.content("\(folder)/w.safetensors"))
    }
  }

  @Test func anONNXFileOfOursIsReplacedAndNoOtherFile() throws {
    try withModel { folder, checkpoint throws in
      let path = "\(folder)/e.onnx"
      try SmallSets.write([], path)
      try export(folder, "e.onnx", takesBytes: true)
      let other = try SmallSets.content(path)
      try export(folder, "e.onnx")
      #expect(try SmallSets.content(path) != other)
      #expect(try SmallSets.names(folder) == ["e.onnx", "m"])

      for (content, found) in [
        (Array("%PDF-1.4\n".utf8), "a PDF document"), ([1, 2, 3], "something else"),
        ([0x08, 8, 0x12, 7] + Array("pytorch".utf8), "an ONNX file"),
        (try SmallSets.content("\(folder)/m"), "a safetensors file"),
      ] {
        try SmallSets.write(content, path)
        let what = "no export (expected an ONNX file of mnist-predict or no file, found \(found))"
        #expect(throws: FileError.notReplaced(path: path, what: what)) {
          try export(folder, "e.onnx")
        }
        #expect(try SmallSets.content(path) == content)
      }
      let inFile = "\(folder)/m/e.onnx"
      #expect(throws: FileError.cannotRead(path: inFile, reason: "Not a directory")) {
        try export(folder, "m/e.onnx")
      }
    }
  }

  @Test(arguments: ["safetensors", "pth"])
  func aModelThatIsThereIsKeptAndNoOtherFileReplaced(_ ending: String) throws {
    try withModel { folder, checkpoint throws in
      let path = "\(folder)/e.\(ending)"
      try SmallSets.checkpoint(seed: 7).write(to: path)
      let former = try SmallSets.content(path)
      #expect(throws: Refusal.self) { try export(folder, "e.\(ending)") { _ in throw Refusal() } }
      #expect(try SmallSets.content(path) == former)
      #expect(try SmallSets.names(folder) == ["e.\(ending)", "m"])

      var told: ModelExport.Former?
      try export(folder, "e.\(ending)") { told = $0 }
      #expect(told?.model.run?.seed == 7 && told?.backupPath == "\(path).bak")
      #expect(try SmallSets.content("\(path).bak") == former)
      #expect(try SavedModel(readingFrom: path).weights == checkpoint.state.best)

      try SmallSets.write(Array("%PDF-1.4\n".utf8), path)
      let what = "no model (expected one that mnist-train wrote or no file, found a PDF document)"
      #expect(throws: FileError.notReplaced(path: path, what: what)) {
        try export(folder, "e.\(ending)")
      }
    }
  }

  @Test func aModelBeyondONNXsLimitIsRefused() throws {
    let saved = SavedModel(try SmallSets.checkpoint())
    let model = ONNXModel(saved, takesBytes: false, producer: ("p", "v"))
    let byteCount = try model.encoded().count
    #expect(try model.encoded(limitBytes: byteCount).count == byteCount)
    let error = ONNXError.tooLarge(limitBytes: byteCount - 1, foundBytes: byteCount)
    #expect(throws: error) { try model.encoded(limitBytes: byteCount - 1) }
    #expect(
      "\(ONNXError.tooLarge(limitBytes: 2_147_483_647, foundBytes: 2_147_483_648))"
        == "the model is too large for an ONNX file (expected at most 2147483647 bytes, found "
        + "2147483648)")
  }

  // MARK: -

  private struct Refusal: Error {}

  private func export(
    _ folder: String, _ name: String, of model: String = "m", takesBytes: Bool = false,
    check: (ModelExport.Former?) throws -> Void = { _ in }
  ) throws {
    let form = try #require(ExportForm(path: name))
    try ModelExport(of: "\(folder)/\(model)", as: form, takesBytes: takesBytes, version: "1")
      .write(to: "\(folder)/\(name)", check: check)
  }

  /// A folder with a trained run as `m`.
  private func withModel(
    useDropout: Bool = false, _ body: (String, Checkpoint) throws -> Void
  ) throws {
    let checkpoint = try SmallSets.checkpoint(useDropout: useDropout)
    try SmallSets.withFolder { folder throws in
      try checkpoint.write(to: "\(folder)/m")
      try body(folder, checkpoint)
    }
  }
}
