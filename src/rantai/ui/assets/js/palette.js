// Ctrl-K opens the finder; arrows walk what the server answered. Without script the field is a link to the search page.
function hits(dialog) {
  return [...dialog.querySelectorAll(".pal-hit")];
}

function choose(dialog, step) {
  const list = hits(dialog);
  if (!list.length) return;
  const at = list.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  const next = (at + step + list.length) % list.length;
  list.forEach((hit, index) => {
    hit.setAttribute("role", "option");
    hit.setAttribute("aria-selected", String(index === next));
    hit.id ||= `hit-${index}`;
  });
  list[next].scrollIntoView({ block: "nearest" });
  dialog.querySelector("input").setAttribute("aria-activedescendant", list[next].id);
}

function steer(event) {
  const dialog = event.currentTarget;
  if (event.key === "ArrowDown") choose(dialog, 1);
  else if (event.key === "ArrowUp") choose(dialog, -1);
  else if (event.key === "Enter") {
    const chosen = dialog.querySelector(".pal-hit[aria-selected=true]") ?? hits(dialog)[0];
    if (!chosen) return;
    chosen.click();
  } else return;
  event.preventDefault();
}

export function bindPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const open = () => {
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input").select();
  };
  dialog.addEventListener("keydown", steer);
  dialog.addEventListener("htmx:after:swap", () => choose(dialog, 1));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.querySelectorAll("[data-find]").forEach((link) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  }));
}
