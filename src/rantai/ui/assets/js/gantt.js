// Bars with data-move go left and right by whole days: by drag, or by the arrow keys when one has the focus.
// Letting go (or Enter) opens the preview of the move; nothing is written before it is confirmed there.
let held = null;
let dragged = false;

function put(bar, days) {
  const picture = bar.closest("[data-gantt]");
  bar.dataset.days = String(days);
  bar.setAttribute("transform", days ? `translate(${days * Number(picture.dataset.day)} 0)` : "");
}

function open(bar) {
  const days = Number(bar.dataset.days || 0);
  const by = bar.closest("[data-gantt]").dataset.by;
  window.location.assign(`${bar.dataset.move}?days=${days}&by=${by}`);
}

function scale(picture) {
  return picture.viewBox.baseVal.width / picture.getBoundingClientRect().width;
}

export function bindGantt() {
  document.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest?.("[data-move]");
    if (!bar || event.button || event.pointerType === "touch") return;
    event.preventDefault();
    bar.focus();
    held = { bar, x: event.clientX, days: Number(bar.dataset.days || 0), moved: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const picture = held.bar.closest("[data-gantt]");
    const days = held.days + Math.round(((event.clientX - held.x) * scale(picture)) / Number(picture.dataset.day));
    if (days !== Number(held.bar.dataset.days || 0)) held.moved = true;
    put(held.bar, days);
  });
  document.addEventListener("pointerup", () => {
    if (!held) return;
    const { bar, moved } = held;
    held = null;
    dragged = moved;
    if (moved && Number(bar.dataset.days)) open(bar);
  });
  document.addEventListener("keydown", (event) => {
    const bar = event.target.closest?.("[data-move]");
    if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
    const days = Number(bar.dataset.days || 0);
    if (event.key === "ArrowRight") put(bar, days + 1);
    else if (event.key === "ArrowLeft") put(bar, days - 1);
    else if (event.key === "Escape") put(bar, 0);
    else if (event.key === "Enter") open(bar);
    else return;
    event.preventDefault();
  });
  // The click that ends a drag would follow the bar's own link.
  document.addEventListener("click", (event) => {
    if (dragged && event.target.closest?.("[data-move]")) event.preventDefault();
    dragged = false;
  });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.("[data-move]")) event.preventDefault(); });
}
