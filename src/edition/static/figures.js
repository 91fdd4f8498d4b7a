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

const read = (address) => fetch(address).then((answer) => answer.json()); // edition/offline.py has another way

/** The specification of a drawing; the narrow one takes the rows that both show from the wide one. */
async function specification(canvas) {
  const { wide, narrow } = await read(canvas.closest(".ed-chart").dataset.spec);
  if (!canvas.classList.contains("ed-narrow")) return wide;
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

/** Buttons for what the pointer picks in a legend, seen when the keyboard comes to them. */
function choices(stage) {
  const symbols = stage.querySelectorAll('[class*="_legend_symbols"] path');
  const labels = stage.querySelectorAll('[class*="_legend_labels"] text');
  if (!symbols.length) return;
  const bar = document.createElement("div");
  bar.className = "ed-chart-choices";
  bar.role = "group";
  bar.ariaLabel = "Show one entry of the legend";
  const buttons = [...symbols].map((symbol, n) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = labels[n].textContent;
    button.ariaPressed = "false";
    button.addEventListener("click", () => {
      const picked = button.ariaPressed === "true";
      (picked ? stage.querySelector("svg") : symbol).dispatchEvent(new MouseEvent("click", { bubbles: true }));
      for (const other of buttons) other.ariaPressed = String(other === button && !picked);
    });
    return button;
  });
  bar.append(...buttons);
  stage.before(bar);
}

async function enliven(canvas) {
  const still = canvas.querySelector("svg");
  const stage = document.createElement("div");
  stage.className = "ed-chart-live";
  const controls = canvas.querySelector(".ed-chart-controls");
  try {
    const [{ vegaEmbed }, drawn] = await Promise.all([vega(), specification(canvas)]);
    await vegaEmbed(stage, drawn, controls ? { ...OPTIONS, bind: controls } : OPTIONS);
    replace(still, stage);
    choices(stage);
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

// The drawing as a picture: made here from what the page shows, light as on paper, twice its size. The files of all
// charts would weigh more than the whole site.

const SCALE = 2;

async function picture(svg) {
  const box = svg.viewBox.baseVal;
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", box.width * SCALE);
  copy.setAttribute("height", box.height * SCALE);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function save(figure) {
  const blob = await picture(figure.querySelector(".ed-chart-canvas.ed-wide svg"));
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob),
    download: `${figure.id}.png`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

for (const drawn of document.querySelectorAll('.ed-exhibit-foot > a[href$=".svg"]')) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ed-png";
  button.textContent = "PNG";
  button.addEventListener("click", () => save(drawn.closest("figure")));
  drawn.after(" ", button);
}

// Following a link to folded code opens it; here for browsers that do not do so by themselves.

function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

addEventListener("hashchange", unfold);
unfold();
