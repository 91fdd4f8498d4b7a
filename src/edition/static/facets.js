// A filter for long registers: a choice for each facet and a search in the words. Without this script all entries show.
//
// <div class="ed-facets" data-items=".ed-claims > li" data-facets="verdict kind"></div> filters the elements that
// data-items selects by their attributes data-verdict and data-kind; several values are parted by "|".

import { fold, holds } from "./fold.js";

const valuesOf = (item, facet) => (item.dataset[facet] ?? "").split("|").filter(Boolean);

let serial = 0;

/** Put a control into the bar, under its own label. */
function control(bar, label, element) {
  element.id = `ed-facet-${(serial += 1)}`;
  const name = Object.assign(document.createElement("label"), { htmlFor: element.id, textContent: label });
  const wrap = document.createElement("span");
  wrap.append(name, " ", element);
  bar.append(wrap);
  return element;
}

/** Return the choice for one facet: its values with the number of entries, in the order of their names. */
function choice(bar, items, facet) {
  const counts = new Map();
  for (const item of items) for (const value of valuesOf(item, facet)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const select = control(bar, facet[0].toUpperCase() + facet.slice(1), document.createElement("select"));
  select.add(new Option("all", ""));
  const names = [...counts.keys()].sort((a, b) => a.localeCompare(b, "en"));
  for (const name of names) select.add(new Option(`${name} (${counts.get(name)})`, name));
  return [facet, select];
}

function filterable(bar) {
  const items = [...document.querySelectorAll(bar.dataset.items)];
  const texts = new Map(items.map((item) => [item, fold(item.textContent)]));
  // What holds entries of its own is hidden with the last of them; what holds the bar stays.
  const groups = [...document.querySelectorAll("section")].filter(
    (section) => !section.contains(bar) && section.querySelector(bar.dataset.items),
  );
  const choices = bar.dataset.facets.split(" ").map((facet) => choice(bar, items, facet));
  const search = control(bar, "Search", Object.assign(document.createElement("input"), { type: "search", autocomplete: "off" }));
  const told = document.createElement("output");
  bar.append(told);

  const filter = () => {
    const words = fold(search.value).trim();
    const wanted = choices.filter(([, select]) => select.value);
    for (const item of items) {
      const fits = wanted.every(([facet, select]) => valuesOf(item, facet).includes(select.value));
      item.hidden = !(fits && holds(texts.get(item), words));
    }
    for (const group of groups) group.hidden = !group.querySelector(`:is(${bar.dataset.items}):not([hidden])`);
    const left = items.filter((item) => !item.hidden).length;
    told.textContent = words || wanted.length ? `${left} of ${items.length}` : "";
  };
  bar.addEventListener("input", filter);

  // A link to an entry that the filter hides shows all entries again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest("[hidden]")) return;
    search.value = "";
    for (const [, select] of choices) select.value = "";
    filter();
    target.scrollIntoView();
  });
}

for (const bar of document.querySelectorAll(".ed-facets")) filterable(bar);
