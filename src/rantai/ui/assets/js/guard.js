// data-guard asks before unsaved typing is lost; data-confirm asks before what cannot be undone, and names it.
function isDirty(form) {
  return [...form.elements].some((field) => {
    if (field.type === "hidden" || field.type === "submit" || !field.name) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected && [...field.options].some((other) => other.defaultSelected));
    return field.value !== field.defaultValue;
  });
}

export function bindGuards() {
  let leaving = false;
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    leaving = true;
    setTimeout(() => { leaving = false; }, 2_000);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && [...document.querySelectorAll("form[data-guard]")].some(isDirty)) event.preventDefault();
  });
}
