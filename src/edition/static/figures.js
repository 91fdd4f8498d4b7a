// Brings charts to life when they come near the view. The drawing in the page stays until the live chart stands ready
// in the same place; if anything fails, it simply stays. Nothing is fetched from another host, nothing is evaluated:
// Vega runs with its interpreter. Opened from a file rather than a server, browsers refuse modules: charts stay still.

import "./tables.js";

const NEAR = "400px";
const OPTIONS = {
  mode: "vega",
  renderer: "svg",
  ast: true,
  actions: false,
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true, id: "ed-tooltip", maxDepth: 1 },
};

let library;
const vega = () => (library ??= import(new URL("./vega.js", import.meta.url)));

const parsed = (chart, name) => {
  const script = chart.querySelector(`script.${name}`);
  return script && JSON.parse(script.textContent);
};

/** The specification of a drawing; the narrow one takes the rows that both show from the wide one. */
function specification(canvas) {
  const chart = canvas.closest(".ed-chart");
  const wide = parsed(chart, "ed-chart-spec");
  if (!canvas.classList.contains("ed-narrow")) return wide;
  const narrow = parsed(chart, "ed-chart-spec-narrow");
  for (const data of narrow.data ?? []) {
    if (data.as !== "wide") continue;
    delete data.as;
    data.values = wide.data.find((other) => other.name === data.name).values;
  }
  return narrow;
}

/** Give the live drawing the name, size and place of the still one. */
function replace(still, stage) {
  const live = stage.querySelector("svg");
  live.setAttribute("role", "img");
  live.setAttribute("aria-label", still.getAttribute("aria-label"));
  for (const name of ["role", "aria-roledescription", "aria-label"]) stage.removeAttribute(name);
  still.replaceWith(stage);
}

async function enliven(canvas) {
  const still = canvas.querySelector("svg");
  const stage = document.createElement("div");
  stage.className = "ed-chart-live";
  const controls = canvas.querySelector(".ed-chart-controls");
  try {
    const { vegaEmbed } = await vega();
    await vegaEmbed(stage, specification(canvas), controls ? { ...OPTIONS, bind: controls } : OPTIONS);
    replace(still, stage);
    canvas.dataset.live = "true";
  } catch (error) {
    controls?.remove();
    console.warn(`${canvas.closest(".ed-chart").dataset.figure} stays still:`, error);
  }
}

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      enliven(target);
    }
  },
  { rootMargin: NEAR },
);

document.querySelectorAll(".ed-chart-canvas").forEach((canvas) => watcher.observe(canvas));
