"""What try_service.py speaks with: the service as a process, and HTTP over bare sockets, which can send anything."""

import json
import re
import select
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path


class Failed(Exception):
    """What a case found in place of what it expected."""


def expect(holds, what):
    if not holds:
        raise Failed(what)


class Closed(Exception):
    """The connection ended before an answer."""


class Answer:
    def __init__(self, status, headers, body=b""):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)

    def json(self):
        try:
            # NaN and Infinity are no JSON.
            return json.loads(self.body, parse_constant=lambda word: [][word])
        except (ValueError, TypeError, UnicodeDecodeError):
            raise Failed(f"no JSON: {self.status} {self.body[:200]}") from None

    def expect(self, *statuses):
        expect(self.status in statuses, f"expected {statuses}, found {self.status} {self.body[:200]}")
        return self

    def expect_error(self, *statuses):
        """An error with one sentence of JSON that says why."""
        self.expect(*statuses)
        error = self.json()
        expect(isinstance(error, dict) and isinstance(error.get("error"), str), f"no sentence: {self.body[:200]}")
        expect(error["error"].strip() and "\n" not in error["error"], f"not one sentence: {error['error']!r}")
        return self

    def __repr__(self):
        return f"{self.status} {self.body[:100]}"


class Service:
    """mnist-predict --serve on a free port."""

    def __init__(self, predict, model):
        command = [str(predict), "--model_fn", str(model), "--serve", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.lines, self.port = [], None
        begun = threading.Event()

        def read():
            for line in self.process.stderr:
                self.lines.append(line)
                found = re.search(r"serving http://127\.0\.0\.1:(\d+)/", line)
                if found and self.port is None:
                    self.port = int(found[1])
                    begun.set()
            begun.set()

        threading.Thread(target=read, daemon=True).start()
        begun.wait(60)
        expect(self.port is not None, f"the service did not begin: {''.join(self.lines)}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def connect(self, timeout=20):
        return Connection(self.port, timeout)

    def ask(self, method, path, body=None, headers=()):
        """One request over a connection of its own."""
        with self.connect() as connection:
            return connection.ask(method, path, body, headers)

    def post(self, body, kind="image/png", query="", headers=()):
        return self.ask("POST", f"/v1/predict{query}", body, [("Content-Type", kind), *headers])

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=20):
        """The exit status as a shell has it."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"still there after {seconds} s") from None
        return 128 - status if status < 0 else status

    def wait_for_line(self, words, begin=0, seconds=20):
        """The first line of standard error after `begin` others that matches."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.lines[begin:]:
                if re.search(words, line):
                    return line
            time.sleep(0.02)
        raise Failed(f"no line with {words} on standard error: {''.join(self.lines[begin:])!r}")

    def resident(self, name="VmRSS"):
        """KiB of memory, or none where there is no /proc."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return None
        found = re.search(rf"{name}:\s+(\d+)", status)
        return int(found[1]) if found else None

    def open_files(self):
        try:
            return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
        except OSError:
            return None


class Connection:
    """Bytes out, answers in. Every answer is looked at: never 5xx, never a header of CORS."""

    def __init__(self, port, timeout=20):
        self.port, self.buffer = port, b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, content):
        try:
            self.socket.sendall(content)
        except (BrokenPipeError, ConnectionResetError):
            raise Closed from None

    def reset(self):
        """Ends the connection with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def has_news(self, seconds=0.0):
        """Whether there is something to read, be it the end."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(self.buffer) or bool(poll.poll(seconds * 1000))

    def receive(self):
        try:
            content = self.socket.recv(1 << 16)
        except TimeoutError:
            raise Failed("no answer in time") from None
        except ConnectionResetError:
            raise Closed from None
        if not content:
            raise Closed
        self.buffer += content

    def until(self, mark):
        while mark not in self.buffer:
            self.receive()
        found, _, self.buffer = self.buffer.partition(mark)
        return found

    def exactly(self, count):
        while len(self.buffer) < count:
            self.receive()
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def answer(self, method="GET", may_be=()):
        """The next answer; `may_be` are statuses from 500 that are meant."""
        first, *lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        found = re.fullmatch(r"HTTP/1\.[01] (\d{3})(?: .*)?", first)
        expect(found, f"no status line: {first[:200]!r}")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        answer = Answer(int(found[1]), headers)
        expect(not any(name.startswith("access-control-") for name, _ in headers), f"CORS: {headers}")
        expect(answer.status < 500 or answer.status in may_be, f"a failure of the service: {first}")
        if answer.status == 100 or method == "HEAD" or answer.status in (204, 304):
            return answer
        length = answer.header("content-length")
        if "chunked" in (answer.header("transfer-encoding") or ""):
            while count := int(self.until(b"\r\n").split(b";")[0], 16):
                answer.body += self.exactly(count)
                expect(self.exactly(2) == b"\r\n", "a chunk without an end")
            while self.until(b"\r\n"):
                pass
        elif length is not None:
            answer.body = self.exactly(int(length))
        else:
            try:
                while True:
                    self.receive()
            except Closed:
                answer.body, self.buffer = self.buffer, b""
        return answer

    def request(self, method, path, body=None, headers=()):
        """The bytes of a request; a header of the same name replaces one made here, None leaves it out."""
        made = [("Host", f"127.0.0.1:{self.port}")]
        if body is not None:
            made.append(("Content-Length", str(len(body))))
        given = {name.lower() for name, _ in headers}
        lines = [(name, value) for name, value in made if name.lower() not in given] + list(headers)
        text = "".join(f"{name}: {value}\r\n" for name, value in lines if value is not None)
        return f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode("utf-8") + (body or b"")

    def ask(self, method, path, body=None, headers=()):
        self.send(self.request(method, path, body, headers))
        return self.answer(method)

    def post(self, body, kind="image/png", query=""):
        return self.ask("POST", f"/v1/predict{query}", body, [("Content-Type", kind)])

    def status_or_end(self):
        """The status of an answer, or 0 where the connection ends without one."""
        try:
            return self.answer(may_be=(501, 505)).status
        except Closed:
            return 0

    def ends_with(self, status):
        """Whether nothing follows but the end, or answers of this status and the end."""
        try:
            while True:
                self.receive()
        except (Closed, Failed):
            heads = [line for line in self.buffer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
            return all(line.split()[1] == b"%d" % status for line in heads)

    def is_closed(self, seconds=5.0):
        """Whether nothing more comes but the end."""
        self.socket.settimeout(seconds)
        try:
            return not self.buffer and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
