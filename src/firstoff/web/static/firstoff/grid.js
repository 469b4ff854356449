// Grids, quicker: arrows and Enter move, rows can be added, cells pasted from a spreadsheet.
const fieldsOf = (row) => [...row.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select, textarea")];
const rowsOf = (form) => [...form.querySelectorAll("[data-grid-row]")];
const nameOf = (field) => field.name.replace(/^[a-z]+-\d+-/, "");

function addRow(form) {
  const rows = rowsOf(form);
  const last = rows[rows.length - 1];
  const prefix = form.dataset.grid;
  const row = last.cloneNode(true);
  for (const part of row.querySelectorAll("[name], [id]"))
    for (const attribute of ["name", "id"])
      if (part.hasAttribute(attribute))
        part.setAttribute(attribute, part.getAttribute(attribute).replace(new RegExp(`(${prefix}-)\\d+(-)`), `$1${rows.length}$2`));
  for (const error of row.querySelectorAll(".err")) error.remove();
  for (const field of row.querySelectorAll("input, select, textarea")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    if (field.type === "checkbox") field.checked = field.defaultChecked && !field.name.endsWith("-remove");
    else if (field.tagName === "SELECT") field.value = [...field.options].find((o) => o.defaultSelected)?.value ?? field.options[0].value;
    else field.value = "";
  }
  row.classList.remove("g-gone");
  last.after(row);
  form.elements[`${prefix}-rows`].value = rows.length + 1;
  return row;
}

function move(form, field, down, right) {
  const rows = rowsOf(form);
  const row = field.closest("[data-grid-row]");
  const fields = fieldsOf(row);
  const place = fields.indexOf(field);
  const target = right ? fields[place + right] : null;
  if (target) { target.focus(); target.select?.(); return true; }
  const step = right ? Math.sign(right) : down;
  const next = rows[rows.indexOf(row) + step] ?? (step > 0 && right ? addRow(form) : null);
  if (!next) return false;
  const there = fieldsOf(next);
  const found = right ? there[right > 0 ? 0 : there.length - 1] : there.find((f) => nameOf(f) === nameOf(field));
  found?.focus();
  found?.select?.();
  return Boolean(found);
}

function keys(form, event) {
  const field = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || field.type === "checkbox" || !field.matches("input, select, textarea")) return;
  const text = field.matches("input");
  const atStart = text && field.selectionStart === 0 && field.selectionEnd === 0;
  const atEnd = text && field.selectionStart === field.value.length;
  let moved = false;
  if (event.key === "Enter" && !field.matches("textarea")) moved = move(form, field, 0, event.shiftKey ? -1 : 1) || true;
  else if (event.key === "ArrowDown" && text && !field.list) moved = move(form, field, 1, 0);
  else if (event.key === "ArrowUp" && text && !field.list) moved = move(form, field, -1, 0);
  else if (event.key === "ArrowRight" && atEnd && field.value) moved = move(form, field, 0, 1);
  else if (event.key === "ArrowLeft" && atStart && field.value) moved = move(form, field, 0, -1);
  if (moved) event.preventDefault();
}

function put(field, text) {
  const value = text.trim();
  if (field.tagName !== "SELECT") { field.value = value; return; }
  const found = [...field.options].find((o) => [o.value, o.text].some((t) => t.toLowerCase() === value.toLowerCase()));
  if (found) field.value = found.value;
}

function paste(form, event) {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!text.includes("\t") || event.target.matches("textarea")) return;  // one cell: as everywhere
  event.preventDefault();
  let row = event.target.closest("[data-grid-row]");
  const from = fieldsOf(row).indexOf(event.target);
  const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  lines.forEach((line, place) => {
    if (place) row = rowsOf(form)[rowsOf(form).indexOf(row) + 1] ?? addRow(form);
    const fields = fieldsOf(row);
    line.split("\t").forEach((cell, n) => fields[from + n] && put(fields[from + n], cell));
  });
  form.dataset.touched = "1";
}

for (const form of document.querySelectorAll("form[data-grid]")) {
  form.addEventListener("keydown", (event) => keys(form, event));
  form.addEventListener("paste", (event) => paste(form, event));
  form.addEventListener("change", (event) => {
    if (event.target.name?.endsWith("-remove"))
      event.target.closest("[data-grid-row]").classList.toggle("g-gone", event.target.checked);
    form.dataset.touched = "1";
  });
  form.addEventListener("submit", () => delete form.dataset.touched);
  const add = form.querySelector("[data-grid-add]");
  add.hidden = false;
  add.addEventListener("click", () => fieldsOf(addRow(form))[0].focus());
}

// Leaving with entries that are not saved asks first.
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-grid][data-touched]")) event.preventDefault();
});
