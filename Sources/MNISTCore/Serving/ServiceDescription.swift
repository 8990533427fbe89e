/// What the service answers, as OpenAPI 3.1 tells it.
enum ServiceDescription {
  static var json: String { text.replacing("VERSION", with: Release.version) }

  private static let text = #"""
    {
      "openapi": "3.1.0",
      "info": {
        "title": "mnist-predict",
        "version": "VERSION",
        "description": "Reads pictures of digits, or of other classes, with a model of mnist-train."
      },
      "paths": {
        "/": {"get": {
          "operationId": "page", "summary": "A page to draw on",
          "responses": {"200": {"description": "The page", "content": {"text/html": {}}}}
        }},
        "/v1/predict": {"post": {
          "operationId": "predict", "summary": "Read a picture, several, or images by their pixels",
          "parameters": [
            {"name": "raw", "in": "query", "schema": {"enum": ["0", "1"]},
             "description": "1 takes pictures as they are, in the size and the shades of the model's images"},
            {"name": "pixels", "in": "query", "schema": {"enum": ["0", "1"]},
             "description": "1 adds to each answer what the model sees"}
          ],
          "requestBody": {"required": true, "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Images"}},
            "multipart/form-data": {"schema": {
              "type": "object", "required": ["file"],
              "properties": {"file": {"type": "array", "minItems": 1, "items":
                {"type": "string", "contentMediaType": "application/octet-stream"}}}}},
            "image/png": {}, "image/x-portable-anymap": {}, "application/octet-stream": {}
          }},
          "responses": {
            "200": {"description": "An answer to each image", "content": {"application/json": {"schema": {"oneOf": [
              {"$ref": "#/components/schemas/Prediction"}, {"$ref": "#/components/schemas/Predictions"}
            ]}}}},
            "400": {"$ref": "#/components/responses/Error"},
            "403": {"$ref": "#/components/responses/Error"},
            "413": {"$ref": "#/components/responses/Error"},
            "415": {"$ref": "#/components/responses/Error"},
            "503": {"$ref": "#/components/responses/Error"}
          }
        }},
        "/v1/model": {"get": {
          "operationId": "model", "summary": "What the model is",
          "responses": {"200": {"description": "The model", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Model"}}}},
            "403": {"$ref": "#/components/responses/Error"}}
        }},
        "/healthz": {"get": {
          "operationId": "health", "summary": "Whether the service answers",
          "responses": {"200": {"description": "It does", "content": {"application/json": {"schema": {
            "type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}}}}},
            "403": {"$ref": "#/components/responses/Error"},
            "503": {"$ref": "#/components/responses/Error"}}
        }},
        "/metrics": {"get": {
          "operationId": "metrics", "summary": "Counters for Prometheus",
          "responses": {"200": {"description": "Prometheus' text format 0.0.4", "content": {"text/plain": {}}},
            "403": {"$ref": "#/components/responses/Error"}}
        }},
        "/openapi.json": {"get": {
          "operationId": "description", "summary": "This description",
          "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {}}},
            "403": {"$ref": "#/components/responses/Error"}}
        }}
      },
      "components": {
        "responses": {"Error": {"description": "Why not", "content": {"application/json": {"schema": {
          "type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}}}}},
        "schemas": {
          "Images": {
            "type": "object", "required": ["images"], "additionalProperties": false,
            "properties": {"images": {"type": "array", "minItems": 1, "items": {
              "type": "array", "description": "As many as height times width of the model, row by row",
              "items": {"type": "number", "minimum": 0, "maximum": 255}}}}
          },
          "Prediction": {
            "type": "object", "required": ["predicted", "probabilities"],
            "properties": {
              "index": {"type": "integer"},
              "file": {"type": "string"},
              "predicted": {"type": "integer", "minimum": 0},
              "class": {"type": "string"},
              "probabilities": {"type": "array", "items": {"type": "number", "minimum": 0}},
              "warning": {"type": "string"},
              "pixels": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}}
            }
          },
          "Predictions": {
            "type": "object", "required": ["predictions"],
            "properties": {"predictions": {"type": "array", "minItems": 1, "items":
              {"$ref": "#/components/schemas/Prediction"}}}
          },
          "Model": {
            "type": "object",
            "required": ["file", "version", "written_by", "container", "format_version", "bytes", "crc32", "height",
              "width", "pixels", "classes", "class_names", "hidden_sizes", "batch_norm", "layers", "parameters",
              "resumable"],
            "properties": {
              "file": {"type": "string"},
              "version": {"type": "string", "description": "Of the program that answers"},
              "written_by": {"type": ["string", "null"],
                "description": "mnist-train, or null of weights alone, which have none of the members after resumable"},
              "container": {"type": "string", "enum": ["safetensors", "PyTorch"]},
              "format_version": {"type": ["integer", "null"]},
              "bytes": {"type": "integer", "description": "The file's size"},
              "crc32": {"type": "string", "description": "Of the file's bytes"},
              "height": {"type": "integer", "minimum": 1},
              "width": {"type": "integer", "minimum": 1},
              "pixels": {"type": "integer", "minimum": 1},
              "classes": {"type": "integer", "minimum": 1},
              "class_names": {"type": ["array", "null"], "items": {"type": "string"}},
              "hidden_sizes": {"type": "array", "items": {"type": "integer"}},
              "batch_norm": {"type": "boolean"},
              "layers": {"type": "array", "items": {
                "type": "object", "required": ["name", "type", "shapes"],
                "properties": {
                  "name": {"type": "string"},
                  "type": {"type": "string"},
                  "shapes": {"type": "object", "additionalProperties":
                    {"type": "array", "items": {"type": "integer"}}}
                }
              }},
              "parameters": {"type": "integer"},
              "resumable": {"type": "boolean", "description": "Whether training can go on"},
              "data": {"type": "object", "required": ["name", "train_images_crc32", "train_labels_crc32"],
                "properties": {
                  "name": {"type": ["string", "null"], "description": "Null of a set that is not published"},
                  "train_images_crc32": {"type": "string"},
                  "train_labels_crc32": {"type": "string"}
                }},
              "settings": {"type": "object", "description": "As config.json has them"},
              "epoch": {"type": "integer", "minimum": 0, "description": "How many are done"},
              "n_epochs": {"type": "integer", "minimum": 1},
              "train_batches": {"type": "integer", "minimum": 0, "description": "Of the next epoch, done"},
              "valid_batches": {"type": "integer", "minimum": 0, "description": "Of the next epoch, done"},
              "updates": {"type": "integer", "minimum": 0},
              "is_over": {"type": "boolean"},
              "best_epoch": {"type": "object", "required": ["epoch", "train_loss", "valid_loss", "valid_accuracy"],
                "properties": {
                  "epoch": {"type": "integer", "minimum": 1},
                  "train_loss": {"type": ["number", "null"]},
                  "valid_loss": {"type": ["number", "null"]},
                  "valid_accuracy": {"type": "number"}
                }},
              "lowest_validation_loss": {"type": "number"},
              "highest_validation_accuracy": {"type": "number"}
            }
          }
        }
      }
    }
    """#
}
