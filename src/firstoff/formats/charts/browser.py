"""What the browser needs to show charts: the engine out of the installed package, and a script.

Both are served as files of our own origin. The engine runs its expressions through an
interpreter (``ast``), so a content security policy needs neither ``unsafe-eval`` nor
``unsafe-inline``.
"""

import json
from functools import lru_cache

from .theme import config

# The bundle ends as an ES module that hangs three names on the window.
_SNIPPET = "window.vegaEmbed = vegaEmbed; window.vega = vega; window.vegaLite = vegaLite;"


@lru_cache(maxsize=1)
def browser_bundle() -> bytes:
    """Vega, Vega-Lite and Vega-Embed as one ES module (about 900 kB), for ``charts-engine.js``.

    Takes about a second; the result is kept for the life of the process."""
    import vl_convert

    return str(vl_convert.javascript_bundle(_SNIPPET)).encode()


def browser_script() -> str:
    """``charts.js``: draws every ``[data-chart]`` of the page; see docs/reference/charts.md."""
    themes = json.dumps({name: config(name) for name in ("light", "dark")}, ensure_ascii=True)
    return _SCRIPT.replace("/*THEMES*/null", themes)


_SCRIPT = """\
// Draws <figure data-chart><script type="application/json">...</script></figure>.
import "./charts-engine.js";

const THEMES = /*THEMES*/null;
const dark = matchMedia("(prefers-color-scheme: dark)");
const drawn = new WeakMap();

function theme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
}

async function draw(figure) {
  const source = figure.querySelector('script[type="application/json"]');
  if (!source) return;
  const spec = JSON.parse(source.textContent);
  spec.config = THEMES[theme()];
  let place = figure.querySelector(".chart-place");
  if (!place) {
    place = document.createElement("div");
    place.className = "chart-place";
    source.before(place);
  }
  const width = Math.floor(place.clientWidth || figure.clientWidth);
  const before = drawn.get(figure);
  const key = theme() + " " + width + " " + source.textContent.length;
  if (width < 40 || (before && before.key === key)) return;
  spec.width = width;
  drawn.set(figure, { key, finalize: before && before.finalize });
  const result = await window.vegaEmbed(place, spec, {
    actions: false, ast: true, defaultStyle: false, renderer: "svg", loader: { target: "_self" },
    tooltip: { disableDefaultStyle: true, theme: theme() },
  });
  if (before && before.finalize) before.finalize();
  drawn.set(figure, { key, finalize: () => result.finalize() });
  const svg = place.querySelector("svg");
  const meta = (spec.usermeta || {}).firstoff || {};
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", [meta.title, spec.description].filter(Boolean).join(". "));
  figure.dataset.chart = "drawn";
}

const widths = new ResizeObserver((entries) => entries.forEach((e) => draw(e.target)));

export function drawAll(root = document) {
  for (const figure of root.querySelectorAll("[data-chart]")) {
    widths.observe(figure);
    draw(figure);
  }
}

const again = () => document.querySelectorAll("[data-chart]").forEach((f) => draw(f));
dark.addEventListener("change", again);
new MutationObserver(again).observe(document.documentElement,
  { attributes: true, attributeFilter: ["data-theme"] });
document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
drawAll();
"""
