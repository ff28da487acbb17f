// The rail is a popover on the phone; where the browser has none, a class does the same. Changed filters submit themselves.
export function bindDrawer() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  const rail = document.getElementById("rail");
  if (!rail) return;
  rail.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest" });
  const wide = window.matchMedia("(min-width: 901px)");
  wide.addEventListener("change", () => { if (wide.matches && rail.matches(":popover-open")) rail.hidePopover(); });
}
