// Light, dark or the system's: kept in a cookie so that the server draws the right one at once.
const YEAR_SECONDS = 31_536_000;

function wear(theme) {
  const root = document.documentElement;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR_SECONDS : 0}; samesite=lax`;
  document.querySelectorAll("[data-theme-choice]").forEach((choice) => {
    if (choice.dataset.themeChoice === theme) choice.setAttribute("aria-current", "true");
    else choice.removeAttribute("aria-current");
  });
  document.dispatchEvent(new CustomEvent("theme:change"));
}

export function bindTheme() {
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) wear(choice.dataset.themeChoice);
  });
}
