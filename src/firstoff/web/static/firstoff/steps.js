// Steps, quicker: Alt and an arrow move the step one is in; what was moved keeps the focus.
for (const form of document.querySelectorAll("form[data-steps]")) {
  form.addEventListener("keydown", (event) => {
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const step = event.target.closest("[data-step]");
    if (!event.altKey || !way || !step) return;
    const button = step.querySelector(`button[name="move"][value$=":${way}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
  form.addEventListener("input", () => { form.dataset.touched = "1"; });
  form.addEventListener("submit", () => delete form.dataset.touched);
  const moved = form.querySelector("[data-moved] textarea");
  // After the browser went to the place in the address, which takes the focus away.
  if (moved) addEventListener("load", () => setTimeout(() => { moved.scrollIntoView({ block: "center" }); moved.focus({ preventScroll: true }); }));
}
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-steps][data-touched]")) event.preventDefault();
});
