#!/usr/bin/env python3
"""mnist-predict --serve in FastAPI and PyTorch: the same model behind the same two requests, to measure against.

    python3 -m venv environment
    environment/bin/pip install torch numpy safetensors fastapi "uvicorn[standard]" pillow
    environment/bin/python Benchmarks/fastapi_service.py --model_fn model.pth --port 8000

POST /v1/predict takes `{"images":[[784 numbers]]}` as application/json, or else one picture, which is taken as it is,
as ours takes it with ?raw=1; GET /healthz answers when it is ready. It is as fast as such a service is without leaving
Python: uvloop and httptools, the body parsed and checked once by pydantic's core, no hop to a pool of threads for
the fifth of a millisecond that the network takes, one thread of PyTorch a process, which for one image is the fastest.
"""

import argparse
import io
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import numpy
import torch
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from PIL import Image
from pydantic import BaseModel, Field, ValidationError

from check_with_pytorch import rebuild

LARGEST_BODY = 32 << 20

Pixel = Annotated[float, Field(ge=0, le=255, allow_inf_nan=False)]


class Images(BaseModel):
    images: list[list[Pixel]] = Field(min_length=1, max_length=4096)


class Prediction(BaseModel):
    index: int
    predicted: int
    probabilities: list[float]


class Predictions(BaseModel):
    predictions: list[Prediction]


class Classifier:
    """The model of a file, ready to answer."""

    def __init__(self, path):
        saved = torch.load(path, map_location="cpu")
        self.model = rebuild(saved["model"])
        self.model.load_state_dict(saved["model"])
        self.model.eval()
        settings = saved.get("__metadata__", {})
        self.pixel_count = next(self.model.parameters()).shape[1]
        side = int(self.pixel_count**0.5)
        self.height, self.width = (int(settings.get(f"image_{name}", side)) for name in ("height", "width"))

    @torch.inference_mode()
    def predict(self, pixels):
        """The answers to rows of numbers from 0 to 255."""
        probabilities = self.model(torch.from_numpy(pixels).div_(255)).exp()
        rows = zip(probabilities.argmax(-1).tolist(), probabilities.tolist())
        return [
            Prediction.model_construct(index=index, predicted=predicted, probabilities=row)
            for index, (predicted, row) in enumerate(rows)
        ]


def pixels_of_json(body, classifier):
    try:
        rows = Images.model_validate_json(body).images
    except ValidationError as error:
        raise HTTPException(400, str(error.errors(include_url=False, include_input=False)[0]["msg"])) from error
    if any(len(row) != classifier.pixel_count for row in rows):
        raise HTTPException(400, f"each image must have {classifier.pixel_count} numbers")
    return numpy.array(rows, numpy.float32)


def pixels_of_picture(body, classifier):
    try:
        picture = Image.open(io.BytesIO(body), formats=["PNG", "PPM"])
        if picture.size != (classifier.width, classifier.height):
            raise HTTPException(400, f"a picture must be {classifier.width} pixels wide, {classifier.height} high")
        gray = picture if picture.mode == "L" else picture.convert("L")
        return numpy.array(gray, numpy.float32).reshape(1, -1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise HTTPException(400, "not a picture") from error


async def read_body(request):
    """The body, refused as soon as it is too long."""
    if int(request.headers.get("content-length", 0)) > LARGEST_BODY:
        raise HTTPException(413, "the body is too long")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "the body is too long")
    return bytes(body)


def make_service():
    """Called in each process; the model's file comes through the environment, as uvicorn's workers need it."""

    @asynccontextmanager
    async def lifespan(service):
        torch.set_num_threads(int(os.environ["SERVICE_THREADS"]))
        service.state.classifier = Classifier(os.environ["SERVICE_MODEL"])
        # The first answers take longer.
        for _ in range(20):
            service.state.classifier.predict(numpy.zeros((1, service.state.classifier.pixel_count), numpy.float32))
        yield

    service = FastAPI(title="Handwritten digits", lifespan=lifespan)

    @service.post("/v1/predict", responses={200: {"model": Prediction | Predictions}})
    async def predict(request: Request):
        classifier = request.app.state.classifier
        body = await read_body(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
            predictions = classifier.predict(pixels_of_json(body, classifier))
            answer = Predictions.model_construct(predictions=predictions)
        else:
            answer = classifier.predict(pixels_of_picture(body, classifier))[0]
        return Response(answer.__pydantic_serializer__.to_json(answer), media_type="application/json")

    @service.get("/healthz")
    async def health():
        return {"status": "ok"}

    return service


def main():
    parser = argparse.ArgumentParser(description="mnist-predict --serve in FastAPI, for comparison.")
    parser.add_argument("--model_fn", required=True, help="what mnist-train wrote under a name ending in .pth")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--n_workers", type=int, default=1, help="processes")
    parser.add_argument("--n_threads", type=int, default=1, help="PyTorch's, in each process")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop", help="what runs each process")
    options = parser.parse_args()
    os.environ.update(SERVICE_MODEL=str(Path(options.model_fn).resolve()), SERVICE_THREADS=str(options.n_threads))
    uvicorn.run(
        "fastapi_service:make_service", factory=True, app_dir=str(Path(__file__).parent), host="127.0.0.1",
        port=options.port, workers=options.n_workers, loop=options.loop, http="httptools", ws="none", lifespan="on",
        access_log=False, log_level="warning", backlog=2048)  # fmt: skip


if __name__ == "__main__":
    main()
