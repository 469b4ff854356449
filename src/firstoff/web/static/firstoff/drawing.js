// Balloons on a drawing: clicked, dragged or moved by keys. The fields of the form hold the places.
const form = document.querySelector("form[data-draw]");
if (form) begin();

function begin() {
  const edits = "edits" in form.dataset;
  const sheet = form.querySelector("[data-sheet]"), stage = sheet.parentElement;
  const image = sheet.querySelector("img"), lines = sheet.querySelector("[data-lines]");
  const layer = sheet.querySelector("[data-balloons]"), pages = JSON.parse(image.dataset.pages);
  const rows = [...form.querySelectorAll("tr[data-c]")].map((row, index) => ({
    row, index, number: row.dataset.c, name: row.dataset.name, where: row.querySelector("[data-where]"),
    elsewhere: row.querySelector("[data-where]").textContent.trim() === "another drawing",
  }));
  const field = (one, name) => form.elements[`${name}-${one.index}`];
  const placed = (one) => field(one, "page").value !== "";
  const value = (one, name) => Number(field(one, name).value);
  const percent = (x) => Math.min(100, Math.max(0, x)).toFixed(4);
  const say = (text) => { const place = document.getElementById("say"); if (place) place.textContent = text; };
  let page = Number(form.elements.page.value), zoom = 1, chosen = null, next = null;
  let cross = { x: 50, y: 50 };
  const mark = document.createElement("span");
  mark.className = "draw-cross";
  if (edits) sheet.append(mark);

  // ----- what is where -----
  function put(one, at) {
    for (const [name, x] of Object.entries(at)) field(one, name).value = name === "page" ? x : percent(x);
    form.dataset.touched = "1";
  }
  function missing(after) {
    const from = after ? rows.indexOf(after) + 1 : 0;
    const order = [...rows.slice(from), ...rows.slice(0, from)];
    return order.find((one) => !placed(one) && !one.elsewhere) ?? order.find((one) => !placed(one)) ?? null;
  }
  function place(x, y) {
    const one = next && !placed(next) ? next : missing(chosen);
    if (!one) { say("Every characteristic has its balloon."); return; }
    // Beside what it points at, towards the middle of the page, so that it never hangs over an edge.
    const wide = 3.2 / zoom, high = wide * sheet.clientWidth / sheet.clientHeight;
    put(one, { page, x: x + (x > 92 ? -wide : wide), y: y + (y < 8 ? high : -high), to_x: x, to_y: y });
    next = missing(one);
    choose(one, false);
    say(`Balloon ${one.number} is placed. ${next ? `Next is ${next.number}, ${next.name}.` : "That was the last one."}`);
  }
  function away(one) {
    for (const name of ["page", "x", "y", "to_x", "to_y"]) field(one, name).value = "";
    form.dataset.touched = "1";
    next = one;
    if (chosen === one) chosen = null;
    show();
    sheet.focus({ preventScroll: true });
    say(`Balloon ${one.number} is taken away.`);
  }

  // ----- what is shown -----
  function show() {
    lines.replaceChildren();
    const kept = new Map([...layer.querySelectorAll("button")].map((b) => [b.dataset.b, b]));
    const here = rows.filter((one) => placed(one) && value(one, "page") === page);
    const order = [];
    for (const one of here) {
      const at = Object.fromEntries(["x", "y", "to_x", "to_y"].map((n) => [n, value(one, n)]));
      if (at.x !== at.to_x || at.y !== at.to_y) {
        const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
        for (const [name, x] of [["x1", at.x], ["y1", at.y], ["x2", at.to_x], ["y2", at.to_y]]) line.setAttribute(name, `${x}%`);
        lines.append(line);
      }
      const button = kept.get(one.number) ?? balloon(one);
      button.style.left = `${at.x}%`; button.style.top = `${at.y}%`;
      button.setAttribute("aria-pressed", String(one === chosen));
      button.setAttribute("aria-label", `Balloon ${one.number}, ${one.name}, ${Math.round(at.x)} percent across, ${Math.round(at.y)} down`);
      order.push(button);
      if (one === chosen && edits) order.push(dot(one, at));
    }
    const focus = document.activeElement;
    if (order.length !== layer.children.length || order.some((part, n) => part !== layer.children[n])) {
      layer.replaceChildren(...order);
      if (order.includes(focus)) focus.focus({ preventScroll: true });
    }
    for (const one of rows) {
      one.row.toggleAttribute("data-placed", placed(one));
      one.row.setAttribute("aria-selected", String(one === chosen || (!chosen && one === next)));
      one.where.textContent = placed(one) ? `page ${field(one, "page").value}` : one.elsewhere ? "another drawing" : "nowhere";
    }
    mark.style.left = `${cross.x}%`; mark.style.top = `${cross.y}%`;
    const count = document.querySelector("[data-placed]:not(tr)");
    if (count) count.textContent = rows.filter(placed).length;
    const off = form.querySelector("[data-away]");
    if (off) {
      off.hidden = !chosen;
      if (chosen) off.textContent = `Take balloon ${chosen.number} away`;
    }
    const told = form.querySelector("[data-next]");
    if (told) {
      told.hidden = false;
      told.textContent = next ? `Next: ${next.number} ${next.name}` : "Every characteristic has its balloon.";
    }
  }
  function balloon(one) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "bln", textContent: one.number });
    button.dataset.b = one.number;
    button.addEventListener("focus", () => { if (chosen !== one) { chosen = one; show(); } });
    button.addEventListener("click", (event) => { event.stopPropagation(); choose(one, false); });
    if (edits) {
      button.addEventListener("keydown", (event) => keys(one, event));
      drags(button, one, ["x", "y"]);
    }
    return button;
  }
  let spot = null;
  function dot(one, at) {
    spot ??= document.createElement("span");
    if (spot.dataset.b !== one.number) {
      const fresh = document.createElement("span");
      fresh.className = "bln-dot";
      fresh.dataset.b = one.number;
      drags(fresh, one, ["to_x", "to_y"]);
      spot = fresh;
    }
    spot.style.left = `${at.to_x}%`; spot.style.top = `${at.to_y}%`;
    return spot;
  }
  function choose(one, turn = true) {
    chosen = one;
    if (placed(one)) {
      if (turn) turnTo(value(one, "page"));
      show();
      const button = layer.querySelector(`[data-b="${CSS.escape(one.number)}"].bln`);
      button?.focus({ preventScroll: true });
      if (turn) button?.scrollIntoView({ block: "center", inline: "center" });
      one.row.scrollIntoView({ block: "nearest" });
    } else {
      chosen = null;
      next = one;
      show();
      if (edits) { sheet.classList.add("keyed"); sheet.focus({ preventScroll: true }); say(`Next is ${one.number}, ${one.name}.`); }
    }
  }

  // ----- pointer -----
  const at = (event) => {
    const box = sheet.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width * 100, y: (event.clientY - box.top) / box.height * 100 };
  };
  function drags(part, one, names) {
    part.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault(); event.stopPropagation();
      const from = at(event), was = names.map((n) => value(one, n));
      let moved = false;
      part.setPointerCapture(event.pointerId);
      const move = (e) => {
        const now = at(e);
        const far = Math.hypot((now.x - from.x) * sheet.clientWidth, (now.y - from.y) * sheet.clientHeight) / 100;
        if (!moved && far < 3) return;  // a click with an unsteady hand moves nothing
        moved = true;
        put(one, { [names[0]]: was[0] + now.x - from.x, [names[1]]: was[1] + now.y - from.y });
        show();
      };
      const end = () => {
        part.removeEventListener("pointermove", move);
        part.removeEventListener("pointerup", end);
        part.removeEventListener("pointercancel", end);
        choose(one, false);
      };
      part.addEventListener("pointermove", move);
      part.addEventListener("pointerup", end);
      part.addEventListener("pointercancel", end);
    });
    part.addEventListener("click", (event) => event.stopPropagation());
  }
  if (edits) sheet.addEventListener("click", (event) => {
    const point = at(event);
    cross = point;
    place(point.x, point.y);
  });

  // ----- keys -----
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function keys(one, event) {
    const way = WAYS[event.key];
    if (way) {
      event.preventDefault(); event.stopPropagation();
      const by = (event.shiftKey ? 0.1 : 0.5) / zoom;
      const names = event.altKey ? ["to_x", "to_y"] : ["x", "y"];
      put(one, { [names[0]]: value(one, names[0]) + way[0] * by, [names[1]]: value(one, names[1]) + way[1] * by });
      show();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault(); event.stopPropagation();
      away(one);
    } else if (event.key === "Escape") {
      event.preventDefault();
      chosen = null;
      show();
      sheet.focus({ preventScroll: true });
    }
  }
  if (edits) sheet.addEventListener("keydown", (event) => {
    if (event.target !== sheet || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    if (way) {
      event.preventDefault(); event.stopPropagation();
      sheet.classList.add("keyed");
      const by = (event.shiftKey ? 0.2 : 2) / zoom;
      cross = { x: Math.min(100, Math.max(0, cross.x + way[0] * by)), y: Math.min(100, Math.max(0, cross.y + way[1] * by)) };
      show();
      mark.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      place(cross.x, cross.y);
    }
  });
  sheet.addEventListener("blur", () => sheet.classList.remove("keyed"));
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    if (["+", "=", "-", "−", "0"].includes(event.key)) { event.preventDefault(); scale({ "=": "+", "−": "-" }[event.key] ?? event.key); }
  });

  // ----- pages and zoom -----
  const source = () => `${pages[page - 1]}?w=${zoom > 1.5 ? 3200 : 2000}`;
  function turnTo(number) {
    page = Math.min(pages.length, Math.max(1, number));
    form.elements.page.value = page;
    const label = form.querySelector("[data-number]");
    if (label) label.textContent = page;
    for (const link of form.querySelectorAll("[data-turn]")) {
      const to = page + Number(link.dataset.turn);
      link.hidden = to < 1 || to > pages.length;
    }
    if (!image.src.endsWith(source())) image.src = source();
    show();
  }
  // Pages of one document may differ in form: the sheet takes that of the picture.
  image.addEventListener("load", () => { sheet.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`; });
  for (const link of form.querySelectorAll("[data-turn]")) link.addEventListener("click", (event) => {
    event.preventDefault();
    turnTo(page + Number(link.dataset.turn));
  });
  function scale(way) {
    const middle = [(stage.scrollLeft + stage.clientWidth / 2) / sheet.clientWidth, (stage.scrollTop + stage.clientHeight / 2) / sheet.clientHeight];
    zoom = way === "0" ? 1 : Math.min(6, Math.max(0.5, zoom * (way === "+" ? 1.25 : 0.8)));
    sheet.style.width = `${zoom * 100}%`;
    stage.scrollLeft = middle[0] * sheet.clientWidth - stage.clientWidth / 2;
    stage.scrollTop = middle[1] * sheet.clientHeight - stage.clientHeight / 2;
    form.querySelector("[data-percent]").textContent = `${Math.round(zoom * 100)}\u00a0%`;
    if (!image.src.endsWith(source())) image.src = source();
  }
  for (const button of form.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => scale(button.dataset.zoom));

  form.querySelector("[data-away]")?.addEventListener("click", () => chosen && away(chosen));

  // ----- the list beside it -----
  for (const one of rows) one.row.addEventListener("click", () => choose(one));
  form.addEventListener("submit", () => delete form.dataset.touched);
  addEventListener("beforeunload", (event) => { if (form.dataset.touched) event.preventDefault(); });

  form.classList.add("live");
  for (const part of form.querySelectorAll(".draw-zoom, .draw-help")) part.hidden = false;
  layer.replaceChildren();
  next = missing(null);
  turnTo(page);
}
