// What every page loads: htmx, and one small module for each behaviour, bound by data-*.
import "htmx.org";
import { bindAnswers } from "./answers.js";
import { bindDrawer } from "./drawer.js";
import { bindDrops } from "./drop.js";
import { bindGantt } from "./gantt.js";
import { bindGuards } from "./guard.js";
import { bindKeys } from "./keys.js";
import { bindMenus } from "./menus.js";
import { bindPalette } from "./palette.js";
import { bindPanel } from "./panel.js";
import { bindRows } from "./rows.js";
import { bindSelection } from "./selection.js";
import { bindSheets } from "./sheet.js";
import { bindTabs } from "./tabs.js";
import { bindTheme } from "./theme.js";
import { bindToasts } from "./toasts.js";

document.documentElement.classList.add("js");
for (const bind of [bindKeys, bindRows, bindSelection, bindPalette, bindPanel, bindMenus, bindTheme, bindToasts, bindGuards, bindDrawer, bindDrops, bindAnswers, bindSheets, bindGantt, bindTabs]) bind();

function loadWhatThePageNeeds() {
  if (document.querySelector("[data-chart]:not([data-ready])")) import("./chart.js").then((chart) => chart.drawCharts());
  if (document.querySelector("[x-data]") && !window.Alpine) import("./alpine.js");
}

loadWhatThePageNeeds();
document.addEventListener("htmx:after:swap", loadWhatThePageNeeds);
