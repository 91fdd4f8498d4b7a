// The search box: it answers while a reader types, as a combobox does, and fills the page of all results. It is loaded
// when the box is first used: then the names of all that can be found, and, when these have answered, the texts.

import { addTexts, excerpt, marker, prepare, search } from "./ranking.js";

const SUGGESTED = 8;
const SHOWN = 50;
const PIECES = /[\p{L}\p{N}'’./-]+|[^\p{L}\p{N}'’./-]+/gu;
const KINDS = {
  ...{ chapter: "Chapter", page: "Page", section: "Section", figure: "Figure", table: "Table", paragraph: "Paragraph" },
  ...{ state: "State", text: "Text", document: "Document", term: "Term", person: "Person", data: "Data" },
};
let begun;

const slug = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

/** Read the file of names: what `edition/findable.py` writes, as entries. */
export function entriesOf({ pages, entries, paragraphs }) {
  const named = entries.flatMap(([kind, rows]) =>
    rows.map(([page, anchor, uses, more, ...names]) => {
      return { kind, page: pages[page], anchor: anchor === 0 ? slug(names[0]) : anchor, uses, more, names };
    }),
  );
  const numbered = paragraphs.flatMap(([page, first, last]) =>
    Array.from({ length: last - first + 1 }, (_, place) => paragraph(pages[page], first + place)),
  );
  return [...named, ...numbered];
}

const paragraph = (page, number) => ({
  ...{ kind: "paragraph", page, anchor: `para-${number}`, uses: 0, more: "" },
  names: [`Paragraph ${number}`, String(number)],
});

/** Load the names, once; the texts come after the first answer. */
function begin() {
  begun ??= import(new URL("./search-titles.js", import.meta.url)).then(({ titles }) => {
    const entries = entriesOf(titles);
    const chapters = new Map(entries.filter(({ anchor, kind }) => !anchor && kind !== "text").map((one) => [one.page, one.names[0]]));
    return { index: prepare(entries, titles.sections), chapters };
  });
  return begun;
}

let reading;
function read(found) {
  reading ??= import(new URL("./search-texts.js", import.meta.url)).then(({ texts }) => addTexts(found.index, texts));
  return reading;
}

// What is shown

const make = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** Yield a text in pieces, those that answer the query marked. */
function* marked(text, marks) {
  let plain = "";
  for (const [piece] of text.matchAll(PIECES)) {
    if (!marks(piece)) plain += piece;
    else {
      yield plain;
      yield make("mark", {}, piece);
      plain = "";
    }
  }
  yield plain;
}

/** Return what an answer is called, where it stands, and its address. */
function told({ entry, section }, { chapters }) {
  const { kind, names, page, anchor, more } = entry;
  const counted = kind === "figure" || kind === "table" ? names[1] : KINDS[kind] ?? kind;
  const within = chapters.get(page);
  const where = {
    ...{ state: section?.title ?? more, text: section?.title ?? names[1] ?? "", document: names[1] ?? more, person: more },
    ...{ term: names[1] === names[1]?.toUpperCase() ? names[1] : "", chapter: "", page: "" },
  }[kind];
  const place = section?.anchor ?? anchor;
  return { kind: counted, title: names[0], where: where ?? within ?? "", address: place ? `${page}#${place}` : page };
}

function lines(answer, found, marks, length) {
  const { kind, title, where, address } = told(answer, found);
  const parts = [
    make("span", { className: "ed-found-kind" }, kind),
    make("span", { className: "ed-found-title" }, ...marked(title, marks)),
  ];
  if (where) parts.push(make("span", { className: "ed-found-where" }, ...marked(where, marks)));
  const { text } = answer.entry;
  if (text && length) parts.push(make("span", { className: "ed-found-text" }, ...marked(excerpt(text, marks, length), marks)));
  return { parts, address };
}

// The box

let serial = 0;

