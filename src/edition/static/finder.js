// Filters for a list of links: by words, and by each kind of mark that its entries carry. Without this script the list
// is complete. The filters are made here, so that nobody meets a control that does nothing.

import { fold, holds } from "./fold.js";

const split = (value) => value.split("|").filter(Boolean);
let serial = 0;

function labelled(control, words) {
  control.id = `ed-finder-${(serial += 1)}`;
  const label = document.createElement("label");
  label.htmlFor = control.id;
  label.textContent = words;
  const pair = document.createElement("div");
  pair.append(label, control);
  return pair;
}

/** A choice of the marks that occur under `key`, in alphabetical order, each with how many entries carry it. */
function choice(entries, key) {
  const counts = new Map();
  for (const entry of entries) for (const mark of split(entry.dataset[key])) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const select = document.createElement("select");
  select.add(new Option("All", ""));
  for (const mark of [...counts.keys()].sort((a, b) => a.localeCompare(b, "en")))
    select.add(new Option(`${mark} (${counts.get(mark)})`, mark));
  return select;
}

for (const finder of document.querySelectorAll(".ed-finder")) {
  const entries = [...finder.querySelectorAll("li")];
  const texts = new Map(entries.map((entry) => [entry, fold(entry.textContent)]));
  const words = Object.assign(document.createElement("input"), { type: "search", autocomplete: "off" });
  const facets = Object.entries(finder.dataset)
    .filter(([name]) => name.startsWith("facet"))
    .map(([name, label]) => [name.slice(5).toLowerCase(), label]);
  const choices = facets.map(([key, label]) => [key, label, choice(entries, key)]);
  const count = document.createElement("output");
  const bar = document.createElement("div");
  bar.className = "ed-finder-bar";
  bar.setAttribute("role", "search");
  bar.setAttribute("aria-label", `Find ${finder.dataset.what}`);
  bar.append(labelled(words, "Words"), ...choices.map(([, label, select]) => labelled(select, label)), count);
  const apply = () => {
    const wanted = fold(words.value).trim();
    for (const entry of entries)
      entry.hidden = !(
        holds(texts.get(entry), wanted) &&
        choices.every(([key, , { value }]) => !value || split(entry.dataset[key]).includes(value))
      );
    count.textContent = `${entries.filter((entry) => !entry.hidden).length} of ${entries.length} ${finder.dataset.what}`;
  };
  bar.addEventListener("input", apply);
  finder.prepend(bar);
  apply();
}
