"""What try_service.py sends: small pictures of every kind, and the same with something wrong."""

import json
import random
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawing(height, width, strokes, ink=255, paper=0):
    """Rows of pixels with strokes from (row, column) to (row, column), in parts of 28."""
    rows = [[paper] * width for _ in range(height)]
    thick = max(1, height // 12)
    for (top, left), (bottom, right) in strokes:
        for step in range(4 * max(height, width) + 1):
            share = step / (4 * max(height, width))
            row = int((top + (bottom - top) * share) * height / 28)
            column = int((left + (right - left) * share) * width / 28)
            for y in range(row, min(height, row + thick)):
                for x in range(column, min(width, column + thick)):
                    rows[y][x] = ink
    return rows


DIGITS = {
    "zero": [((5, 10), (5, 17)), ((5, 17), (21, 17)), ((21, 17), (21, 10)), ((21, 10), (5, 10))],
    "one": [((4, 14), (23, 14))],
    "two": [((5, 9), (5, 17)), ((5, 17), (12, 17)), ((12, 17), (21, 9)), ((21, 9), (21, 18))],
    "three": [((5, 9), (5, 17)), ((13, 11), (13, 17)), ((21, 9), (21, 17)), ((5, 17), (21, 17))],
    "four": [((4, 10), (14, 8)), ((14, 8), (14, 20)), ((4, 16), (23, 16))],
    "five": [((5, 10), (5, 18)), ((5, 10), (13, 10)), ((13, 10), (13, 17)), ((13, 17), (21, 17)), ((21, 17), (21, 9))],
    "seven": [((5, 8), (5, 19)), ((5, 19), (23, 12))],
}


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width, height, depth, kind, raw, before=b"", interlaced=0):
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    data = chunk(b"IDAT", zlib.compress(raw))
    return SIGNATURE + chunk(b"IHDR", header) + before + data + chunk(b"IEND", b"")


