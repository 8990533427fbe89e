"""What .ci/try-page runs; see there."""

import argparse
import base64
import json
import random
import re
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from devtools import Browser

FORMS = Path(__file__).resolve().parent.parent / "Sources/MNISTCore/Data/Digits/Forms"
NAMES = ["zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines"]
CONTROL = 2
failures = []


def check(holds, what):
    print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)
    if not holds:
        failures.append(what)


# The drawings: the forms of the built-in digits, each time a little different.

def read_forms():
    """For each digit its forms: (share, strokes), a stroke being two poses of the same points."""
    text = re.sub(r"//.*", "", "".join(path.read_text() for path in sorted(FORMS.glob("*.swift"))))
    parts = re.split(r"static let (\w+) =", text)
    lists = dict(zip(parts[1::2], parts[2::2]))
    forms = []
    for name in NAMES:
        forms.append([])
        for form in lists[name].split("DigitForm(")[1:]:
            strokes = []
            for stroke in form.split("Stroke(")[1:]:
                poses = [[float(number) for number in re.findall(r"[-.\d]+", pose)]
                         for pose in re.findall(r"\[([^\]]*)\]", stroke)]
                poses = [list(zip(pose[::2], pose[1::2])) for pose in poses]
                strokes.append((poses[0], poses[-1]))
            forms[-1].append((float(form.split(",")[0]), strokes))
    return forms


def curve(points):
    """Points a few hundredths apart on a smooth line; a point given twice in a row is a corner."""
    result = [points[0]]
    for index in range(len(points) - 1):
        a, b = points[index], points[index + 1]
        before, after = points[max(index - 1, 0)], points[min(index + 2, len(points) - 1)]
        for piece in range(1, 9):
            t, s = piece / 8, 1 - piece / 8
            result.append(tuple(
                s * s * (1 + 2 * t) * a[axis] + t * t * (3 - 2 * t) * b[axis]
                + 0.5 * s * s * t * (b[axis] - before[axis]) - 0.5 * s * t * t * (after[axis] - a[axis])
                for axis in (0, 1)))
    return result


def drawings(forms, count):
    """`count` drawings of each digit, their points in hundredths of the paper's side. Frequent forms come often."""
    chance = random.Random(18)
    for digit, choices in enumerate(forms):
        for number in range(count):
            rest = (number + 0.5) / count * sum(share for share, _ in choices)
            for share, strokes in choices:
                rest -= share
                if rest < 0:
                    break
            mix, slant, height = chance.random(), chance.gauss(0.05, 0.15), chance.uniform(45, 75)
            width = height * chance.uniform(0.8, 1.2)
            middle = chance.uniform(42, 58), chance.uniform(46, 54)
            drawing = []
            for start, end in strokes:
                points = [(a + mix * (c - a) + chance.gauss(0, 1), b + mix * (d - b) + chance.gauss(0, 1))
                          for (a, b), (c, d) in zip(start, end)]
                drawing.append([
                    (middle[0] + width / 100 * (x - 30 - slant * (y - 50)), middle[1] + height / 100 * (y - 50))
                    for x, y in curve(points)])
            yield digit, drawing


# The page

