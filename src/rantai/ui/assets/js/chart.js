// Charts: ECharts core with only the parts we draw, in a chunk that loads when a page holds [data-chart].
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { paint } from "./palette-colours.js";

use([BarChart, LineChart, GridComponent, LegendComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, AriaComponent, SVGRenderer]);

const drawn = new Map();

function formatter(language, unit) {
  const figures = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  return (value) => (value === null || value === undefined || Number.isNaN(Number(value)) ? "–" : `${figures.format(value)}${unit ? ` ${unit}` : ""}`);
}

function dress(source, box) {
  const option = paint(source, box);
  const language = document.documentElement.lang;
  const axis = [option.yAxis].flat();
  axis.forEach((one) => { one.axisLabel = { ...one.axisLabel, formatter: formatter(language, "") }; });
  option.tooltip = { ...option.tooltip, renderMode: "richText", valueFormatter: formatter(language, box.dataset.unit) };
  option.animation = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return option;
}

function draw(box) {
  const source = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  box.dataset.ready = "";
  const chart = init(box, null, { renderer: "svg" });
  const paintAll = () => chart.setOption(dress(source, box), true);
  paintAll();
  new ResizeObserver(() => chart.resize()).observe(box);
  drawn.set(box, paintAll);
}

export function drawCharts() {
  document.querySelectorAll("[data-chart]:not([data-ready])").forEach(draw);
}

document.addEventListener("theme:change", () => drawn.forEach((again, box) => (box.isConnected ? again() : drawn.delete(box))));
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((again) => again()));
