// What stands in the place of a role: a number, a note, the number of a figure or a paragraph, a term.
//
// Each function gets the element that `mark` made, the text of the role, and the chapter: it fills the element with
// words alone, never with HTML, so that nothing of a text or a cell can become markup.

import { curled } from "./markdown.js";

/** Make an element with a class and what it holds: words or elements. */
export function element(name, kind, ...children) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
}

const told = (words) => element("span", "ed-told", `[${words}]`);

/** Fill every role below `node`; `note` is the number of the first source note in it. */
export function fill(node, chapter, note) {
  for (const span of node.querySelectorAll(".ed-role")) {
    const { role, text } = span.dataset;
    const content = ROLES[role] ? ROLES[role](text, chapter, note) : [curled(named(text).words)];
    if (role === "src") note++;
    // What is the same stays: a card that is being read must not be closed by another cell's output.
    const shown = element("span", "", ...content);
    if (shown.innerHTML !== span.innerHTML) span.replaceChildren(...shown.childNodes);
  }
}

const ROLES = {
  "glue:text": number,
  glue: number,
  "glue:": number,
  src: source,
  numref: exhibit,
  para: paragraphs,
  edition: (text, { book }) => [book.facts?.[text] ?? text],
  term,
};

function number(text, chapter) {
  const value = chapter.value(text);
  if (value.words === undefined) return [told(value.reason)];
  const shown = element("span", "ed-number", curled(value.words));
  shown.title = value.title;
  return value.reason ? [shown, " ", told(value.reason)] : [shown];
}

/** Read `id, place; id, place; conflicting`, as the page does. */
export function cited(text) {
  const found = [];
  for (const part of text.split(";")) {
    const [, id, place = ""] = /^\s*([^,]*?)\s*(?:,\s*([\s\S]*?))?\s*$/.exec(part);
    if (["background", "conflicting"].includes(id) && !place && found.length) continue;
    found.push({ id, place });
  }
  return found;
}

function source(text, { book }, note) {
  const documents = cited(text);
  const unknown = documents.filter(({ id }) => !book.sources?.[id]).map(({ id }) => id);
  if (book.sources && unknown.length) return [told(`no source ${unknown.join(", ")} in data/sources.csv`)];
  const mark = element("a", "", String(note));
  mark.tabIndex = 0;
  const card = element("span", "ed-card", ...documents.map((cited) => entry(cited, book)));
  const doubt = book.doubts?.[text];
  return [element("sup", "ed-ref", mark), card, ...(doubt ? [" ", element("span", "ed-doubt", `[${doubt}]`)] : [])];
}

/** A document of a note in full: name, title, kind, place, and how far its rows can be trusted. */
function entry({ id, place }, book) {
  const { label = id, title = "", kind = "", url = "", rows = "" } = book.sources?.[id] ?? {};
  const name = element(/^https?:/.test(url) ? "a" : "b", "", label);
  if (name.href !== undefined) Object.assign(name, { href: url, target: "_blank", rel: "noopener noreferrer" });
  const lines = [name, title === label ? "" : element("cite", "", title), kind];
  lines.push(place && `Place: ${book.places?.[place] ?? place}`, rows ? `Confidence of the rows that rest on it: ${rows}` : "");
  return element("span", "ed-card-source", ...lines.filter(Boolean).map((line) => element("span", "", line)));
}

function exhibit(text, chapter) {
  const { id, words } = named(text);
  const [shown, path] = chapter.exhibit(id);
  if (!shown) return [told(`no figure or table ${id}`)];
  return [link(words === id ? shown : words.replace("%s", shown.split(" ").at(-1)), path, id)];
}

function paragraphs(text, { book }) {
  const labels = text.split(",").map((label) => label.trim());
  const unknown = labels.filter((label) => !book.paragraphs?.[label]);
  if (unknown.length) return [told(`no paragraph is labelled ${unknown.join(", ")}`)];
  const found = new Map(labels.map((label) => [book.paragraphs[label][0], [label, book.paragraphs[label][1]]]));
  const sorted = [...found].sort(([one], [other]) => one - other);
  const printed = [sorted.length > 1 ? "paras. " : "para. "];
  sorted.forEach(([value, [label, path]], at) => {
    if (at) printed.push(at === sorted.length - 1 ? " and " : ", ");
    printed.push(link(String(value), path, label));
  });
  return printed;
}

function term(text, { book }) {
  const { id, words } = named(text);
  const found = book.glossary?.find(({ head, wordings }) => head === id || wordings.includes(id));
  return [found ? defined(words, found) : words];
}

/** A term with its card. */
export function defined(words, { head, definition }) {
  const shown = element("span", "ed-term", words);
  shown.tabIndex = 0;
  const card = element("span", "ed-card", element("b", "", head), element("span", "", definition));
  return element("span", "ed-carded", shown, card);
}

/** Read `words <target>`, or a target alone. */
function named(text) {
  const found = /^([\s\S]*?)\s*<([^<>]+)>$/.exec(text);
  return found ? { words: found[1], id: found[2] } : { words: text, id: text };
}

/** A way to a place of a notebook, which `plugin.js` goes. */
function link(words, path, anchor) {
  const made = element("a", "ed-place", words);
  Object.assign(made.dataset, { path, anchor });
  made.href = `#${anchor}`;
  return made;
}

/** Give the first use of each term in the paragraphs below `node` its card. */
export function terms(node, glossary) {
  if (!glossary?.length || node.querySelector(".ed-carded")) return;
  const known = new Map();
  for (const entry of glossary) {
    for (const words of entry.wordings) known.set(words, entry).set(words[0].toUpperCase() + words.slice(1), entry);
  }
  const longest = [...known.keys()].sort((one, other) => other.length - one.length);
  const escaped = longest.map((words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${escaped.join("|")})(?![\\p{L}\\p{N}_-])`, "gu");
  const seen = new Set();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const inside = text.parentElement;
    if (!inside.closest("p, li") || inside.closest("a, code, em, .ed-role, .ed-card, .ed-para-number")) continue;
    const found = [...text.data.matchAll(pattern)].find(([words]) => !seen.has(known.get(words)));
    if (!found) continue;
    const entry = known.get(found[0]);
    seen.add(entry);
    const rest = text.splitText(found.index);
    rest.data = rest.data.slice(found[0].length);
    const shown = defined(found[0], entry);
    rest.before(shown);
    walker.currentNode = shown.lastChild;
  }
}
