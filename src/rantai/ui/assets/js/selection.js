// data-select-all ticks every box of its form; the count beside the bulk actions follows; shift selects a range.
let last = null;

function boxes(form) {
  return [...form.querySelectorAll("input[type=checkbox][name=ids]")];
}

function report(form) {
  const chosen = boxes(form).filter((box) => box.checked).length;
  const all = form.querySelector("[data-select-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes(form).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  form.querySelectorAll("[data-selected]").forEach((place) => { place.textContent = String(chosen); });
}

function tickRange(form, from, to) {
  const list = boxes(form);
  const [start, end] = [list.indexOf(from), list.indexOf(to)].sort((a, b) => a - b);
  if (start >= 0) list.slice(start, end + 1).forEach((box) => { box.checked = to.checked; });
}

export function bindSelection() {
  document.addEventListener("click", (event) => {
    const box = event.target.closest("input[type=checkbox][name=ids]");
    if (!box) return;
    if (event.shiftKey && last && last.form === box.form) tickRange(box.form, last, box);
    last = box;
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form) return;
    if (event.target.matches("[data-select-all]")) boxes(form).forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("[data-select-all], [name=ids]")) report(form);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-select-none]")?.form;
    if (!form) return;
    boxes(form).forEach((box) => { box.checked = false; });
    report(form);
  });
}
