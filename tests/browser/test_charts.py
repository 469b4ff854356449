"""The live chart, in a browser whose content security policy forbids eval and inline code."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from firstoff.formats import charts

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"


class Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet: the test says what went wrong."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    figures = [
        f'<figure data-chart id="{kind.name}"><script type="application/json">'
        + json.dumps(charts.spec(kind.name, kind.example())).replace("<", "\\u003c")
        + "</script></figure>"
        for kind in charts.KINDS
    ]
    head = '<!doctype html><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">'
    script = '<script type="module" src="charts.js"></script>'
    (tmp_path / "index.html").write_text(head + "".join(figures) + script, encoding="utf-8")
    (tmp_path / "charts-engine.js").write_bytes(charts.browser_bundle())
    (tmp_path / "charts.js").write_text(charts.browser_script(), encoding="utf-8")
    unit = tmp_path / "units" / "FO-0002"
    unit.mkdir(parents=True)
    (unit / "index.html").write_text(head + "a unit", encoding="utf-8")
    handler = partial(Handler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_charts_live_under_a_strict_policy(site: str) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    said: list[str] = []
    with sync_api.sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(viewport={"width": 900, "height": 1800})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(site)
        page.wait_for_function(
            f"document.querySelectorAll('[data-chart=drawn]').length == {len(charts.KINDS)}"
        )
        label = page.get_attribute("#interval svg", "aria-label")
        dot = page.locator("#build_time svg .mark-symbol path").first
        light = dot.get_attribute("fill")
        dot.hover()
        tip = page.inner_text("#vg-tooltip-element")
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_function(
            "document.querySelector('#build_time svg .mark-symbol path').getAttribute('fill')"
            f" != '{light}'"
        )
        page.locator("#build_time svg .mark-symbol path").first.click()
        page.wait_for_url("**/units/FO-0002/")
        browser.close()
    example = charts.chart_kind("interval").example()
    assert label == f"{charts.title('interval', example)}. {charts.finding('interval', example)}"
    assert " ".join(tip.split()) == "Unit FO-0002 Build time 11.9 min Batch Batch 1"
    assert said == []
