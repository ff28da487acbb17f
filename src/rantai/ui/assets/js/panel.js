// The side panel: filled by htmx, closed by its cross or Escape; focus goes in and comes back.
let opener = null;

function close() {
  const side = document.getElementById("side");
  if (!side || !side.firstElementChild) return;
  side.replaceChildren();
  opener?.focus();
  opener = null;
}

export function bindPanel() {
  document.addEventListener("click", (event) => {
    const trigger = event.target.closest("[data-panel]");
    if (trigger) opener = trigger;
    const cross = event.target.closest("[data-panel-close]");
    if (cross && cross.closest("#side")) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open], details.menu[open]")) close();
  });
  document.addEventListener("htmx:after:swap", () => {
    const panel = document.querySelector("#side > .panel:not([data-seen])");
    if (!panel) return;
    panel.dataset.seen = "";
    panel.querySelector("[data-panel-close]")?.focus();
  });
}
