// Benches: a field of words takes what is typed or scanned into it; Enter goes on to the scan field.
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.dataset?.text === undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  document.getElementById("scan")?.focus();
}, true);
