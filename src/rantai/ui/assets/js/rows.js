// J and K walk rows and proposals (data-key-row), Enter opens the first link, X ticks the box.
import { isTyping } from "./keys.js";

const ROWS = "[data-key-row]";

function current() {
  return document.querySelector(`${ROWS}.is-current, ${ROWS}.prop--current`);
}

function mark(row) {
  const before = current();
  const name = row.classList.contains("prop") ? "prop--current" : "is-current";
  before?.classList.remove("is-current", "prop--current");
  row.classList.add(name);
  row.scrollIntoView({ block: "nearest" });
  (row.querySelector("a") ?? row.querySelector("button, input"))?.focus({ preventScroll: true });
}

function walk(step) {
  const rows = [...document.querySelectorAll(ROWS)];
  if (!rows.length) return;
  const at = rows.indexOf(current());
  mark(rows[Math.min(Math.max(at + step, 0), rows.length - 1)]);
}

export function bindRows() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !document.querySelector(ROWS)) return;
    const row = current();
    if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
    else if (event.key === "x" && row) row.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "Enter" && row && event.target === document.body) row.querySelector("a")?.click();
    else return;
    event.preventDefault();
  });
}
