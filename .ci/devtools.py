"""A headless Chromium, driven over its DevTools Protocol with the standard library alone."""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path


class WebSocket:
    """As much of RFC 6455 as a client of DevTools needs."""

    def __init__(self, host, port, path):
        self.socket = socket.create_connection((host, port), timeout=30)
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        status = self.stream.readline()
        if b" 101 " not in status:
            raise ConnectionError(f"no WebSocket: {status}")
        while self.stream.readline() != b"\r\n":
            pass

    def send(self, text, opcode=1):
        data = text.encode() if isinstance(text, str) else text
        if len(data) < 126:
            length = bytes([128 | len(data)])
        elif len(data) < 1 << 16:
            length = b"\xfe" + struct.pack(">H", len(data))
        else:
            length = b"\xff" + struct.pack(">Q", len(data))
        # A client must mask; the mask 0 leaves the data as it is.
        self.socket.sendall(bytes([128 | opcode]) + length + bytes(4) + data)

    def receive(self):
        message = b""
        while True:
            first, length = self.stream.read(2)
            if length == 126:
                length, = struct.unpack(">H", self.stream.read(2))
            elif length == 127:
                length, = struct.unpack(">Q", self.stream.read(8))
            data = self.stream.read(length)
            if first & 15 == 8:
                raise ConnectionError("the browser closed the connection")
            if first & 15 == 9:
                self.send(data, opcode=10)
                continue
            message += data
            if first & 128:
                return message.decode()


class Browser:
    """One page. Its events are collected in `events`."""

    def __init__(self, program):
        self.events = []
        self.replies = {}
        self.count = 0
        self.folder = Path(tempfile.mkdtemp())
        arguments = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.folder}",
                     "--no-first-run", "--disable-gpu", "--hide-scrollbars", "--mute-audio",
                     "--disable-background-networking", "--disable-component-update"]
        if os.geteuid() == 0:
            # Chromium's sandbox refuses to run as root.
            arguments.append("--no-sandbox")
        self.process = subprocess.Popen([program, *arguments, "about:blank"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        try:
            self.socket = WebSocket("127.0.0.1", *self._page())
        except BaseException:
            self.close()
            raise

    def _page(self):
        port_file = self.folder / "DevToolsActivePort"
        for _ in range(300):
            if port_file.exists() and "\n" in port_file.read_text():
                port = int(port_file.read_text().split()[0])
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                if pages:
                    return port, pages[0]["webSocketDebuggerUrl"].split(str(port), 1)[1]
            if self.process.poll() is not None:
                raise ConnectionError(f"the browser ended with status {self.process.returncode}")
            time.sleep(0.1)
        raise ConnectionError("the browser did not start within 30 seconds")

    def post(self, method, **parameters):
        """Sends a command without waiting for its reply; returns the number by which `wait` knows it."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        return self.count

    def wait(self, number):
        while number not in self.replies:
            message = json.loads(self.socket.receive())
            if "id" in message:
                self.replies[message["id"]] = message
            else:
                self.events.append(message)
        reply = self.replies.pop(number)
        if "error" in reply:
            raise RuntimeError(f"DevTools: {reply['error']}")
        return reply["result"]

    def call(self, method, **parameters):
        return self.wait(self.post(method, **parameters))

    def evaluate(self, script):
        """The value of a JavaScript expression, or what its promise is fulfilled with."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]))

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
