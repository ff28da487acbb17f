// A file drop is a label around an input; script lets a file fall on it and says which one did.
function say(zone) {
  const input = zone.querySelector("input[type=file]");
  const names = [...input.files].map((file) => file.name).join(", ");
  if (names) zone.querySelector("[data-drop-name]").textContent = names;
}

export function bindDrops() {
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("[data-drop]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    document.addEventListener(kind, (event) => event.target.closest?.("[data-drop]")?.classList.remove("is-over"));
  }
  document.addEventListener("drop", (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone || !event.dataTransfer.files.length) return;
    event.preventDefault();
    zone.querySelector("input[type=file]").files = event.dataTransfer.files;
    say(zone);
  });
  document.addEventListener("change", (event) => {
    const zone = event.target.closest("[data-drop]");
    if (zone && event.target.type === "file") say(zone);
  });
}
