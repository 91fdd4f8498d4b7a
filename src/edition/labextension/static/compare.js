// What re-execution gave, beside what is published: numbers, figures, tables, and whatever else a cell shows.

import { GLUED, unquoted } from "./chapter.js";

export const CHART = "application/vnd.vega.v5+json";
const SPECIFICATION = /<script type="application\/json" class="ed-chart-spec">([\s\S]*?)<\/script>/;
const LISTED = 3; // differences named of one figure or table

const joined = (lines) => [lines ?? ""].flat().join("");

/** Return what a notebook shows, by a name of its own: kind, name, and what is compared. */
export function shown(notebook) {
  const found = new Map();
  notebook.cells.forEach((cell, at) => {
    (cell.outputs ?? []).forEach((output, place) => {
      const [data, about] = [output.data ?? {}, output.metadata?.edition];
      const name = output.metadata?.scrapbook?.name;
      if (data[GLUED] !== undefined && name) {
        found.set(`number ${name}`, { kind: "number", name, value: unquoted(joined(data[GLUED])) });
      } else if (about?.kind === "table") {
        found.set(`table ${about.id}`, { kind: "table", name: about.id, value: rows(about.csv), words: words(about) });
      } else if (about?.kind === "figure") {
        found.set(`figure ${about.id}`, { kind: "figure", name: about.id, value: chart(data), words: words(about) });
      } else {
        const name = `cell ${at + 1}`;
        found.set(`${cell.id} ${place}`, { kind: "output", name, value: text(output) });
      }
    });
  });
  return found;
}

const words = ({ title = "", caption = "", sources = [] }) => [title, caption, sources.join(", ")];

function text(output) {
  if (output.output_type === "error") return `${output.ename}: ${output.evalue}`;
  return joined(output.text ?? output.data?.["text/plain"] ?? output.data?.["text/html"]).trim();
}

/** Return the specification of a chart, drawn or live, without the title that a live one carries in Lab. */
function chart(data) {
  const told = SPECIFICATION.exec(joined(data["text/html"]))?.[1];
  const { title, background, ...specification } = data[CHART] ?? JSON.parse(told ?? "{}");
  return specification;
}

/** Return the rows of a CSV, each a list of cells. */
export function rows(csv) {
  const found = [[]];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\n|$)/g)) {
    found.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === "") break;
    if (end === "\n") found.push([]);
  }
  if (found.at(-1).length < found[0].length) found.pop(); // the last line ends the file
  return found;
}

/** Return how two notebooks differ: kind, name, and what each of them says in words. */
export function differences(published, ours) {
  const [before, after] = [shown(published), shown(ours)];
  const found = [];
  for (const [key, old] of before) {
    const now = after.get(key);
    if (now) found.push(...changes(old, now));
    else found.push({ ...old, published: brief(old), yours: "missing" });
  }
  for (const [key, now] of after) if (!before.has(key)) found.push({ ...now, published: "none", yours: brief(now) });
  return found.map(({ kind, name, published, yours }) => ({ kind, name, published, yours }));
}

const brief = ({ kind, name, value }) => (kind === "figure" || kind === "table" ? name : String(value).slice(0, 200));

function changes(old, now) {
  const { kind, name } = old;
  const pairs = old.words ? old.words.map((words, at) => [words, now.words[at]]) : [];
  if (kind === "table") pairs.push(...cells(old.value, now.value));
  else if (kind === "figure") pairs.push(...marks(old.value, now.value));
  else pairs.push([old.value, now.value]);
  const changed = pairs.filter(([one, other]) => one !== other);
  const more = changed.length - LISTED;
  const listed = changed.slice(0, LISTED).map(([published, yours]) => ({ kind, name, published, yours }));
  return more > 0 ? [...listed, { kind, name, published: `and ${more} more`, yours: `and ${more} more` }] : listed;
}

/** Yield the cells in which two tables may differ, in words. */
function* cells([head, ...old], [ours, ...now]) {
  if (String(head) !== String(ours)) yield [`columns ${head.join(", ")}`, `columns ${ours.join(", ")}`];
  if (old.length !== now.length) yield [`${old.length} rows`, `${now.length} rows`];
  for (let row = 0; row < Math.min(old.length, now.length); row++) {
    for (let at = 0; at < head.length; at++) {
      const place = `${old[row][0]}, ${head[at]}: `;
      if (old[row][at] !== now[row][at]) yield [place + old[row][at], place + (now[row][at] ?? "")];
    }
  }
}

/** Yield where two charts differ: the first row of each set of data that does, or else the drawing itself. */
function* marks(old, now) {
  const sets = (chart) => new Map((chart.data ?? []).filter((set) => set.values).map((set) => [set.name, set.values]));
  const [before, after] = [sets(old), sets(now)];
  let told = false;
  for (const [name, values] of before) {
    const ours = after.get(name) ?? [];
    const at = values.findIndex((row, at) => !same(row, ours[at]));
    if (at < 0 && values.length === ours.length) continue;
    told = true;
    yield [`${values.length} rows, ${row(values[Math.max(at, 0)])}`, `${ours.length} rows, ${row(ours[Math.max(at, 0)])}`];
  }
  if (!told && !same(old, now)) yield ["drawn as published", "drawn otherwise"];
}

const row = (values) => (values ? Object.entries(values).map(([name, value]) => `${name} ${value}`).join(", ") : "none");

/** Say whether two values of JSON are the same, in whatever order their keys stand. */
function same(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => same(one[key], other[key]));
}

/** Return the line that says what is the same: `66 numbers, 5 figures and 4 tables`. */
export function counted(notebook) {
  const kinds = [...shown(notebook).values()].map(({ kind }) => kind);
  const parts = ["number", "figure", "table"].map((kind) => [kinds.filter((one) => one === kind).length, kind]);
  const told = parts.filter(([count]) => count).map(([count, kind]) => `${count} ${kind}${count > 1 ? "s" : ""}`);
  return told.length > 1 ? `${told.slice(0, -1).join(", ")} and ${told.at(-1)}` : told.join("");
}
