// Token names in a chart's option ("--house", "--house/.14") become colours that a canvas understands.
const TOKEN = /^--[a-z0-9-]+(\/[.\d]+)?$/;
const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

function rgb(colour, alpha) {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${alpha})`;
}

// A custom property keeps light-dark() as text; a real property resolves it.
function resolve(place, token) {
  const probe = document.createElement("span");
  const [name, alpha] = token.split("/");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return rgb(colour, alpha ?? 1);
}

export function paint(value, place) {
  if (typeof value === "string") return TOKEN.test(value) ? resolve(place, value) : value;
  if (Array.isArray(value)) return value.map((part) => paint(part, place));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, paint(part, place)]));
  return value;
}