class Page:
    def __init__(self, browser, url):
        self.browser = browser
        self.url = url

    def open(self, width=1100, height=900, scheme="light", touch=False, scale=1):
        self.browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                          mobile=touch)
        self.browser.call("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.browser.call("Page.navigate", url=self.url)
        # Loaded, and the model is known.
        self.until("document.readyState === 'complete' && document.querySelectorAll('#facts div').length > 0")
        self.box = self.browser.evaluate(
            "(({x, y, width}) => [x, y, width])(document.getElementById('paper').getBoundingClientRect())")

    def until(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not self.browser.evaluate(f"!!({condition})"):
            if time.monotonic() > end:
                raise TimeoutError(f"{condition} did not come true within {seconds} seconds")
            time.sleep(0.005)

    def at(self, point):
        left, top, side = self.box
        return {"x": left + side * point[0] / 100, "y": top + side * point[1] / 100}

    def draw(self, strokes, kind="mouse"):
        """All events are sent before the first reply is waited for: the browser merges moves, as for a fast hand."""
        numbers = []
        for stroke in strokes:
            for index, point in enumerate([*stroke, None]):
                last = point is None
                if kind == "touch":
                    action = "touchEnd" if last else "touchMove" if index else "touchStart"
                    numbers.append(self.browser.post(
                        "Input.dispatchTouchEvent", type=action, touchPoints=[] if last else [self.at(point)]))
                else:
                    action = "mouseReleased" if last else "mouseMoved" if index else "mousePressed"
                    numbers.append(self.browser.post(
                        "Input.dispatchMouseEvent", type=action, button="left", buttons=0 if last else 1,
                        clickCount=1, pointerType=kind, **self.at(stroke[-1] if last else point)))
        for number in numbers:
            self.browser.wait(number)

    def answer(self):
        self.until("document.getElementById('answer').getAttribute('aria-busy') !== 'true'")
        return self.text("verdict")

    def text(self, name):
        return self.browser.evaluate(f"document.getElementById('{name}').textContent")

    def is_empty(self):
        return self.browser.evaluate("document.getElementById('answer').classList.contains('empty')")

    def ink(self):
        """The drawing as the page sends it."""
        return self.browser.evaluate("document.getElementById('paper').toDataURL()")

    def press(self, key, modifiers=0, code=0):
        common = {"key": key, "modifiers": modifiers, "windowsVirtualKeyCode": code}
        text = {"text": " "} if key == " " else {}
        self.browser.call("Input.dispatchKeyEvent", type="keyDown", **common, **text)
        self.browser.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def click(self, name):
        self.browser.evaluate(f"document.getElementById('{name}').click()")

    def choose(self, path):
        self.browser.call("DOM.getDocument")
        root = self.browser.call("DOM.getDocument")["root"]["nodeId"]
        node = self.browser.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
        self.browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])


def try_drawings(page, digits):
    wrong = []
    started = time.monotonic()
    for index, (digit, strokes) in enumerate(digits):
        page.press("Escape", code=27)
        page.draw(strokes, kind=["mouse", "pen", "touch"][index % 3])
        answer = page.answer()
        if answer != page.names[digit]:
            wrong.append(f"{digit} (drawing {index}) read as {answer}")
    for line in wrong:
        print(f"     {line}")
    count = len(digits)
    check(10 * len(wrong) <= count,
          f"{count - len(wrong)} of {count} drawings are read right ({time.monotonic() - started:.0f} s)")


def try_history(page, first, second):
    page.press("Escape", code=27)
    check(page.answer() and page.is_empty(), "an empty paper has no answer")
    page.draw(first)
    answer, ink = page.answer(), page.ink()
    page.draw(second)
    check(page.ink() != ink, "a second stroke is added to the first")
    page.click("undo")
    check((page.answer(), page.ink()) == (answer, ink), "Undo takes the last stroke away and asks again")
    page.press("z", CONTROL, 90)
    check(page.answer() and page.is_empty(), "Ctrl+Z takes the first one away too")
    page.draw(first)
    page.click("clear")
    check(page.answer() and page.is_empty() and page.ink() != ink, "Clear empties the paper")
    page.press("z", CONTROL, 90)
    check((page.answer(), page.ink()) == (answer, ink), "what was cleared comes back with Ctrl+Z")
    page.press("Delete", code=46)
    check(page.answer() and page.is_empty(), "Delete empties the paper")
    page.draw([[(50, 50)]])
    page.answer()
    check(not page.is_empty(), "a dot is ink")


def try_keys(page):
    page.open()
    reached = []
    for _ in range(4):
        page.press("Tab", code=9)
        reached.append(page.browser.evaluate(
            "[document.activeElement.id, [document.activeElement, document.activeElement.parentElement]"
            ".some(shown => getComputedStyle(shown).outlineStyle === 'solid')]"))
    check(reached == [[name, True] for name in ("paper", "undo", "clear", "choose")],
          f"Tab reaches all, and shows where one is: {reached}")
    page.browser.evaluate("document.getElementById('paper').focus()")
    page.press(" ", code=32)
    for _ in range(14):
        page.press("ArrowDown", code=40)
    page.press(" ", code=32)
    check(page.answer() == page.names[1], f"a line drawn by keys is read as {page.text('verdict')}")
    ink = page.ink()
    page.press("ArrowLeft", code=37)
    check(page.ink() == ink, "a pen that is lifted leaves no ink")