/** Make the box of a form answer: suggestions under it, or, on the page of results, the list. */
export function attend(input) {
  if (input.dataset.attended) return;
  input.dataset.attended = "true";
  const results = document.querySelector("#search-results");
  const form = input.form;
  const root = new URL(".", form.action);
  if (results && form.closest(".bd-search-container")) allResults(input, results, root);
  else suggestions(input, form, root);
}

/** Run `show` for what stands in the box, now and whenever it changes; again when the texts have come. */
function answering(input, told, show) {
  const update = async () => {
    try {
      const found = await begin();
      show(found);
      if (input.value.trim()) read(found).then(() => show(found), () => {});
    } catch {
      told.textContent = "The search could not be loaded.";
    }
  };
  input.addEventListener("input", update);
  update();
}

function suggestions(input, form, root) {
  const list = make("div", { id: `ed-found-${(serial += 1)}`, className: "ed-found", role: "listbox", ariaLabel: "Suggestions" });
  const told = make("output", { className: "ed-found-told" });
  form.after(list, told);
  input.setAttribute("aria-controls", list.id);
  let active = -1;

  const activate = (place) => {
    const options = [...list.children];
    active = options.length ? (place + options.length + 1) % (options.length + 1) : -1;
    if (active === options.length) active = -1; // back in the box
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  };

  answering(input, told, (found) => {
    const query = input.value.trim();
    const answers = query ? search(found.index, query, SUGGESTED) : [];
    const marks = query ? marker(found.index, query) : null;
    const chosen = list.querySelector('[aria-selected="true"]')?.href;
    list.replaceChildren(
      ...answers.map((answer, place) => {
        const { parts, address } = lines(answer, found, marks, answer.entry.kind === "paragraph" ? 110 : 0);
        const option = make("a", { href: new URL(address, root), id: `${list.id}-${place}`, tabIndex: -1, role: "option" }, ...parts);
        option.setAttribute("aria-selected", "false");
        return option;
      }),
    );
    list.hidden = !answers.length;
    input.setAttribute("aria-expanded", String(answers.length > 0));
    const again = [...list.children].findIndex(({ href }) => href === chosen);
    activate(again < 0 ? -1 : again);
    told.textContent = query ? saidOf(answers.length) : "";
  });

  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") activate(active + 1);
    else if (event.key === "ArrowUp") activate(active < 0 ? list.children.length - 1 : active - 1);
    else if (event.key === "Enter" && active >= 0) list.children[active].click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", ({ target }) => {
    if (target.closest("a")) form.closest("dialog")?.close?.();
  });
}

const saidOf = (count) =>
  count ? `${count} ${count === 1 ? "suggestion" : "suggestions"}. Enter shows all results.` : "Nothing is found by these words.";

function allResults(input, results, root) {
  const told = document.querySelector(".ed-search-told");
  input.value ||= new URLSearchParams(location.search).get("q") ?? "";
  answering(input, told, (found) => {
    const query = input.value.trim();
    const answers = query ? search(found.index, query, SHOWN) : [];
    const marks = query ? marker(found.index, query) : null;
    results.replaceChildren(
      ...answers.map((answer) => {
        const { parts, address } = lines(answer, found, marks, 240);
        const [kind, title, ...rest] = parts;
        const link = make("a", { href: new URL(address, root) }, title);
        return make("li", {}, kind, link, ...rest);
      }),
    );
    const count = answers.length === SHOWN ? `The first ${SHOWN} results` : `${answers.length} ${answers.length === 1 ? "result" : "results"}`;
    told.textContent = query ? (answers.length ? `${count} for “${query}”` : `Nothing is found for “${query}”.`) : "";
    results.dataset.query = query;
  });
  // What was asked stands in the address, to be sent to others and found by turning back; a disk knows no such thing.
  const keep = () => history.replaceState(null, "", `?q=${encodeURIComponent(input.value.trim())}`);
  if (location.protocol.startsWith("http")) input.addEventListener("change", keep);
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    input.dispatchEvent(new Event("change"));
  });
  input.focus();
}
