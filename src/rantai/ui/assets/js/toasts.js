// A toast leaves after a while unless it is held by the pointer or the focus, or offers an undo that is still wanted.
const PLAIN_MS = 6_000;
const UNDO_MS = 15_000;

function leaveLater(toast) {
  if (toast.dataset.leaves) return;
  toast.dataset.leaves = "soon";
  const wait = toast.querySelector("form") ? UNDO_MS : PLAIN_MS;
  const go = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(go, PLAIN_MS);
    else toast.remove();
  };
  setTimeout(go, wait);
}

export function bindToasts() {
  const watch = () => document.querySelectorAll(".toasts > .toast").forEach(leaveLater);
  watch();
  document.addEventListener("htmx:after:swap", watch);
  document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast")?.remove());
}
