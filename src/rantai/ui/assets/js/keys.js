// One letter presses the button that prints it: data-key="a". Letters typed into a field stay text.
const SEQUENCE_MS = 900;
let leader = "";
let isReady = false;

export function isTyping(target) {
  return target instanceof Element && Boolean(target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], dialog[open]"));
}

function visible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function holderOf(key) {
  const scopes = [document.querySelector("#side .panel"), document.querySelector(".prop--current"), document];
  for (const scope of scopes) {
    const holder = scope && [...scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
    if (holder) return holder;
  }
  return null;
}

// htmx takes up the page a moment after this module has run: a key before that must not follow the link instead.
function click(holder) {
  if (isReady) holder.click();
  else setTimeout(() => holder.click());
}

function press(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) return;
  const key = leader ? `${leader} ${event.key.toLowerCase()}` : event.key.toLowerCase();
  leader = "";
  const holder = holderOf(key);
  if (holder) {
    event.preventDefault();
    if (holder.matches("input:not([type=checkbox]), textarea, select")) holder.focus();
    else click(holder);
  } else if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
    leader = key;
    setTimeout(() => { leader = ""; }, SEQUENCE_MS);
  }
}

export function bindKeys() {
  setTimeout(() => { isReady = true; });
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (!opener) return;
    const dialog = document.getElementById(opener.dataset.opens);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement) event.target.close();
    event.target.closest("[data-closes]")?.closest("dialog")?.close();
  });
}
