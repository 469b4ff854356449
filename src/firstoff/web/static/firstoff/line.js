// The line: the scan field has the focus, the clock runs, an entry survives a server that is away.
// Everything works without it, by plain forms.
(() => {
  const form = () => document.getElementById("line");
  const scan = () => document.getElementById("scan");
  const filling = (e) => e && e !== scan() && /^(INPUT|SELECT|TEXTAREA)$/.test(e.tagName) && form()?.contains(e);
  let busy = false;
  let last = { code: "", at: 0 };
  const ahead = []; // codes scanned while an answer was on its way

  function focus() {
    if (!filling(document.activeElement)) scan()?.focus({ preventScroll: true });
  }

  // ----- the clock of the operation -----
  let drawnAt = Date.now();
  function tick() {
    const clock = document.querySelector("[data-clock]");
    if (!clock) return;
    const spent = Number(clock.dataset.spent) + Math.floor((Date.now() - drawnAt) / 1000);
    clock.querySelector("b").textContent = `${Math.floor(spent / 60)}:${String(spent % 60).padStart(2, "0")}`;
    const standard = Number(clock.dataset.standard);
    const bar = document.querySelector(".clock-bar i");
    if (bar && standard) bar.style.width = `${Math.min(100, (100 * spent) / (1.5 * standard))}%`;
  }
  setInterval(tick, 500);

  // ----- a value out of its limits: Pass says why it is not possible -----
  function judge() {
    const pass = document.querySelector("[data-pass]");
    if (!pass) return;
    let why = "";
    for (const field of document.querySelectorAll("[data-lower],[data-upper]")) {
      const value = Number(field.value.replace(",", "."));
      if (!field.value.trim() || Number.isNaN(value)) continue;
      const { lower, upper } = field.dataset;
      const name = document.querySelector(`label[for="${CSS.escape(field.id)}"]`).textContent;
      if (upper && value > Number(upper)) why = `Pass needs ${name} at most ${upper}`;
      if (lower && value < Number(lower)) why = `Pass needs ${name} at least ${lower}`;
    }
    pass.classList.toggle("key-off", Boolean(why));
    pass.classList.toggle("key-pass", !why);
    pass.disabled = Boolean(why);
    pass.querySelector("span").textContent = why || "Pass";
  }
  document.addEventListener("input", judge);
  document.addEventListener("change", (event) => { judge(); if (event.target.tagName === "SELECT") scan()?.focus(); });

  // ----- Enter in a value goes on; a scan that lands in one is taken for a scan -----
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key === "Escape" && filling(field)) { event.preventDefault(); scan().focus(); return; }
    if (event.key !== "Enter" || !filling(field) || field.tagName === "SELECT") return;
    event.preventDefault();
    const text = field.value.trim();
    if (text && Number.isNaN(Number(text.replace(",", ".")))) {
      scan().value = text;
      field.value = "";
      form().requestSubmit(form().querySelector("button[value=scan]"));
      return;
    }
    const fields = [...document.querySelectorAll(".pair input, .pair select")];
    (fields[fields.indexOf(field) + 1] || scan()).focus();
  });
  // ----- the instruction: arrows and page keys turn its steps while nothing is being scanned -----
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || scan()?.value || filling(event.target)) return;
    const way = { ArrowRight: "after", PageDown: "after", ArrowLeft: "before", PageUp: "before" }[event.key];
    const link = way && document.querySelector(`[data-guide] [data-${way}]`);
    if (link) { event.preventDefault(); location.assign(link.href); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest("a, button, input, select, label")) focus(); });
  addEventListener("focus", focus);

  // ----- sending: kept and sent again while the server is away; recorded once by its ID -----
  // Meanwhile the field shows the entry that waits and takes no other: what comes next depends on
  // the answer to this one.
  function away(is, code) {
    const band = document.getElementById("offline");
    if (band) band.hidden = !is;
    if (scan() && is) scan().value = code;
    if (scan()) scan().readOnly = is;
    if (is) ahead.length = 0;
    const link = document.getElementById("link");
    if (link && is) link.textContent = "No connection";
  }
  async function send(body, action) {
    for (let wait = 1000; ; wait = Math.min(wait * 1.5, 8000)) {
      try {
        const answer = await fetch(action, { method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "line" } });
        if (answer.status < 502) return answer;
      } catch { /* no answer: the server or the network is away */ }
      away(true, String(body.get("scan") || ""));
      await new Promise((go) => setTimeout(go, wait));
    }
  }
  async function show(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("line");
    if (!next) {
      // The session ended: sign in, and come back to where one was. Nothing was recorded.
      const here = encodeURIComponent(location.pathname + location.search);
      const ended = new URL(answer.url || location.href).pathname === "/sign-in/";
      location.assign(ended ? `/sign-in/?next=${here}` : answer.url);
      return;
    }
    const begun = scan()?.value || ""; // a scan may be under way while the page changes
    for (const selector of [".line-top", "#line"]) {
      const mine = document.querySelector(selector);
      const theirs = page.querySelector(selector);
      if (mine && theirs) mine.replaceWith(document.adoptNode(theirs));
    }
    document.title = page.title;
    if (answer.url) history.pushState({}, "", answer.url);
    drawnAt = Date.now();
    judge();
    if (begun && scan()) scan().value = begun;
    scan()?.focus();
    document.querySelector("#line [data-refusal]")?.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("submit", async (event) => {
    if (event.target.id !== "line") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (busy) {
      const next = scan()?.value.trim();
      if (next && !scan().readOnly) { ahead.push(next); scan().value = ""; }
      return;
    }
    const body = new FormData(event.target, event.submitter);
    const code = String(body.get("scan") || "").trim();
    if (code && event.submitter?.name !== "scan" && code === last.code && Date.now() - last.at < 2000) {
      scan().value = "";
      document.getElementById("say").textContent = "Scanned twice within two seconds: counted once.";
      return;
    }
    last = { code, at: Date.now() };
    busy = true;
    form().setAttribute("aria-busy", "true"); // the answer brings a form of its own
    if (scan()) scan().value = "";
    try {
      const answer = await send(new URLSearchParams(body), event.target.action);
      away(false, "");
      await show(answer);
    } finally {
      busy = false;
    }
    const next = ahead.shift();
    if (next && scan()) {
      const begun = scan().value;
      scan().value = next;
      form().requestSubmit(form().querySelector("button[value=scan]"));
      scan().value = begun;
    }
  }, true);
  addEventListener("popstate", () => location.reload());
  judge();
  focus();
})();