def large_png(side):
    """A black square, of a thousandth of the bytes that it has pixels."""
    packer = zlib.compressobj()
    data = b"".join(packer.compress(bytes(side + 1)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png(rows):
    return png_of(len(rows[0]), len(rows), 8, 0, b"".join(b"\0" + bytes(row) for row in rows))


def png_with_colours(rows):
    raw = b"".join(b"\0" + b"".join(bytes([v, v, v, 255]) for v in row) for row in rows)
    return png_of(len(rows[0]), len(rows), 8, 6, raw)


def png_with_palette(rows):
    palette = chunk(b"PLTE", bytes(v for shade in range(256) for v in (shade, shade, shade)))
    return png_of(len(rows[0]), len(rows), 8, 3, b"".join(b"\0" + bytes(row) for row in rows), palette)


def png_of_16_bits(rows):
    raw = b"".join(b"\0" + b"".join(bytes([v, v]) for v in row) for row in rows)
    return png_of(len(rows[0]), len(rows), 16, 0, raw)


def netpbm(rows, kind):
    """PBM, PGM or PPM by its number, from 1 to 6; a bitmap's ink is what is light here."""
    head = f"P{kind} {len(rows[0])} {len(rows)}{'' if kind in (1, 4) else ' 255'}\n".encode()
    if kind == 1:
        return head + b"\n".join(b" ".join(b"1" if v > 127 else b"0" for v in row) for row in rows) + b"\n"
    if kind == 4:
        def packed(row):
            bits = "".join("1" if v > 127 else "0" for v in row)
            bits += "0" * (-len(bits) % 8)
            return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        return head + b"".join(map(packed, rows))
    times = 3 if kind in (3, 6) else 1
    if kind in (2, 3):
        return head + b"\n".join(b" ".join(b"%d" % v for v in row for _ in range(times)) for row in rows) + b"\n"
    return head + bytes(v for row in rows for v in row for _ in range(times))


def flat(rows):
    return [value for row in rows for value in row]


def images(*pictures):
    return json.dumps({"images": [flat(rows) for rows in pictures]}, separators=(",", ":")).encode()


def multipart(*parts, boundary="AaB03x"):
    """Parts are a name of a file, or None, and content."""
    body = b""
    for name, content in parts:
        file = f'; filename="{name}"' if name is not None else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"{file}\r\n'.encode()
        body += b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


MULTIPART = "multipart/form-data; boundary=AaB03x"
SMALL = drawing(28, 28, DIGITS["three"])
TINY = drawing(7, 5, DIGITS["seven"])
# Where mutation begins.
SEEDS = [
    ("image/png", png(SMALL)), ("image/png", png(TINY)), ("image/png", png_with_colours(TINY)),
    ("image/png", png_with_palette(TINY)), ("image/png", png_of_16_bits(TINY)),
    *(("application/octet-stream", netpbm(TINY, kind)) for kind in range(1, 7)),
    ("application/octet-stream", netpbm(SMALL, 5)), ("application/json", images(SMALL)),
    (MULTIPART, multipart(("three.png", png(TINY)), (None, b"text"))),
]  # fmt: skip
NUMBERS = [0, 1, 2, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1]


def repaired(body):
    """The chunks of a PNG with their checksums made right again."""
    if not body.startswith(SIGNATURE):
        return body
    result, place = bytearray(SIGNATURE), len(SIGNATURE)
    while place + 12 <= len(body):
        length = int.from_bytes(body[place : place + 4], "big")
        if place + 12 + length > len(body):
            break
        result += chunk(body[place + 4 : place + 8], body[place + 8 : place + 8 + length])
        place += 12 + length
    return bytes(result) + body[place:]


def changed(body, draw):
    """One small change at one place."""
    body = bytearray(body)
    place = draw.randrange(len(body)) if body else 0
    choice = draw.randrange(7)
    if choice == 0 and body:
        body[place] ^= 1 << draw.randrange(8)
    elif choice == 1 and body:
        body[place] = draw.randrange(256)
    elif choice == 2:
        body[place:place] = draw.randbytes(draw.randint(1, 8))
    elif choice == 3:
        del body[place : place + draw.randint(1, 16)]
    elif choice == 4:
        body[place : place + 4] = draw.choice(NUMBERS).to_bytes(4, draw.choice(["big", "little"]))
    elif choice == 5:
        body[place:place] = str(draw.choice([*NUMBERS, -1, "1e999", "[", "NaN", '"'])).encode()
    else:
        other = draw.choice(SEEDS)[1]
        begin = draw.randrange(len(other))
        body[place:place] = other[begin : begin + draw.randint(1, 64)]
    return bytes(body)


def random_png(draw):
    """A PNG whose parts fit together by chance alone, with checksums that are right."""
    width, height = (draw.choice([0, 1, 2, 7, 28, 100, draw.choice(NUMBERS)]) for _ in range(2))
    depth, kind = draw.choice([1, 2, 4, 8, 16, 3]), draw.choice([0, 2, 3, 4, 6, 1])
    raw = draw.randbytes(draw.choice([0, 1, 29, 812, 3000]))
    row = 1 + (width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(kind, 1) + 7) // 8
    if row * height < 100_000 and draw.randrange(4):
        # As long as it should be, with filters that there are and that there are not.
        raw = b"".join(bytes([draw.randrange(6)]) + draw.randbytes(row - 1) for _ in range(height))
    palette, opacity = chunk(b"PLTE", draw.randbytes(3 * draw.randint(0, 16))), chunk(b"tRNS", draw.randbytes(6))
    before = draw.choice([b"", palette, opacity, palette + opacity])
    return png_of(width, height, depth, kind, raw, before, draw.randrange(2))


def wrong_body(seed, number):
    """A type and a body; the same for the same numbers."""
    draw = random.Random(f"{seed} {number}")
    kind, body = draw.choice(SEEDS)
    choice = draw.randrange(10)
    if choice == 0:
        return kind, draw.randbytes(draw.randrange(2000))
    if choice == 1:
        return "image/png", random_png(draw)
    if choice == 2:
        return kind, body[: draw.randrange(len(body))]
    for _ in range(draw.choice([1, 1, 2, 4, 16])):
        body = changed(body, draw)
    return kind, repaired(body) if draw.randrange(3) else body
