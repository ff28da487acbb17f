// On a narrow screen a row of tabs runs on beyond the edge: the one that stands open is brought into sight.
export function bindTabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current=page]")) {
    const row = tab.closest(".tabs");
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
}
