#!/usr/bin/env python3
"""The html report in headless Chromium: rendered, filtered, sorted, marked with keys, with hostile values.

usage: browser.py NALIN_SCORE [SCREENSHOTS]   (make test-formats; needs chromium and chromedriver)
Without them it says so and ends with status 0: nothing was tested.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "\u202etxt.exe\u2066 \u200b\u0000\u001b[31m",
    "<img src=x onerror=\"document.title='owned'\">",
    '" onmouseover="document.title=1" x="',
    "{{ 7 * 7 }}{% include 'x' %}",
    "=cmd|' /C calc'!A1",
    "m" * 1_000_000,
    "]]>--><!--",
]
CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1100,900",
]


def pair(number: int) -> dict:
    """A pair record; the first ones hold what attacks a page."""
    text = HOSTILE[number] if number < len(HOSTILE) else f"item {number}"
    name = ["row_count", "user_name", "file_path", "is_valid"][number % 4]
    path = f"notebooks/{number % 50}{'<b>&' if number % 50 == 3 else ''}.ipynb"
    site = {
        "name": name, "kind": "assign", "cell": 1 + number % 9, "line": 1, "column": 1, "row": number + 1,
        "physical_line": number + 7, "scope": "", "text": f"{name} = {text[:150]!r}", "pragma": "",
    }
    value = {
        "type": "str", "len": len(text), "rank": -1, "shape": [], "size": -1, "dtype": "", "iterable": True,
        "text": text, "text_chars": len(text),
    }
    return {
        "schema": "pair/1", "id": f"{number:020x}", "notebook": f"{number % 50:020x}", "path": path, "repo": "r",
        "site": site, "value": value, "occurrence": 1, "occurrences": 1, "evidence": "run", "type_class": "str",
        "count": 1, "weight": 1.0,
    }


class Browser:
    """Chromium behind chromedriver, spoken to in WebDriver's JSON."""

    def __init__(self, profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.base = f"http://127.0.0.1:{port}"
        # The machine may have a proxy, which knows nothing of this port.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        arguments = [*CHROMIUM, f"--user-data-dir={profile}"]
        options = {"args": arguments, "prefs": {"download.default_directory": str(profile)}}
        capabilities = {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}
        for _ in range(100):
            try:
                session = self.call("POST", "/session", {"capabilities": capabilities})
                break
            except (ConnectionError, urllib.error.URLError):
                time.sleep(0.1)
        else:
            raise SystemExit("browser.py: chromedriver does not answer")
        self.base += f"/session/{session['sessionId']}"

    def call(self, method: str, path: str, body: dict | None = None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with self.opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None

    def open(self, page: Path) -> None:
        self.call("POST", "/url", {"url": page.as_uri()})

    def run(self, script: str):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def keys(self, text: str) -> None:
        actions = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def screenshot(self, path: Path) -> None:
        import base64

        path.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def close(self) -> None:
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()


def report(score: str, folder: Path, n: int) -> Path:
    lines = "".join(json.dumps(pair(number)) + "\n" for number in range(n))
    page = folder / f"{n}.html"
    flags = ["--quiet", "--format", "html", "--min-score", "0", "--generic-names", "--output", str(page)]
    subprocess.run([score, *flags], input=lines.encode(), check=True)
    return page


def look(browser: Browser, page: Path, n: int, folder: Path, shots: Path | None) -> None:
    start = time.monotonic()
    browser.open(page)
    shown = "return [...document.querySelectorAll('details.f')].filter(one => !one.hidden).length"
    assert browser.run(shown) == n
    loaded = time.monotonic() - start
    assert "owned" not in browser.run("return document.title")
    assert browser.run("return document.querySelectorAll('img, iframe, object, link').length") == 0
    assert browser.run("return document.querySelectorAll('script').length") == 1
    complaints = [text for text in browser.complaints() if "favicon" not in text]
    assert not complaints, complaints
    if shots:
        browser.screenshot(shots / f"report-{n}.png")
    if n == 1:
        assert browser.run("return document.querySelector('details.f').open"), "one finding is shown open"
        return
    text = browser.run("return document.body.textContent")
    for harmless in ("</script><script>document.title='owned'", "onerror=", "{{ 7 * 7 }}"):
        assert harmless in text, f"{harmless} is shown as text"
    assert "\u202e" not in text and "\u0000" not in text and "\u001b" not in text
    assert page.stat().st_size < 20_000_000

    filtered = "const box = document.getElementById('words'); box.value = arguments[0] ?? %s; box.dispatchEvent(new Event('input')); " + shown
    wanted = browser.run(filtered % "'row_count'")
    assert wanted == sum(number % 4 == 0 for number in range(n)), wanted
    start = time.monotonic()
    assert browser.run(filtered % "'notebooks/7.ipynb user_name'") == sum(
        number % 50 == 7 and number % 4 == 1 for number in range(n)
    )
    print(f"browser.py: {n} findings: {loaded:.2f} s to load, {time.monotonic() - start:.2f} s to filter")
    assert browser.run(filtered % "''") == n
    browser.run("const by = document.getElementById('sort'); by.value = 'name'; by.dispatchEvent(new Event('input'))")
    names = browser.run("return [...document.querySelectorAll('details.f')].slice(0, 3).map(one => one.dataset.name)")
    assert names == ["file_path"] * 3, names

    # With the keyboard alone: to the first, mark it, to the next, mark that.
    browser.run("document.activeElement.blur()")
    browser.keys("j3j4\ue007")
    marks = browser.run("return [...document.querySelectorAll('details.f .mark')].slice(0, 2).map(one => one.textContent)")
    assert marks == ["misleading name", "false alarm"], marks
    assert browser.run("return document.querySelectorAll('details.f')[1].open"), "Enter opens"
    if shots:
        browser.screenshot(shots / f"report-{n}-marked.png")
    labels = browser.run("return labels()")
    records = [json.loads(line) for line in labels.splitlines()]
    assert [(one["schema"], one["mark"], one["label"]) for one in records] == [
        ("label/1", "misleading_name", 1), ("label/1", "false_alarm", 0)
    ]
    browser.run("document.getElementById('export').click()")
    for _ in range(50):
        if (folder / "profile" / "labels.jsonl").exists():
            break
        time.sleep(0.1)
    assert (folder / "profile" / "labels.jsonl").read_text() == labels, "the marks are saved as a file"


def without_script(browser: Browser, page: Path, folder: Path, n: int) -> None:
    bare = folder / "bare.html"
    source = page.read_text()
    start, end = source.index("<script>"), source.index("</script>", source.index("<script>"))
    bare.write_text(source[:start] + source[end:])
    browser.open(bare)
    assert browser.run("return document.querySelectorAll('details.f summary').length") == n
    tools = browser.run("return getComputedStyle(document.querySelector('.tools')).display")
    assert tools == "none", "what only a script can do is not offered"
    browser.keys("\ue004" * 5)  # Tab, past the four links, to the first finding.
    assert browser.run("return document.activeElement.tagName") in ("SUMMARY", "A")


def main() -> None:
    score = str(Path(sys.argv[1]).resolve())
    missing = [program for program in ("chromium", "chromedriver") if not shutil.which(program)]
    if missing:
        print(f"browser.py: SKIPPED, NOTHING WAS TESTED: there is no {' and no '.join(missing)}", file=sys.stderr)
        return
    shots = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HOME"] = name
        browser = Browser(folder / "profile")
        try:
            for n in (1, 5000):
                page = report(score, folder, n)
                look(browser, page, n, folder, shots)
            without_script(browser, page, folder, 5000)
            labels = folder / "profile" / "labels.jsonl"
            measured = subprocess.run([score, "--quiet", "--eval", str(labels)], check=True, capture_output=True)
            first = json.loads(measured.stdout.splitlines()[0])
            assert (first["examples"], first["inconsistent"]) == (2, 1), first
        finally:
            browser.close()
    print("browser.py: the report works with 1 and with 5,000 findings")


main()
