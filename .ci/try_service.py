"""Tries `mnist-predict --serve` over real sockets; .ci/try-service says how to call it.

Every case is a sentence that must hold. What a picture's answer must be, mnist-predict itself says, asked with the same
file; whatever is sent, no answer may have a status from 500 nor a header of CORS, and after every case a picture must
still be answered right.
"""

import argparse
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import service_bodies as bodies
from service_bodies import DIGITS, MULTIPART, SMALL, drawing, images, multipart, netpbm, png
from service_client import Closed, Connection, Failed, Service, expect

PREDICT = "/v1/predict"
JSON = "application/json"
FOREIGN = "https://stranger.example"
PAGES = ("/", "/v1/model", "/healthz", "/metrics", "/openapi.json")
# Of what a service may keep when it has seen its largest bodies.
LARGEST_GROWTH_KIB = 16 << 10

CASES, SLOW_CASES, OWN_CASES = [], [], []


def case(sentence):
    """A case on the service that all share."""
    return lambda act: CASES.append((sentence, act)) or act


def slow_case(sentence):
    """The same, begun at once and waited for at the end: the others are served meanwhile."""
    return lambda act: SLOW_CASES.append((sentence, act)) or act


def own_case(sentence):
    """A case that starts a service of its own: it takes what all have in common."""
    return lambda act: OWN_CASES.append((sentence, act)) or act