def try_pictures(page, digit, strokes, folder):
    page.press("Escape", code=27)
    page.draw(strokes)
    drawn, certainty = page.answer(), page.text("certainty")
    check(drawn == page.names[digit], f"the drawing for the pictures is read as {drawn}, {certainty}")
    data = page.ink().split(",")[1]
    picture = folder / "picture.png"
    picture.write_bytes(base64.b64decode(data))

    request = urllib.request.Request(page.url + "v1/predict", picture.read_bytes(), {"Content-Type": "image/png"})
    with urllib.request.urlopen(request) as reply:
        answer = json.load(reply)
    share = f"{100 * answer['probabilities'][answer['predicted']]:.1f}\u00a0% sure"
    check((answer["predicted"], share) == (digit, certainty), "the same picture sent without the page: the same answer")

    make = (f"(() => {{ const data = new DataTransfer(); data.items.add(new File([Uint8Array.from(atob('{data}'), "
            "letter => letter.charCodeAt(0))], 'dropped.png', {type: 'image/png'})); return data })()")
    ways = [
        ("chosen", lambda: page.choose(picture)),
        ("dropped", lambda: page.browser.evaluate(
            f"document.body.dispatchEvent(new DragEvent('drop', {{dataTransfer: {make}, bubbles: true}}))")),
        ("pasted", lambda: page.browser.evaluate(
            f"document.body.dispatchEvent(new ClipboardEvent('paste', {{clipboardData: {make}, bubbles: true}}))")),
    ]
    for way, act in ways:
        page.press("Escape", code=27)
        act()
        page.until("document.getElementById('picture').naturalWidth === 560 && "
                   "!document.getElementById('picture').hidden")
        check((page.answer(), page.text("certainty")) == (drawn, certainty),
              f"a picture that is {way}: the same answer")
    page.draw(strokes)
    check(page.answer() == drawn and page.browser.evaluate("document.getElementById('picture').hidden"),
          "drawing takes the picture's place")


def try_order(page, strokes):
    """Requests are held back here, as by a slow service."""
    page.browser.evaluate("""
        window.plainFetch = window.fetch
        window.running = window.mostRunning = 0
        window.fetch = async (...arguments) => {
          mostRunning = Math.max(mostRunning, running += 1)
          try {
            const answer = await plainFetch(...arguments)
            await new Promise(done => setTimeout(done, 150))
            return answer
          } finally { running -= 1 }
        }""")
    page.press("Escape", code=27)
    page.draw(strokes)
    page.press("Escape", code=27)
    check(page.is_empty(), "a cleared paper is empty at once, though an answer is on its way")
    page.answer()
    check(page.is_empty(), "the answer to what was cleared is not shown")
    page.draw(strokes)
    page.answer()
    check(page.browser.evaluate("mostRunning") == 1, "at most one request is on its way")
    page.browser.evaluate("void (window.fetch = plainFetch)")


def try_strange_names(page, folder):
    """A model of 256 classes whose names are markup."""
    number = page.browser.call("Page.addScriptToEvaluateOnNewDocument", source="""
        window.fetch = async path => new Response(JSON.stringify(String(path).includes('model') ? {
          classes: 256, height: 28, width: 28, name: '<img src=x onerror=alert(1)>',
          class_names: Array.from({length: 256}, (_, index) => `<b onclick=alert(1)>${index} ${'long '.repeat(40)}</b>`)
        } : {
          predicted: 200, class: `<b onclick=alert(1)>${'long '.repeat(40)}</b>`, pixels: Array(784).fill(90),
          probabilities: Array.from({length: 256}, (_, index) => index === 200 ? 0.5 : index / 65280)
        }))""")["identifier"]
    page.open(360, 740, scale=2)
    page.draw([[(50, 20), (50, 80)]])
    answer = page.answer()
    check(answer.startswith("<b onclick=alert(1)>") and page.browser.evaluate(
        "!document.querySelector('#answer b, #facts img')"), "names are text, never markup")
    names = page.browser.evaluate("[...document.querySelectorAll('#bars th')].map(cell => cell.textContent)")
    check(len(names) == 10 and names[0].startswith("<b onclick=alert(1)>200 "),
          "of 256 classes the ten likeliest are shown")
    check(page.browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), "long names fit into 360 pixels")
    if folder:
        page.browser.screenshot(folder / "long-names.png")
    page.browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=number)


