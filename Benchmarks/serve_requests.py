"""What serve.sh sends, and what it makes of the answers; nothing of PyTorch, so that it runs with numpy alone.

    serve_requests.py make DATA_DIR FOLDER       bodies of requests: ten test images of each class
    serve_requests.py ask PORT FOLDER ANSWERS    sends them all once, and keeps what is answered
    serve_requests.py compare ANSWERS ANSWERS    exit status 1 where two services do not answer the same
    serve_requests.py table LINES                the table of what wrk measured of ours and of FastAPI
"""

import http.client
import json
import statistics
import struct
import sys
import zlib
from pathlib import Path

FORMS = {"json": ("/v1/predict", "application/json"), "png": ("/v1/predict?raw=1", "image/png")}
LARGEST_DIFFERENCE = 1e-4
AIM_OF_REQUESTS = 10
AIM_OF_LATENCY = 3


def png(image):
    """A PNG of an array of bytes, 8 bits of gray."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def make(data, folder):
    import numpy

    from mnist import read_idx

    images, labels = read_idx(data, "t10k-images", 3), read_idx(data, "t10k-labels", 1)
    order = numpy.concatenate([numpy.flatnonzero(labels == label)[:10] for label in range(10)])
    # Classes in turn, not one after the other.
    order = order[numpy.argsort(numpy.arange(len(order)) % 10, kind="stable")]
    for form in FORMS:
        (Path(folder) / form).mkdir(parents=True)
    for number, index in enumerate(order):
        body = json.dumps({"images": [images[index].flatten().tolist()]}, separators=(",", ":")).encode()
        (Path(folder) / "json" / str(number)).write_bytes(body)
        (Path(folder) / "png" / str(number)).write_bytes(png(images[index]))


def ask(port, folder, file):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    answers = {}
    for form, (path, kind) in FORMS.items():
        for body in sorted((Path(folder) / form).iterdir()):
            connection.request("POST", path, body.read_bytes(), {"Content-Type": kind})
            response = connection.getresponse()
            content = response.read()
            if response.status != 200:
                sys.exit(f"{form} {body.name}: {response.status} {content[:200]}")
            answer = json.loads(content)
            answers[f"{form} {body.name}"] = answer["predictions"][0] if form == "json" else answer
    Path(file).write_text(json.dumps(answers))


def compare(ours, theirs):
    ours, theirs = (json.loads(Path(file).read_text()) for file in (ours, theirs))
    largest = 0.0
    for name in ours.keys() | theirs.keys():
        a, b = ours[name], theirs[name]
        difference = max(abs(p - q) for p, q in zip(a["probabilities"], b["probabilities"], strict=True))
        largest = max(largest, difference)
        if a["predicted"] != b["predicted"] or not difference <= LARGEST_DIFFERENCE:
            sys.exit(f"{name}: {a['predicted']} and {b['predicted']}, probabilities {difference:.1e} apart")
    print(f"{len(ours)} requests are answered the same; largest difference of a probability: {largest:.1e}")


def medians(runs):
    return [statistics.median(column) for column in zip(*runs)]


def table(file):
    """Medians over the rounds of what wrk's script printed; of FastAPI on several loops the better of each."""
    runs = {}
    for line in Path(file).read_text().splitlines():
        name, form, connections, *numbers = line.split()
        runs.setdefault((form, int(connections)), {}).setdefault(name, []).append([float(n) for n in numbers])
    title = f"{'requests':8} {'connections':>11} {'requests/s: ours':>17} {'FastAPI':>16} {'ratio':>7}"
    print(title + f" {'p50, ms: ours':>14} {'theirs':>8} {'p99, ms: ours':>14} {'theirs':>8} {'errors':>7}")
    short_of = []
    for (form, connections), by_name in runs.items():
        rate, p50, p99, _ = medians(by_name["ours"])
        their_rates, their_p50s, their_p99s, _ = zip(*(medians(by_name[name]) for name in by_name if name != "ours"))
        their_rate, their_p50, their_p99 = max(their_rates), min(their_p50s), min(their_p99s)
        errors = sum(run[3] for runs_of_one in by_name.values() for run in runs_of_one)
        ratio = rate / their_rate if their_rate else float("inf")
        print(f"{form:8} {connections:11} {rate:17.0f} {their_rate:16.0f} {ratio:7.1f} {p50:14.3f} {their_p50:8.3f} "
              f"{p99:14.3f} {their_p99:8.3f} {errors:7.0f}")
        where = f"{form} at {connections}"
        if errors:
            short_of.append(f"{where}: {errors:.0f} errors")
        if ratio < AIM_OF_REQUESTS:
            short_of.append(f"{where}: {ratio:.1f} × the requests")
        if p99 * AIM_OF_LATENCY > their_p99:
            short_of.append(f"{where}: p99 of {p99 / their_p99:.2f} of theirs")
    aims = f"{AIM_OF_REQUESTS} × the requests a second and a p99 of at most a third, without an error"
    print(f"The aims, {aims}, " + ("do not hold: " + "; ".join(short_of) if short_of else "hold everywhere") + ".")


if __name__ == "__main__":
    {"make": make, "ask": ask, "compare": compare, "table": table}[sys.argv[1]](*sys.argv[2:])
