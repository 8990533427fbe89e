/// What the service answers, as OpenAPI 3.1 tells it.
enum ServiceDescription {
  static var json: String { text.replacing("VERSION", with: Release.version) }

  private static let text = #"""
    {"openapi":"3.1.0","info":{"title":"mnist-predict","version":"VERSION"},"paths":{}}
    """#
}
