// A table of fields (data-sheet): arrows walk it, Escape clears a cell, and what was typed is counted.
const CELLS = "[data-sheet]";

function step(cell, down, across) {
  const row = cell.closest("tr");
  const at = [...row.querySelectorAll(CELLS)].indexOf(cell);
  if (across) return row.querySelectorAll(CELLS)[at + across];
  const rows = [...cell.closest("form").querySelectorAll("tr")].filter((one) => one.querySelector(CELLS));
  return rows[rows.indexOf(row) + down]?.querySelectorAll(CELLS)[at];
}

function isAtEdge(cell, across) {
  return across < 0 ? cell.selectionStart === 0 && cell.selectionEnd === 0 : cell.selectionEnd === cell.value.length && cell.selectionStart === cell.value.length;
}

function walk(event) {
  const cell = event.target;
  if (!(cell instanceof Element) || !cell.matches(CELLS) || event.ctrlKey || event.metaKey || event.altKey) return;
  const down = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
  const across = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
  if (event.key === "Escape" && cell.value) {
    cell.value = "";
    count(cell.form);
    event.preventDefault();
  }
  if (!down && !(across && isAtEdge(cell, across))) return;
  const next = step(cell, down, across);
  if (!next) return;
  next.focus();
  event.preventDefault();
}

function count(form) {
  const told = form.querySelector("[data-sheet-count]");
  if (!told) return;
  const typed = [...form.querySelectorAll(CELLS)].filter((cell) => cell.value.trim()).length;
  told.textContent = typed === 0 ? "" : typed === 1 ? told.dataset.one : told.dataset.many.replace("%s", typed);
}

export function bindSheets() {
  document.addEventListener("keydown", walk);
  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.matches(CELLS)) count(event.target.form);
  });
}