def try_errors(page, strokes, folder):
    page.open()
    text = Path(tempfile.gettempdir()) / "try-page.txt"
    text.write_text("no picture")
    page.choose(text)
    text.unlink()
    page.answer()
    check(page.is_empty() and page.text("error") != "", f"a file that is no picture: {page.text('error')}")
    page.press("Escape", code=27)
    check(page.text("error") == "", "the sentence goes with the picture")
    offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.browser.call("Network.emulateNetworkConditions", offline=True, **offline)
    page.draw(strokes)
    page.answer()
    check(page.is_empty() and page.text("error") != "", f"the service is gone: {page.text('error')}")
    if folder:
        page.browser.screenshot(folder / "error.png")
    page.browser.call("Network.emulateNetworkConditions", offline=False, **offline)
    page.click("undo")
    page.draw(strokes)
    page.answer()
    check(not page.is_empty() and page.text("error") == "", "the service is back: an answer, and no sentence")


def try_screens(page, strokes, folder):
    for name, width, height, scheme in [("wide", 1280, 900, "light"), ("wide-dark", 1280, 900, "dark"),
                                        ("narrow", 360, 740, "light"), ("narrow-dark", 360, 740, "dark")]:
        page.open(width, height, scheme, touch=width < 500, scale=2)
        if folder:
            page.browser.screenshot(folder / f"{name}-empty.png")
        page.draw(strokes, kind="touch" if width < 500 else "mouse")
        page.answer()
        fits = page.browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        check(fits and not page.is_empty(), f"{name}: an answer, and nothing to scroll sideways in {width} pixels")
        if folder:
            time.sleep(0.3)
            page.browser.screenshot(folder / f"{name}.png")


def check_events(page, reply):
    """Nothing left the service, nothing was refused, nothing threw."""
    origin = page.url.rstrip("/")
    policy = {name.lower(): value for name, value in reply.items()}.get("content-security-policy", "")
    check("default-src 'none'" in policy and "connect-src 'self'" in policy, "the page has a policy of content")
    requests = [event["params"]["request"]["url"] for event in page.browser.events
                if event["method"] == "Network.requestWillBeSent"]
    strays = sorted({url for url in requests if not url.startswith((origin + "/", f"blob:{origin}/", "data:"))})
    check(len(requests) > 100 and not strays, f"{len(requests)} requests, none to anybody else {strays or ''}")
    complaints = []
    for event in page.browser.events:
        method, what = event["method"], event["params"]
        if method == "Runtime.exceptionThrown":
            complaints.append(what["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            complaints.append(what["args"])
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            complaints.append(what["entry"]["text"])
    check(not complaints, f"no error in the console {complaints or ''}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--screenshots", type=Path)
    options = parser.parse_args()
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    url = options.url.rstrip("/") + "/"
    with urllib.request.urlopen(url) as reply:
        headers = dict(reply.headers)
    with urllib.request.urlopen(url + "v1/model") as reply:
        model = json.load(reply)

    digits = list(drawings(read_forms(), 10))
    three = digits[30][1]
    browser = Browser(options.browser)
    try:
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            browser.call(f"{domain}.enable")
        page = Page(browser, url)
        page.names = model.get("class_names") or [str(digit) for digit in range(10)]
        page.open()
        try_drawings(page, digits)
        try_history(page, three, [[(20, 90), (80, 90)]])
        try_keys(page)
        with tempfile.TemporaryDirectory() as folder:
            try_pictures(page, 3, three, Path(folder))
        try_order(page, three)
        try_screens(page, three, options.screenshots)
        check_events(page, headers)
        # From here on the console may complain.
        try_strange_names(page, options.screenshots)
        try_errors(page, three, options.screenshots)
    finally:
        browser.close()
    print(f"try-page: {len(failures)} failures, {time.monotonic() - started:.0f} s")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
