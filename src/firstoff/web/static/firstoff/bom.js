// Files: dropped, counted, sent with their progress. Everything works without it.
const forms = "form[data-files]";

function told(form) {
  const field = form.querySelector("input[type=file]");
  const place = form.querySelector("[data-chosen]");
  if (!field || !place) return;
  const files = [...field.files];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const words = size < 1e6 ? `${Math.max(1, Math.round(size / 1e3))} kB` : `${(size / 1e6).toFixed(1)} MB`;
  place.textContent = files.length > 1 ? `${files.length} files, ${words}` : "";
}

document.addEventListener("change", (event) => {
  if (event.target.matches(`${forms} input[type=file]`)) told(event.target.form);
});
document.addEventListener("dragover", (event) => {
  const place = event.target.closest?.("[data-drop]") ?? document.querySelector("[data-drop]");
  if (!place || ![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
  event.preventDefault();
  place.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.querySelector("[data-drop]")?.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  const place = document.querySelector("[data-drop]");
  const field = place?.querySelector("input[type=file]");
  if (!field || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  place.classList.remove("over");
  field.files = event.dataTransfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

// While it is sent, how far; then that it is read.
document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.(forms);
  const bar = form?.querySelector("progress.upload");
  const words = form?.querySelector("[data-upload]");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = words.hidden = false;
  const part = Math.round((100 * event.detail.loaded) / event.detail.total);
  if (part < 100) { bar.value = part; words.textContent = `${part} % sent`; }
  else { bar.removeAttribute("value"); words.textContent = "Every row is looked at."; }
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.(forms);
  for (const part of form?.querySelectorAll("progress.upload") ?? []) part.hidden = true;
  if (event.detail.successful) form?.querySelector("[data-upload]")?.setAttribute("hidden", "");
});
document.addEventListener("htmx:afterSettle", () => {
  if (!document.querySelector(forms)) return;
  scrollTo(0, 0);
  for (const b of document.querySelectorAll(".theme button"))
    b.setAttribute("aria-pressed", String(b.dataset.t === (document.documentElement.dataset.theme || "")));
});

const print = document.querySelector("[data-print]");
if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }

// A refusal that is a page of its own is shown too; a server that is away is said.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.matches?.(forms) && event.detail.xhr.status >= 400) event.detail.shouldSwap = true;
});
document.addEventListener("htmx:sendError", (event) => {
  const words = event.target.closest?.(forms)?.querySelector("[data-upload]");
  if (words) { words.hidden = false; words.textContent = "The server does not answer. Nothing was recorded; try again."; }
});
