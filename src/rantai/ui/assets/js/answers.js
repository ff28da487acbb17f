// data-answer marks a choice for each line, data-answers the sum of the choices: it counts along while they change.
function count(sum) {
  for (const place of sum.querySelectorAll("[data-count]")) {
    place.textContent = document.querySelectorAll(`[data-answer] input[value="${place.dataset.count}"]:checked`).length;
  }
}

export function bindAnswers() {
  const sum = document.querySelector("[data-answers]");
  if (!sum) return;
  sum.hidden = false;
  count(sum);
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-answer]")) count(sum);
  });
  window.addEventListener("pageshow", () => count(sum));
}
