enum DrawingPage {
  static let html = "<!doctype html><title>mnist-predict</title>"
}
