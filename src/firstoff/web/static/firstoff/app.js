// What makes a page quicker. Everything works without it.
(() => {
  const root = document.documentElement;
  const inField = (e) => /^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName) || e.isContentEditable;
  const onLine = () => document.body.classList.contains("line");
  const scanField = () => document.querySelector(".scan input, .find input");

  // ----- theme -----
  function showTheme() {
    for (const b of document.querySelectorAll(".theme button"))
      b.setAttribute("aria-pressed", String(b.dataset.t === (root.dataset.theme || "")));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".theme button");
    if (!button) return;
    const theme = button.dataset.t;
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    try { theme ? localStorage.setItem("theme", theme) : localStorage.removeItem("theme"); } catch { /* off */ }
    showTheme();
  });

  // ----- keyboard -----
  let going = 0;
  const rows = () => [...document.querySelectorAll("main tbody tr, main .brow:not(.bhead), main [data-row]")]
    .filter((row) => row.querySelector("a[href]"));
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(document.querySelector(".at-row"));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by))];
    document.querySelector(".at-row")?.classList.remove("at-row");
    next.classList.add("at-row");
    next.querySelector("a[href]").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  const follow = (selector) => document.querySelector(selector)?.click();
  const KEYS = {
    "/": () => { const f = scanField(); f?.focus(); f?.select(); },
    "?": () => document.getElementById("keys")?.showModal(),
    "j": () => step(1),
    "k": () => step(-1),
    "x": () => document.querySelector(".at-row input[type=checkbox]")?.click(),
    "[": () => follow("main a[rel=prev], .head a[rel=prev]"),
    "]": () => follow("main a[rel=next], .head a[rel=next]"),
    "e": () => { const d = document.querySelector("details[data-evidence]:not([open])"); if (d) { d.open = true; d.querySelector("summary").focus(); } },
    "g": () => { going = Date.now(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && inField(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || onLine() || inField(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`.side a[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // ----- waiting: the pressed button is busy and keeps its words -----
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.matches(".find, .scan")) return;
    if (form.dataset.busy) { event.preventDefault(); return; }  // pressed twice is pressed once
    form.dataset.busy = "1";
    (event.submitter || form.querySelector("button"))?.setAttribute("aria-busy", "true");
  });
  function rest() {
    for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.busy;
    for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  }
  addEventListener("pageshow", rest);
  document.addEventListener("htmx:afterRequest", rest);

  // ----- after a refused post the first bad field, or the refusal, has the focus -----
  function focusBad(part) {
    const bad = part.querySelector("[aria-invalid=true], .f.bad input") || part.querySelector("[data-refusal]");
    bad?.focus();
  }

  // ----- tables that overflow can be scrolled by keyboard -----
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries)
      target.scrollWidth > target.clientWidth + 1 ? target.setAttribute("tabindex", "0") : target.removeAttribute("tabindex");
  });

  // ----- a page that grew old says so and never changes under the reader's hand -----
  // <p hidden data-version="12" data-version-url="/p/site/CC-1/version">Changed since ...</p>
  async function look(element) {
    if (document.hidden || !element.hidden) return;
    try {
      const answer = await fetch(element.dataset.versionUrl, { headers: { "X-Poll": "1" } });
      if (!answer.ok || answer.redirected) return;
      const { version } = await answer.json();
      if (String(version) !== element.dataset.version) {
        element.hidden = false;
        say(element.textContent.trim());
      }
    } catch { /* the server is away: the page is as old as it says */ }
  }
  function say(text) {
    const place = document.getElementById("say");
    if (place) place.textContent = text;
  }

  function begin(part) {
    for (const region of part.querySelectorAll(".tw")) sizes.observe(region);
    for (const element of part.querySelectorAll("[data-version]"))
      setInterval(() => look(element), 15000);
    focusBad(part);
  }
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
    if (event.detail.triggeringEvent?.type === "every" || event.detail.elt?.matches("[hx-trigger*=every]"))
      event.detail.headers["X-Poll"] = "1";
  });
  document.addEventListener("htmx:afterSwap", (event) => begin(event.target));
  showTheme();
  begin(document);
  const here = document.querySelector(".side [aria-current]");
  const side = document.querySelector(".side");
  if (here && side && innerWidth < 1180) side.scrollLeft = here.offsetLeft - innerWidth / 2;
})();