class Common:
    """The tools, models, and what mnist-predict says about a picture."""

    def __init__(self, build, folder, options):
        self.build, self.folder, self.options = build, folder, options
        self.predict = build / "mnist-predict"
        self.known = {}
        self.first = self.train("first.ckpt", "--dataset", "digits", "--seed", "0", "--n_epochs", "1")
        self.second = self.train(
            "second.ckpt", "--dataset", "digits", "--seed", "1", "--n_epochs", "1", "--n_layers", "3")
        self.named = self.train(
            "named.ckpt", "--data_dir", str(self.make_named_set()), "--seed", "0", "--n_epochs", "2",
            "--n_layers", "2", "--batch_size", "8")

    def train(self, name, *arguments):
        model = self.folder / name
        command = [str(self.build / "mnist-train"), "--model_fn", str(model), "--verbose", "0", *arguments]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"try-service: {' '.join(command)}: {result.stdout}{result.stderr}")
        return model

    def make_named_set(self):
        """Images of 6 × 8 pixels whose classes have names."""
        data = self.folder / "named"
        data.mkdir()
        for prefix, count in (("train", 40), ("t10k", 8)):
            pixels = b"".join(
                bytes(200 if column // 2 == number % 4 else row for row in range(6) for column in range(8))
                for number in range(count))
            (data / f"{prefix}-images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, count, 6, 8) + pixels)
            labels = bytes(number % 4 for number in range(count))
            (data / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + labels)
        (data / "classes.txt").write_text('left\nhalf "left"\nhalf right\nrécht\n', encoding="utf-8")
        return data

    def expected(self, body, raw=False, model=None):
        """mnist-predict's object about a picture, without its name."""
        model = model or self.first
        key = (body, raw, model)
        if key not in self.known:
            with tempfile.NamedTemporaryFile(dir=self.folder) as file:
                file.write(body)
                file.flush()
                options = ["--json", *(["--raw"] if raw else [])]
                command = [str(self.predict), "--model_fn", str(model), *options, file.name]
                result = subprocess.run(command, capture_output=True, text=True)
            expect(result.returncode == 0, f"mnist-predict: {result.stderr}")
            answer = json.loads(result.stdout.splitlines()[0])
            del answer["file"]
            self.known[key] = answer
        return self.known[key]

    def start(self, model=None):
        return Service(self.predict, model or self.first)


common = None


def expect_prediction(found, expected, **more):
    """That an object says what mnist-predict says; it may have more."""
    expect(isinstance(found, dict), f"no object: {found}")
    for key, value in {**expected, **more}.items():
        expect(found.get(key) == value, f"{key}: expected {value}, found {found.get(key)}")


def expect_right(answer, body, raw=False, model=None, **more):
    answer.expect(200)
    expect_prediction(answer.json(), common.expected(body, raw, model), **more)
    return answer.json()


PICTURE = png(SMALL)
PICTURES = {name: png(drawing(28, 28, strokes)) for name, strokes in DIGITS.items()}


def expect_well(service):
    """That a picture is answered right, at once, over a new connection."""
    begin = time.monotonic()
    expect_right(service.post(PICTURE), PICTURE)
    seconds = time.monotonic() - begin
    expect(seconds < 5, f"a picture took {seconds:.1f} s")


# MARK: - What is answered


@case("the page is HTML that needs nothing from elsewhere")
def _(service):
    answer = service.ask("GET", "/").expect(200)
    expect(re.match(r"text/html; ?charset=utf-8$", answer.header("content-type") or "", re.I), answer.headers)
    text = answer.body.decode("utf-8")
    expect(text.lstrip().lower().startswith("<!doctype html>"), text[:100])
    outside = re.search(r"""(src|href)\s*=\s*["']?\s*(https?:|//)|@import|url\(\s*["']?https?:""", text)
    expect(not outside, f"something from elsewhere: {outside}")


@case("/healthz says ok")
def _(service):
    answer = service.ask("GET", "/healthz").expect(200)
    expect(answer.json() == {"status": "ok"}, answer.body)
    expect((answer.header("content-type") or "").startswith(JSON), answer.headers)


@case("/v1/model tells the form of the images and the classes")
def _(service):
    model = service.ask("GET", "/v1/model").expect(200).json()
    expected = {"classes": 10, "height": 28, "width": 28}
    expect_prediction(model, expected, class_names=None)
    expect("class_names" in model, "class_names is missing")


@case("/metrics is in Prometheus' form, and counts")
def _(service):
    def values():
        answer = service.ask("GET", "/metrics").expect(200)
        expect((answer.header("content-type") or "").startswith("text/plain"), answer.headers)
        text = answer.body.decode("utf-8")
        expect(text.endswith("\n"), "the last line has no end")
        name = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
        sample = rf'({name}(?:\{{(?:{name}="(?:[^"\\\n]|\\.)*",?)*\}})?) ([-+0-9.eE]+|[+-]Inf|NaN)(?: \d+)?'
        found = {}
        for line in text.splitlines():
            if not line or re.match(rf"# (HELP|TYPE) {name} ", line):
                continue
            match = re.fullmatch(sample, line)
            expect(match and match[1] not in found, f"not a sample, or twice: {line}")
            found[match[1]] = float(match[2])
        return found

    before = values()
    for _ in range(3):
        service.post(PICTURE).expect(200)
    after = values()
    expect(any(after[name] >= before.get(name, 0) + 3 for name in after), "nothing was counted")


@case("/openapi.json describes every route")
def _(service):
    document = service.ask("GET", "/openapi.json").expect(200).json()
    expect(str(document.get("openapi", "")).startswith("3."), document.get("openapi"))
    missing = {PREDICT, "/v1/model", "/healthz"} - set(document["paths"])
    expect(not missing, f"not described: {missing}")


@case("HEAD is answered as GET is, without a body")
def _(service):
    for path in PAGES:
        with service.connect() as connection:
            length = connection.ask("HEAD", path).expect(200).header("content-length")
            found = connection.ask("GET", path).expect(200)
            # The metrics change with every request.
            expect(path == "/metrics" or length is None or int(length) == len(found.body), f"{path}: {length}")


@case("a PNG, PGM, PPM and PBM of each kind is answered as mnist-predict answers it")
def _(service):
    rows, large = SMALL, drawing(90, 60, DIGITS["seven"], ink=20, paper=230)
    made = [bodies.png_with_colours(rows), bodies.png_with_palette(rows), bodies.png_of_16_bits(rows), png(large)]
    made += [netpbm(rows, kind) for kind in range(1, 7)] + [netpbm(large, 5)] + list(PICTURES.values())
    with service.connect() as connection:
        for body in made:
            expect_right(connection.post(body), body)


@case("what a picture is, its content tells, whatever type it is sent with")
def _(service):
    for kind in ("image/png", "image/jpeg", "text/plain", "application/octet-stream",
                 "application/x-www-form-urlencoded"):
        expect_right(service.post(PICTURE, kind), PICTURE)
    expect_right(service.ask("POST", PREDICT, PICTURE), PICTURE)


@case("with raw=1 a picture is taken as it is")
def _(service):
    for body in (*PICTURES.values(), netpbm(SMALL, 5)):
        expect_right(service.post(body, query="?raw=1"), body, raw=True)


@case("a blank picture is answered with a warning, another without")
def _(service):
    blank = png(drawing(28, 28, []))
    expect("warning" in expect_right(service.post(blank), blank), "no warning")
    expect("blank" in service.post(blank).json()["warning"], "the warning does not say blank")
    expect("warning" not in service.post(PICTURE).json(), "a warning")


@case("with pixels=1 an answer has what the model sees")
def _(service):
    pixels = service.post(PICTURE, query="?pixels=1").expect(200).json()["pixels"]
    expect(len(pixels) == 784 and all(type(v) is int and 0 <= v <= 255 for v in pixels), pixels[:20])
    for query in ("?raw=1&pixels=1", "?pixels=1&raw=1"):
        body = netpbm(SMALL, 5)
        expect_right(service.post(body, query=query), body, raw=True, pixels=bodies.flat(SMALL))
    answer = service.post(images(SMALL), JSON, "?pixels=1").expect(200).json()
    expect(answer["predictions"][0]["pixels"] == bodies.flat(SMALL), "other pixels")
    expect("pixels" not in service.post(PICTURE).json(), "pixels that nobody asked for")


@case("JSON's images are answered in their order, as the same picture with --raw")
def _(service):
    some = [drawing(28, 28, strokes) for strokes in DIGITS.values()] * 9
    found = service.post(images(*some), JSON).expect(200).json()["predictions"]
    expect(len(found) == len(some), f"{len(found)} answers")
    for index, (rows, answer) in enumerate(zip(some, found)):
        expect_prediction(answer, common.expected(png(rows), raw=True), index=index)


@case("JSON may be spaced, its numbers have fractions and exponents, its type parameters and capitals")
def _(service):
    expected = common.expected(png(SMALL), raw=True)
    text = json.dumps({"images": [[float(v) for v in bodies.flat(SMALL)]]}, indent=3).replace("255.0", "2.55E+2")
    for kind in (JSON, "application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"'):
        expect_prediction(service.post(text.encode(), kind).expect(200).json()["predictions"][0], expected, index=0)
    shades = [v * 255 / 783 for v in range(784)]
    service.post(json.dumps({"images": [shades]}).encode(), JSON).expect(200)


@case("the files of a form are answered in their order, by their names")
def _(service):
    parts = [(f"{name}.png", body) for name, body in PICTURES.items()] * 5
    found = service.post(multipart(*parts, (None, b"text")), MULTIPART).expect(200).json()["predictions"]
    expect([answer["file"] for answer in found] == [name for name, _ in parts], [answer["file"] for answer in found])
    for (_, body), answer in zip(parts, found):
        expect_prediction(answer, common.expected(body))


@case("names of a form's files may be odd")
def _(service):
    for name in ("ä ö 三.png", "../../etc/passwd", "a;b=c.png", "'", "<script>.png", "tab\there", "\x1b[31m.png",
                 "a" * 900):
        answer = service.post(multipart((name, PICTURE)), MULTIPART).expect(200, 400)
        if answer.status == 200:
            expect_prediction(answer.json()["predictions"][0], common.expected(PICTURE))
    for name, kind in (("a\\\"b.png", MULTIPART), ("c.png", 'multipart/form-data; boundary="AaB03x"')):
        service.post(multipart((name, PICTURE)), kind).expect(200)


@case("with raw=1 and pixels=1 a form's files are taken so too")
def _(service):
    body = netpbm(SMALL, 5)
    answer = service.post(multipart(("a.pgm", body)), MULTIPART, "?raw=1&pixels=1").expect(200).json()
    found, expected = answer["predictions"][0], common.expected(body, raw=True)
    expect_prediction(found, expected, pixels=bodies.flat(SMALL), file="a.pgm")


# MARK: - What is refused: a sentence, then method, path, type, body, and the statuses that are right

PIXELS = bodies.flat(SMALL)
DEEP = b'{"images":' + b"[" * 100_000


def with_first_pixel(text):
    return ('{"images":[[' + text + "," + ",".join(map(str, PIXELS[1:])) + "]]}").encode()


REFUSED = [
    ("an empty body is no picture", "POST", PREDICT, "image/png", b"", (400, 411, 415)),
    ("no body is no picture", "POST", PREDICT, "image/png", None, (400, 411, 415)),
    ("text is no picture", "POST", PREDICT, "image/png", b"hello", (400, 415)),
    ("a JPEG is not read", "POST", PREDICT, "image/jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 500, (400, 415)),
    ("a PNG's signature alone is no picture", "POST", PREDICT, "image/png", bodies.SIGNATURE, (400,)),
    ("a PNG that ends early is none", "POST", PREDICT, "image/png", PICTURE[:-20], (400,)),
    ("a PNG with a wrong checksum is none", "POST", PREDICT, "image/png", PICTURE[:50] + b"x" + PICTURE[51:], (400,)),
    ("a PNG without pixels is none", "POST", PREDICT, "image/png", bodies.png_of(0, 0, 8, 0, b""), (400,)),
    ("a PNG whose size is a lie is none", "POST", PREDICT, "image/png",
     bodies.png_of(2**31 - 1, 2**31 - 1, 8, 0, b""), (400, 413)),
    ("a PGM that ends early is none", "POST", PREDICT, "", netpbm(SMALL, 5)[:-1], (400,)),
    ("a PGM whose size is a lie is none", "POST", PREDICT, "", b"P5 99999 99999 255\n12", (400, 413)),
    ("a picture of another size is refused with raw=1", "POST", PREDICT + "?raw=1", "image/png",
     png(bodies.TINY), (400,)),
    ("JSON that ends early", "POST", PREDICT, JSON, images(SMALL)[:-1], (400,)),
    ("nothing is no JSON", "POST", PREDICT, JSON, b"", (400, 411)),
    ("a PNG is no JSON", "POST", PREDICT, JSON, PICTURE, (400,)),
    ("JSON that is no object", "POST", PREDICT, JSON, b"[]", (400,)),
    ("JSON null", "POST", PREDICT, JSON, b"null", (400,)),
    ("JSON without images", "POST", PREDICT, JSON, b"{}", (400,)),
    ("images that are a number", "POST", PREDICT, JSON, b'{"images":7}', (400,)),
    ("images that are null", "POST", PREDICT, JSON, b'{"images":null}', (400,)),
    ("images that are text", "POST", PREDICT, JSON, b'{"images":"x"}', (400,)),
    ("an image that is null", "POST", PREDICT, JSON, b'{"images":[null]}', (400,)),
    ("an image that is no list", "POST", PREDICT, JSON, json.dumps({"images": PIXELS}).encode(), (400,)),
    ("an image without numbers", "POST", PREDICT, JSON, b'{"images":[[]]}', (400,)),
    ("an image with a number too few", "POST", PREDICT, JSON, json.dumps({"images": [PIXELS[1:]]}).encode(), (400,)),
    ("an image with a number too many", "POST", PREDICT, JSON, json.dumps({"images": [[*PIXELS, 0]]}).encode(), (400,)),
    ("a second image that is too short", "POST", PREDICT, JSON, json.dumps({"images": [PIXELS, [1]]}).encode(), (400,)),
    ("an image in an image", "POST", PREDICT, JSON, json.dumps({"images": [[PIXELS]]}).encode(), (400,)),
    *((f"an image with the number {text[:9]}", "POST", PREDICT, JSON, with_first_pixel(text), (400,))
      for text in ("-1", "256", "1e999", "-1e999", "1e308", "9" * 400, "NaN", "Infinity", "null", "true", '"7"', "[1]",
                   "{}", "01", "1.", ".5", "+1", "0x10", "--1", "1e", "", "'1'")),
    ("JSON nested without end", "POST", PREDICT, JSON, DEEP, (400, 413)),
    ("objects nested without end", "POST", PREDICT, JSON, b'{"a":' * 100_000, (400, 413)),
    ("JSON and something more", "POST", PREDICT, JSON, images(SMALL) + b"x", (400,)),
    ("two JSON objects", "POST", PREDICT, JSON, images(SMALL) * 2, (400,)),
    ("JSON that is not UTF-8", "POST", PREDICT, JSON, b'{"\xff\xfe":1,"images":[]}', (400,)),
    ("JSON with half a surrogate and no images", "POST", PREDICT, JSON, b'{"\\ud800":1}', (400,)),
    ("JSON in UTF-16", "POST", PREDICT, JSON, images(SMALL).decode().encode("utf-16"), (400, 415)),
    ("a form without a boundary", "POST", PREDICT, "multipart/form-data", multipart(("a", PICTURE)), (400,)),
    ("a form with another boundary", "POST", PREDICT, "multipart/form-data; boundary=zz",
     multipart(("a", PICTURE)), (400,)),
    ("a form without files", "POST", PREDICT, MULTIPART, multipart((None, b"text")), (400,)),
    ("a form of nothing", "POST", PREDICT, MULTIPART, b"--AaB03x--\r\n", (400,)),
    ("a form without a body", "POST", PREDICT, MULTIPART, b"", (400, 411)),
    *((f"no page is at {path[:30]}", "GET", path, "", None, (404,))
      for path in ("/v1", "/v1/", "/v1/predictions", "/v1/predict/", "/V1/Predict", "/healthz/", "/healthz.json",
                   "/index", "//healthz", "/./healthz", "/v1/../healthz", "/%2e%2e/%2e%2e/etc/passwd",
                   "/../../etc/passwd", "/favicon.ico", "/model.ckpt", "/é", "/" + "a" * 2000)),
    ("nothing is predicted elsewhere", "POST", "/v1/predict/x", "image/png", PICTURE, (404,)),
    *((f"{method} is not for {path}", method, path, "", None, (405,))
      for path in PAGES for method in ("POST", "PUT", "DELETE", "PATCH")),
    *((f"{method} is not for {PREDICT}", method, PREDICT, "", None, (405,))
      for method in ("GET", "PUT", "DELETE", "PATCH")),
    ("a method that nobody knows", "BREW", PREDICT, "", None, (400, 405)),
]  # fmt: skip


def refuses(method, path, kind, body, statuses):
    def act(service):
        answer = service.ask(method, path, body, [("Content-Type", kind)] if kind else [])
        answer.expect_error(*statuses)
        if answer.status == 405:
            allowed = answer.header("allow") or ""
            expect("POST" in allowed if path == PREDICT else "GET" in allowed, f"Allow: {allowed!r}")

    return act


CASES += [(sentence, refuses(*parts)) for sentence, *parts in REFUSED]


@case("a method without a body, HEAD and OPTIONS of /v1/predict are refused without CORS")
def _(service):
    service.ask("HEAD", PREDICT).expect(405)
    asked = [("Origin", FOREIGN), ("Access-Control-Request-Method", "POST")]
    service.ask("OPTIONS", PREDICT, None, asked).expect(204, 403, 405)
    service.ask("OPTIONS", "*").expect(200, 204, 400, 403, 404, 405)


@case("a body in another encoding is not guessed at")
def _(service):
    service.post(PICTURE, headers=[("Content-Encoding", "gzip")]).expect(400, 415)


@case("a form with a picture and something else says so")
def _(service):
    answer = service.post(multipart(("a.png", PICTURE), ("b.png", b"no picture")), MULTIPART).expect(200, 400, 415)
    if answer.status == 200:
        first, second = answer.json()["predictions"]
        expect_prediction(first, common.expected(PICTURE))
        expect("error" in second and "predicted" not in second, second)
    else:
        answer.expect_error(400, 415)


# MARK: - Who asks


@case("only a request to a host that is known is answered")
def _(service):
    for host in (f"localhost:{service.port}", f"127.0.0.1:{service.port}"):
        service.ask("GET", "/healthz", None, [("Host", host)]).expect(200)
    for host in ("stranger.example", f"stranger.example:{service.port}", "127.0.0.1.stranger.example", "", "[::1",
                 f"localhost.stranger.example:{service.port}", "127.0.0.1@stranger.example"):
        for method, path, body in (("GET", "/", None), ("GET", "/v1/model", None), ("POST", PREDICT, PICTURE)):
            service.ask(method, path, body, [("Host", host)]).expect(400, 403, 421)


@case("a request without a host, or with two, is refused")
def _(service):
    service.ask("GET", "/healthz", None, [("Host", None)]).expect(400, 403, 421)
    two = [("Host", f"127.0.0.1:{service.port}"), ("Host", "stranger.example")]
    service.ask("GET", "/healthz", None, two).expect(400, 403, 421)


@case("a picture that another site's page sends is refused")
def _(service):
    port = service.port
    for origin in (FOREIGN, "null", "http://127.0.0.1:1", f"http://127.0.0.1:{port}.stranger.example", "", "http://",
                   f"http://stranger.example:{port}", f"{FOREIGN}, http://127.0.0.1:{port}"):
        for kind, body in (("image/png", PICTURE), ("text/plain", PICTURE), (JSON, images(SMALL))):
            answer = service.post(body, kind, headers=[("Origin", origin)])
            expect(answer.status == 403, f"Origin {origin!r}: {answer}")
    for host in ("127.0.0.1", "localhost"):
        own = [("Host", f"{host}:{port}"), ("Origin", f"http://{host}:{port}")]
        service.ask("POST", PREDICT, PICTURE, own).expect(200)


# MARK: - HTTP


@case("a connection is kept for the next request, also after a refused one")
def _(service):
    with service.connect() as connection:
        for number in range(100):
            if number % 3 == 0:
                connection.ask("GET", "/none").expect(404)
            elif number % 3 == 1:
                connection.post(b"no picture").expect(400, 415)
            else:
                expect_right(connection.post(PICTURE), PICTURE)


@case("a connection is closed when the request says so, and in HTTP/1.0")
def _(service):
    with service.connect() as connection:
        connection.ask("GET", "/healthz", None, [("Connection", "close")]).expect(200)
        expect(connection.is_closed(), "still open")
    with service.connect() as connection:
        connection.send(f"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1:{service.port}\r\n\r\n".encode())
        connection.answer().expect(200)
        expect(connection.is_closed(), "still open after HTTP/1.0")


@case("requests that are sent together are answered in their order")
def _(service):
    order = list(PICTURES.values()) * 6
    with service.connect() as connection:
        kind = [("Content-Type", "image/png")]
        connection.send(b"".join(
            connection.request("POST", PREDICT, body, kind) + connection.request("GET", "/healthz") for body in order))
        for body in order:
            expect_right(connection.answer(), body)
            connection.answer().expect(200)


@case("Expect: 100-continue is answered before the body is sent")
def _(service):
    with service.connect() as connection:
        for _ in range(3):
            connection.send(connection.request(
                "POST", PREDICT, None, [("Content-Length", str(len(PICTURE))), ("Expect", "100-continue")]))
            connection.answer().expect(100)
            connection.send(PICTURE)
            expect_right(connection.answer(), PICTURE)


@case("a body that is expected and refused is refused before it is sent, or after")
def _(service):
    with service.connect() as connection:
        connection.send(connection.request(
            "POST", PREDICT, None,
            [("Content-Length", str(len(PICTURE))), ("Expect", "100-continue"), ("Origin", FOREIGN)]))
        answer = connection.answer().expect(100, 403)
        if answer.status == 100:
            connection.send(PICTURE)
            connection.answer().expect(403)


def chunked(body, size, end=b"0\r\n\r\n"):
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end


CHUNKED = [("Transfer-Encoding", "chunked")]


@case("a body may come in chunks, with extensions and a trailer")
def _(service):
    with service.connect() as connection:
        head = connection.request("POST", PREDICT, None, CHUNKED)
        for size in (1, 7, 1000):
            connection.send(head + chunked(PICTURE, size))
            expect_right(connection.answer(), PICTURE)
        connection.send(head + chunked(PICTURE, 50, b"0;last=yes\r\nX-Trailer: 1\r\n\r\n"))
        expect_right(connection.answer(), PICTURE)
        connection.send(head + b"%X;a=b\r\n" % len(PICTURE) + PICTURE + b"\r\n0\r\n\r\n")
        expect_right(connection.answer(), PICTURE)
        connection.send(connection.request("POST", PREDICT, None, [*CHUNKED, ("Content-Type", JSON)]))
        connection.send(chunked(images(SMALL), 100))
        connection.answer().expect(200)


@case("a request may come a byte at a time")
def _(service):
    for kind, body in (("image/png", PICTURE), (MULTIPART, multipart(("a.png", PICTURE))), (JSON, images(SMALL))):
        with service.connect() as connection:
            for byte in connection.request("POST", PREDICT, body, [("Content-Type", kind)]):
                connection.send(bytes([byte]))
            connection.answer().expect(200)


@case("a client that closes its half of the connection after its request gets the answer, or the end")
def _(service):
    with service.connect() as connection:
        connection.send(connection.request("POST", PREDICT, PICTURE))
        connection.socket.shutdown(1)
        # libmicrohttpd 0.9.75 takes it for the client's going away.
        expect(connection.status_or_end() in (200, 0), "neither an answer nor the end")


POST = b"POST /v1/predict HTTP/1.1\r\nHOST"

# A sentence, what is sent after the host's header (HOST) is put in, and the statuses; 0 is an end without an answer.
RAW = [
    ("a length and chunks", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400,)),
    ("chunks and a length", POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", (400,)),
    ("two lengths", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", (400,)),
    ("two lengths in a line", POST + b"Content-Length: 5, 6\r\n\r\nhello!", (400, 413)),
    ("a length below zero", POST + b"Content-Length: -5\r\n\r\nhello", (400, 413)),
    ("a length with a plus", POST + b"Content-Length: +5\r\n\r\nhello", (400, 413)),
    ("a length in hexadecimals", POST + b"Content-Length: 0x5\r\n\r\nhello", (400, 413)),
    ("a length beyond 64 bits", POST + b"Content-Length: 99999999999999999999999\r\n\r\nhello", (400, 413)),
    ("a coding that nobody knows", POST + b"Transfer-Encoding: rot13\r\n\r\nhello", (400, 411, 415, 501)),
    ("chunked twice", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     (400, 415, 501)),
    ("a chunk's size that is none", POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", (400, 0)),
    ("a chunk's size below zero", POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", (400, 0)),
    ("a chunk's size beyond 64 bits", POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n",
     (400, 413, 0)),
    ("a chunk that is longer than its size", POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
     (400, 0)),
    ("a line that is no request", b"hello\r\n\r\n", (400, 0)),
    ("a request without a version", b"GET /healthz\r\n\r\n", (400, 505, 0)),
    ("a version of the future", b"GET /healthz HTTP/9.9\r\nHOST\r\n", (400, 505, 0)),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0",
     (400, 403, 404, 405, 421, 505, 0)),
    ("the beginning of TLS", bytes.fromhex("16030100c8010000c40303") + bytes(range(189)) + b"\r\n\r\n",
     (400, 505, 0)),
    ("noise", bytes(range(256)) * 4 + b"\r\n\r\n", (400, 405, 505, 0)),
    ("a header without a colon", b"GET /healthz HTTP/1.1\r\nHOSThello\r\n\r\n", (400, 0)),
    ("a header without a name", b"GET /healthz HTTP/1.1\r\nHOST: hello\r\n\r\n", (200, 400, 0)),
    ("a header with a zero byte", b"GET /healthz HTTP/1.1\r\nHOSTX: a\0b\r\n\r\n", (200, 400, 0)),
    ("a space before a header's colon", POST + b"Content-Length : 5\r\n\r\nhello", (400,)),
    ("a path with a zero byte", b"GET /healthz%00 HTTP/1.1\r\nHOST\r\n", (200, 400, 404)),
    ("a path with a space", b"GET /health z HTTP/1.1\r\nHOST\r\n", (400, 404, 505, 0)),
    ("a header of 100 KB", b"GET /healthz HTTP/1.1\r\nHOSTX: " + b"a" * 100_000 + b"\r\n\r\n", (400, 413, 431)),
    ("headers of 100 KB", b"GET /healthz HTTP/1.1\r\nHOST" + b"X: a\r\n" * 17_000 + b"\r\n", (400, 413, 431)),
    ("a path of 100 KB", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHOST\r\n", (400, 404, 413, 414, 431)),
    ("a query of 100 KB", b"GET /healthz?" + b"a&" * 50_000 + b" HTTP/1.1\r\nHOST\r\n", (400, 413, 414, 431)),
    ("a body of 10 GB is refused when it is announced", POST + b"Content-Length: 10000000000\r\n\r\n", (413,)),
    ("a body of 10 GB that waits to be continued",
     POST + b"Content-Length: 10000000000\r\nExpect: 100-continue\r\n\r\n", (413,)),
]  # fmt: skip


def is_taken_so(content, statuses):
    def act(service):
        with service.connect() as connection:
            try:
                connection.send(content.replace(b"HOST", b"Host: 127.0.0.1:%d\r\n" % service.port, 1))
            except Closed:
                # What does not read on may close before all is sent; the answer is there all the same, or lost.
                pass
            status = connection.status_or_end()
            lost = len(content) > 50_000 and status == 0
            expect(status in statuses or lost, f"expected {statuses}, found {status}")
            # What follows must not be taken for the next request. (libmicrohttpd 0.9.75 sends the head of its own
            # refusals twice, and ends the connection.)
            ending = status in (200, 404) or not connection.has_news(0.3)
            expect(ending or connection.ends_with(400), "more than one answer")

    return act


CASES += [(f"refused, or the connection ended: {sentence}", is_taken_so(*parts)) for sentence, *parts in RAW]


@case("a body in chunks without end is refused with 413 when it is too long")
def _(service):
    piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with service.connect() as connection:
        connection.send(connection.request("POST", PREDICT, None, CHUNKED))
        sent = 0
        try:
            while sent < 600 and not connection.has_news():
                connection.send(piece)
                sent += 1
        except Closed:
            pass
        expect(sent < 600, f"{sent} MiB were taken")
        status = connection.status_or_end()
        expect(status in (413, 0), f"expected 413, found {status}")


@case("a picture that unpacks to 400 MB takes no such memory")
def _(service):
    before = service.resident()
    service.post(bodies.large_png(20_000)).expect(200, 400, 413)
    most = service.resident("VmHWM")
    expect(before is None or most < before + (300 << 10), f"{before} KiB before, {most} KiB at the most")


# MARK: - Many at once


@case("each of many clients at once gets its own answer")
def _(service):
    def client(number):
        order = list(PICTURES.values())
        with service.connect() as connection:
            for turn in range(60):
                body = order[(number + turn) % len(order)]
                if turn % 2:
                    expect_right(connection.post(body), body)
                else:
                    expect_right(connection.post(body, query="?raw=1"), body, raw=True)

    for body in PICTURES.values():
        common.expected(body), common.expected(body, raw=True)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(client, range(16)))


@case("a client that goes away in the middle of a body, or before its answer, harms nobody")
def _(service):
    whole = Connection(service.port)
    request = whole.request("POST", PREDICT, PICTURE)
    whole.reset()
    for number in range(300):
        connection = service.connect()
        connection.send(request[: len(request) - number % 3 * 60])
        connection.reset() if number % 2 else connection.socket.close()


@case("a client that does not read its answers holds up nobody")
def _(service):
    with service.connect(0.5) as connection:
        many = connection.request("GET", "/") * 200
        try:
            for _ in range(100):
                connection.send(many)
        except (TimeoutError, Closed):
            pass
        for _ in range(5):
            expect_well(service)


@case("a thousand idle connections leave the others served, and are gone when they are closed")
def _(_):
    # Of its own, since there may be a limit.
    with common.start() as service:
        before = service.open_files()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < 2048:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard), hard))
        connections = []
        try:
            for number in range(1000):
                connections.append(service.connect())
                if number % 2:
                    connections[-1].send(b"GET / HTTP/1.1\r\n")
            for _ in range(20):
                expect_well(service)
        finally:
            for connection in connections:
                connection.socket.close()
        end = time.monotonic() + 20
        while before is not None and service.open_files() > before + 4 and time.monotonic() < end:
            time.sleep(0.1)
        now = service.open_files()
        expect(before is None or now <= before + 4, f"{before} open files before, {now} at the end")
        expect_well(service)


# MARK: - Slow ones, which are waited for at the end


def seconds_until_end(connection, piece, limit):
    """How long the service bears a client that sends `piece` every second, or nothing."""
    begin = time.monotonic()
    while time.monotonic() - begin < limit:
        try:
            if connection.has_news(1):
                status = connection.status_or_end()
                expect(status in (0, 400, 408), f"answered with {status}")
                return time.monotonic() - begin
            if piece:
                connection.send(piece)
        except Closed:
            return time.monotonic() - begin
    raise Failed(f"still open after {limit} s")


def expect_about(seconds, expected):
    expect(0.4 * expected <= seconds <= 2 * expected + 3, f"ended after {seconds:.1f} s, expected about {expected} s")


def slow_head(piece):
    def act(service):
        limit = common.options.header_seconds
        with service.connect() as connection:
            connection.send(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nX: ".encode())
            expect_about(seconds_until_end(connection, piece, 2 * limit + 4), limit)

    return act


def slow_body(piece):
    def act(service):
        limit = common.options.body_seconds
        with service.connect() as connection:
            connection.send(connection.request("POST", PREDICT, None, [("Content-Length", "1000")]) + b"x")
            expect_about(seconds_until_end(connection, piece, 2 * limit + 4), limit)

    return act


SLOW_CASES += [
    ("a header that comes by a byte a second is not waited for", slow_head(b"a")),
    ("a header that stops is not waited for", slow_head(b"")),
    ("a body that comes by a byte a second is not waited for", slow_body(b"a")),
    ("a body that stops is not waited for", slow_body(b"")),
]


@slow_case("clients that close their half in the middle of a header or a body are not kept")
def _(service):
    connections = [service.connect() for _ in range(100)]
    for number, connection in enumerate(connections):
        request = connection.request("POST", PREDICT, PICTURE)
        connection.send(request[: 20 if number % 2 else -20])
        connection.socket.shutdown(1)
    limit = 2 * common.options.body_seconds + 3
    end = time.monotonic() + limit
    for connection in connections:
        connection.socket.settimeout(max(0.1, end - time.monotonic()))
        status = connection.status_or_end()
        expect(status in (0, 400, 408), f"answered with {status}")
        connection.socket.close()


@slow_case("SIGTERM does not wait for a request that never ends")
def _(_):
    with common.start() as service, service.connect() as connection:
        connection.send(connection.request("POST", PREDICT, PICTURE)[:-30])
        time.sleep(0.3)
        service.signal(signal.SIGTERM)
        found = service.wait(2 * common.options.body_seconds + 5)
        expect(found == 143, f"exit status {found}")


# MARK: - A process of its own


@own_case("SIGHUP loads what the model's file now is, without a wrong answer meanwhile; a damaged file is not taken")
def _():
    file = common.folder / "served.ckpt"

    def replace(content):
        new = common.folder / "new.ckpt"
        new.write_bytes(content)
        new.replace(file)

    first, second = common.first.read_bytes(), common.second.read_bytes()
    replace(first)
    with common.start(file) as service:
        right = [common.expected(PICTURE, model=model)["probabilities"] for model in (common.first, common.second)]
        expect(right[0] != right[1], "the two models answer the same")
        ended, wrong = threading.Event(), []

        def client():
            try:
                with service.connect() as connection:
                    while not ended.is_set():
                        found = connection.post(PICTURE).expect(200).json()["probabilities"]
                        expect(found in right, f"neither model says {found}")
            except (Failed, Closed) as failure:
                wrong.append(failure)

        clients = [threading.Thread(target=client) for _ in range(3)]
        for thread in clients:
            thread.start()
        try:
            former = service.ask("GET", "/v1/model").expect(200).body
            for turn in range(4):
                replace(first if turn % 2 else second)
                service.signal(signal.SIGHUP)
                end = time.monotonic() + 10
                while service.ask("GET", "/v1/model").expect(200).body == former and time.monotonic() < end:
                    time.sleep(0.02)
                found = service.ask("GET", "/v1/model").expect(200).body
                expect(found != former, "/v1/model did not change")
                former = found
                probabilities = service.post(PICTURE).expect(200).json()["probabilities"]
                expect(probabilities == right[0 if turn % 2 else 1], "the former model answers")
            for content in (first[: len(first) // 2], b"no model", b"", common.named.read_bytes()[:100], None):
                lines = len(service.lines)
                file.unlink() if content is None else replace(content)
                service.signal(signal.SIGHUP)
                service.wait_for_line(re.escape(file.name), lines)
                expect(service.ask("GET", "/v1/model").expect(200).body == former, "/v1/model changed")
                probabilities = service.post(PICTURE).expect(200).json()["probabilities"]
                expect(probabilities == right[0], "another model answers")
            replace(common.named.read_bytes())
        finally:
            ended.set()
            for thread in clients:
                thread.join()
        expect(not wrong, f"meanwhile: {wrong[:1]}")


@own_case("SIGTERM, and SIGINT, let a request that is under way end, and nothing else is waited for")
def _():
    for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        with common.start() as service, service.connect() as idle, service.connect() as connection:
            idle.ask("GET", "/healthz").expect(200)
            request = connection.request("POST", PREDICT, PICTURE)
            connection.send(request[:-30])
            time.sleep(0.3)
            service.signal(number)
            time.sleep(0.5)
            connection.send(request[-30:])
            expect_right(connection.answer(), PICTURE)
            found = service.wait(10)
            expect(found == status, f"exit status {found}, expected {status}")


@own_case("SIGTERM ends a service that nobody asks at once")
def _():
    with common.start() as service:
        begin = time.monotonic()
        service.signal(signal.SIGTERM)
        found = service.wait(10)
        expect(found == 143, f"exit status {found}")
        expect(time.monotonic() - begin < 3, "it took longer than 3 s")


@own_case("a model of another form, whose classes have names, is served by its names")
def _():
    with common.start(common.named) as service:
        model = service.ask("GET", "/v1/model").expect(200).json()
        names = ["left", 'half "left"', "half right", "récht"]
        expect_prediction(model, {"classes": 4, "class_names": names, "height": 6, "width": 8})
        rows = [[200 if column // 2 == 3 else 0 for column in range(8)] for _ in range(6)]
        found = expect_right(service.post(png(rows), query="?raw=1"), png(rows), raw=True, model=common.named)
        expect(found.get("class") == names[found["predicted"]], found)
        answer = service.post(images(rows), JSON).expect(200).json()["predictions"][0]
        expect_prediction(answer, common.expected(png(rows), raw=True, model=common.named), index=0)
        service.post(images(SMALL), JSON).expect_error(400)


def refusal(*arguments):
    """What mnist-predict says and how it ends when it cannot serve."""
    command = [str(common.predict), *map(str, arguments)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(command)} did not end") from None
    return result.returncode, result.stderr


@own_case("a port that is in use ends in exit status 1 and one sentence")
def _():
    with common.start() as service:
        status, text = refusal("--model_fn", common.first, "--serve", f"127.0.0.1:{service.port}")
        expect(status == 1, f"exit status {status}: {text}")
        expect(text.count("\n") == 1 and text.startswith("mnist-predict: ") and str(service.port) in text, text)
        expect_well(service)


@own_case("an address that is none, and a model that is none, are refused")
def _():
    for address in ("", "x", "65536", "-1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536"):
        status, text = refusal("--model_fn", common.first, f"--serve={address}")
        expect(status in (1, 2) and text.startswith("mnist-predict: "), f"{address!r}: exit status {status}: {text}")
    status, text = refusal("--model_fn", common.folder / "none.ckpt", "--serve", "127.0.0.1:0")
    expect(status == 1 and text.count("\n") == 1 and "none.ckpt" in text, f"exit status {status}: {text}")


# MARK: - Wrong bodies


def try_wrong_bodies(service):
    """As many as were asked for, over a few connections; then nothing has grown."""
    count, seed = common.options.bodies, common.options.seed
    statuses, lock = {}, threading.Lock()

    def client(numbers):
        connection = service.connect(60)
        for number in numbers:
            kind, body = bodies.wrong_body(seed, number)
            query = ("", "?raw=1", "?pixels=1")[number % 3]
            try:
                answer = connection.post(body, kind, query)
                answer.expect(200, 400, 413, 415)
                if answer.status == 200:
                    answer.json()
                else:
                    answer.expect_error(400, 413, 415)
                if number % 50 == 0:
                    expect_right(connection.post(PICTURE), PICTURE)
            except (Failed, Closed) as failure:
                kept = Path(tempfile.gettempdir()) / f"try-service-{seed}-{number}"
                kept.write_bytes(body)
                raise Failed(f"body {number} of seed {seed} ({kept}): {failure or 'closed'}") from None
            with lock:
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
        connection.socket.close()

    def send(begin, end):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(client, [range(begin + part, end, 4) for part in range(4)]))

    warm = max(200, count // 5)
    send(0, warm)
    before = service.resident()
    send(warm, count)
    after = service.resident()
    print(f"  {count} wrong bodies: {dict(sorted(statuses.items()))}, VmRSS {before} KiB warm, {after} KiB at the end")
    expect(before is None or after - before <= LARGEST_GROWTH_KIB, f"{before} KiB before, {after} KiB after")


# MARK: - All of them


class Report:
    def __init__(self):
        self.count, self.failures = 0, 0

    def attempt(self, sentence, act, *arguments):
        begin = time.monotonic()
        self.count += 1
        try:
            act(*arguments)
            failure = None
        except Failed as found:
            failure = str(found)
        except Closed:
            failure = "the connection ended without an answer"
        except (OSError, LookupError, TypeError, ValueError) as found:
            failure = repr(found)
        if failure is not None:
            self.failures += 1
            print(f"try-service: FAILED: {sentence}: {failure}", flush=True)
        elif common.options.verbose:
            print(f"  {time.monotonic() - begin:5.1f} s  {sentence}", flush=True)


def run_all(report):
    wanted = common.options.only

    def chosen(cases):
        return [(sentence, act) for sentence, act in cases if wanted is None or wanted in sentence]

    with common.start() as service:
        expect_well(service)
        files = service.open_files()
        slow = [] if common.options.quick else chosen(SLOW_CASES)
        threads = [threading.Thread(target=report.attempt, args=(*parts, service)) for parts in slow]
        for thread in threads:
            thread.start()
        for sentence, act in chosen(CASES):
            def case_and_after(act=act):
                act(service)
                expect_well(service)

            report.attempt(sentence, case_and_after)
            if service.process.poll() is not None:
                break
        else:
            for sentence, act in chosen([("no body, however wrong, harms the service", try_wrong_bodies)]):
                report.attempt(sentence, act, service)
            for thread in threads:
                thread.join()
            time.sleep(1)

            def is_well_at_the_end():
                for body in PICTURES.values():
                    expect_right(service.post(body), body)
                now = service.open_files()
                expect(files is None or now <= files + 4, f"{files} open files at the beginning, {now} at the end")

            report.attempt("the service is alive and right at the end, and keeps no connection", is_well_at_the_end)
        status = service.process.poll()
        if status is not None:
            report.failures += 1
            print(f"try-service: FAILED: the service ended by itself, {status}: {''.join(service.lines[-20:])}")
    for sentence, act in chosen(OWN_CASES):
        report.attempt(sentence, act)


def main():
    global common
    parser = argparse.ArgumentParser(description="Tries mnist-predict --serve over real sockets.")
    parser.add_argument("--build", type=Path, default=Path(".build/release"), help="where the tools are")
    parser.add_argument("--bodies", type=int, default=2000, help="random and changed bodies (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, help="of those bodies")
    parser.add_argument("--quick", action="store_true", help="without the cases that wait for slow clients")
    parser.add_argument("--header_seconds", type=float, default=10, help="how long the service waits for a header")
    parser.add_argument("--body_seconds", type=float, default=30, help="how long it waits for a body")
    parser.add_argument("--only", metavar="WORDS", help="the cases whose sentence has these words")
    parser.add_argument("--verbose", action="store_true", help="a line for each case")
    options = parser.parse_args()

    report = Report()
    folder = Path(tempfile.mkdtemp(prefix="try-service-"))
    begin = time.monotonic()
    try:
        common = Common(options.build.resolve(), folder, options)
        report.attempt("the shared service", run_all, report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - begin
    print(f"try-service: {report.count} cases, {report.failures} failed, in {seconds:.0f} s")
    sys.stdout.flush()
    # Threads of a failure may still wait for an answer.
    os._exit(1 if report.failures else 0)


if __name__ == "__main__":
    main()
