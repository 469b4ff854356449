// Reviews, quicker: priorities as ratings are typed, a checklist by keys, the figures of one scheme.
const grid = document.querySelector("form[data-letters]");
if (grid) {
  const letters = grid.dataset.letters;
  const priority = (row, names) => {
    const [s, o, d] = names.map((name) => Number(row.querySelector(`[name$="-${name}"]`)?.value || NaN));
    const whole = [s, o, d].every((n) => Number.isInteger(n) && n >= 1 && n <= 10);
    return whole ? letters[(s - 1) * 100 + (o - 1) * 10 + d - 1] : "";
  };
  const show = (row) => {
    for (const out of row.querySelectorAll("[data-ap]")) {
      const letter = priority(row, out.dataset.ap.split(" "));
      out.textContent = letter;
      out.className = `ap ap-${letter}`;
    }
    const value = (name) => row.querySelector(`[name$="-${name}"]`)?.value.trim() ?? "";
    const done = ["done", "none needed"].includes(value("action_state")) && value("action_taken");
    const open = row.querySelector("[data-ap]").textContent === "H" && !done;
    row.classList.toggle("row-open", open);
    row.querySelector(".ap-open")?.toggleAttribute("hidden", !open);
  };
  grid.addEventListener("input", (event) => show(event.target.closest("[data-grid-row]")));
  grid.addEventListener("click", (event) => {  // a new row is a copy of the last
    if (event.target.closest("[data-grid-add]"))
      requestAnimationFrame(() => grid.querySelectorAll("[data-grid-row]").forEach(show));
  });
}

const list = document.querySelector("[data-checklist]");
if (list) {
  const keys = { g: "good", f: "finding", n: "not_applicable" };
  const points = [...list.querySelectorAll("[data-point]")];
  const fill = (point) => {
    const rows = [...document.querySelectorAll("[data-grid-row]")];
    const at = (row, name) => row.querySelector(`[name$="-${name}"]`);
    if (rows.some((row) => at(row, "point").value === point.dataset.point)) return;
    let row = rows.find((r) => !at(r, "text").value && !at(r, "point").value);
    if (!row) {
      document.querySelector("[data-grid-add]").click();
      row = [...document.querySelectorAll("[data-grid-row]")].at(-1);
    }
    at(row, "point").value = point.dataset.point;
    at(row, "category").value = point.dataset.category;
  };
  list.addEventListener("change", (event) => {
    if (event.target.value === "finding") fill(event.target.closest("[data-point]"));
  });
  list.addEventListener("keydown", (event) => {
    const point = event.target.closest("[data-point]");
    const said = keys[event.key];
    if (!point || !said || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    point.querySelector(`[value="${said}"]`).checked = true;
    if (said === "finding") fill(point);
    const next = points[points.indexOf(point) + 1];
    const there = next ?? document.querySelector("#findings");
    there.closest("details")?.setAttribute("open", "");
    (there.querySelector("input:checked") ?? there.querySelector("input, select, textarea"))?.focus();
  });
}

const sampling = document.querySelector("[data-sampling]");
if (sampling) {
  const choice = sampling.querySelector("[name=kind]");
  const show = () => {
    for (const part of sampling.querySelectorAll("[data-scheme]")) part.hidden = part.dataset.scheme !== choice.value;
  };
  choice.addEventListener("change", show);
  show();
}
