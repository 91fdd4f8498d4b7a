// What a reader means by a few words: entries in the order in which they answer. No page is touched here.
//
// An entry is { kind, names, more, uses }: its title and what else it is called, words that also belong to it, and how
// often the edition leads to it; it may get a text later. Words are compared as `fold` gives them. A symbol of a document
// is known whole, by each of its ends that hold a number, and by its parts; digits are never guessed.

import { fold } from "./fold.js";

const WORD = /[\p{L}\p{N}]+(?:['./-][\p{L}\p{N}]+)*/gu;
const INITIALS = /(?<![\p{L}\p{N}])(?:\p{L}\.){2,}/gu;
const COUNTED = /(paragraph|para|figure|fig|table|tab)(?=\d)/g; // written without a blank
const SHORT = {
  ...{ res: "resolution", dec: "decision", para: "paragraph", paras: "paragraph", fig: "figure", figs: "figure" },
  ...{ tab: "table", art: "article", arts: "article", ch: "chapter", chap: "chapter", sec: "section", st: "saint" },
  ...{ "¶": "paragraph", "§": "paragraph" },
};
const PASSED_OVER = new Set(
  "a an and are as at by did do does for from had has have how i in is it its me of on or s so that the there this to was were what when where which who why with about".split(" "),
);
const MORE = -1, TEXT = -2; // fields beside the names, which are counted from 0
const WORTH = { [MORE]: 0.5, [TEXT]: 0.4 };
const PRIOR = {
  ...{ state: 1.3, text: 1.25, chapter: 1.25, term: 1.2, page: 1.25, person: 1.1, section: 1.05 },
  ...{ figure: 1, table: 1, paragraph: 1, document: 0.95, data: 0.9 },
};
const GUESSED_FROM = 5; // letters: in a shorter word one wrong letter makes another word too often

const hasDigit = (word) => /\d/.test(word);

/** A word without the endings that English gives it: "votes", "voted" and "voting" are one. */
export function stem(word) {
  if (word.length < 4 || hasDigit(word)) return word;
  const bare = word.replace(/ies$/, "y").replace(/(?<=[^s])s$/, "");
  return bare.replace(/(?<=.{3})(?:ing|ed)$/, "").replace(/(?<=.{2})e$/, "");
}

/** Say whether one letter is wrong, missing, too many, or exchanged with its neighbour; letters may be doubled or not. */
export const near = (a, b) => a !== b && Math.abs(a.length - b.length) < 3 && one(single(a), single(b));

const single = (word) => word.replace(/(.)\1+/g, "$1");

function one(a, b) {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [x, y] = [a.slice(at), b.slice(at)];
  if (x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1)) return true;
  return x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2);
}

const initials = (folded) => folded.replace(INITIALS, (found) => `${found.replaceAll(".", "")} `);
const compounds = (text) => initials(fold(text)).match(WORD) ?? [];
const joined = (compound) => compound.replace(/['.-]/g, "");

/** Return the tokens of a word, each with how much of it they cover: parts, joined forms, and ends of symbols. */
function tokens(compound) {
  const parts = compound.split(/['./-]/);
  const found = parts.map((part) => [SHORT[part] ?? part, part.length]);
  if (parts.length === 1) return found;
  const whole = joined(compound);
  if (!compound.includes("/")) return [...found, [whole, whole.length]];
  const pieces = whole.split("/");
  const letters = pieces.join("").length;
  for (let at = 0; at < pieces.length - 1; at += 1) {
    const end = pieces.slice(at).join("/");
    if (hasDigit(end)) found.push([end, Math.max(letters * 0.8, end.length)]);
  }
  return [...found, ...pieces.filter((piece) => !parts.includes(piece)).map((piece) => [piece, piece.length])];
}

/** Return the index of `entries`. `sections`: kind -> the lists on pages of that kind, as [anchor, title, other words]. */
export function prepare(entries, sections = {}) {
  const index = { entries, names: [], texts: [], words: new Map(), stems: new Map(), sections: {}, cache: new Map() };
  for (const [kind, list] of Object.entries(sections))
    index.sections[kind] = list.map(([anchor, title, also]) => ({ anchor, title, words: compounds(title).map(stem), also: compounds(also).map(stem) }));
  for (const [id, entry] of entries.entries()) {
    index.names.push(entry.names.map((name, field) => named(index, id, field, name)));
    if (entry.more) note(index, id, MORE, compounds(entry.more));
  }
  return index;
}

/** Give entries that are there already their texts and further names, by their place in the index. */
export function addTexts(index, texts) {
  for (const [id, text, ...names] of texts) {
    const entry = index.entries[id];
    for (const name of names) {
      index.names[id].push(named(index, id, entry.names.length, name));
      entry.names = [...entry.names, name];
    }
    if (!text) continue;
    const words = compounds(text);
    entry.text = text;
    index.texts[id] = words.join(" ");
    note(index, id, TEXT, words);
  }
  index.cache.clear();
}

function named(index, id, field, name) {
  const words = compounds(name);
  note(index, id, field, words);
  const counted = words.filter((word) => !PASSED_OVER.has(word));
  const length = (counted.length ? counted : words).reduce((sum, word) => sum + word.replace(/['./-]/g, "").length, 0);
  return { folded: words.join(" "), length };
}

function note(index, id, field, words) {
  for (const word of words) for (const [token, covers] of tokens(word)) noteToken(index, token, { id, field, covers, times: 1 });
}

function noteToken(index, token, place) {
  const found = index.words.get(token);
  if (!found) {
    index.words.set(token, [place]);
    const root = stem(token);
    index.stems.get(root)?.push(token) ?? index.stems.set(root, [token]);
    return;
  }
  const last = found.at(-1);
  if (last.id === place.id && last.field === place.field) last.times += 1;
  else found.push(place);
}

/** Return what a reader asks for: words, and symbols as wholes; what only joins words is left out if others are there. */
export function terms(index, query) {
  const words = [];
  for (const compound of compounds(query.replace(/[¶§]/g, " paragraph ").replace(COUNTED, "$1 "))) {
    const whole = joined(compound);
    if (compound.includes("/") && hasDigit(whole)) words.push(...symbol(index, whole));
    else if (hasDigit(whole) && index.words.has(whole)) words.push(whole);
    else words.push(...compound.split(/['./-]/));
  }
  const known = words.map((word) => SHORT[word] ?? word);
  const asked = known.filter((word) => !PASSED_OVER.has(word) || hasDigit(word));
  return [...new Set(asked.length ? asked : known)];
}

/** Return a symbol as one term, or its parts where no document ends so. */
function symbol(index, whole) {
  const is = (token) => index.words.has(token);
  if (is(whole)) return [whole];
  for (const token of index.words.keys()) if (token.startsWith(whole)) return [whole]; // not yet typed to its end
  return whole.split("/");
}

/** Return the tokens of the index that a term may mean, each with how well it fits, from 0 to 1. */
function meant(index, term, last) {
  const key = `${term} ${last}`;
  if (!index.cache.has(key)) index.cache.set(key, looked(index, term, last));
  return index.cache.get(key);
}

function looked(index, term, last) {
  const found = new Map();
  for (const token of index.stems.get(stem(term)) ?? []) if (token.length > 3) found.set(token, 0.92);
  if (index.words.has(term)) found.set(term, 1);
  const numbered = hasDigit(term);
  const open = numbered ? last && term.includes("/") : term.length >= (last ? 2 : 4);
  const guessing = !numbered && !found.size && term.length >= GUESSED_FROM;
  if (open || guessing)
    for (const token of index.words.keys()) {
      if (found.has(token)) continue;
      if (open && token.startsWith(term)) found.set(token, 0.55 + (0.35 * term.length) / token.length);
      else if (guessing && !hasDigit(token) && near(term, token)) found.set(token, 0.7);
    }
  return found;
}

/** Return the best answers to `query`: [{ entry, score, section, words }], best first. */
export function search(index, query, limit = 10) {
  const asked = terms(index, query);
  if (!asked.length) return [];
  const hits = new Map(); // entry -> per term its best worth, per name what of it is covered
  const weights = asked.map((term, place) => gather(index, hits, term, place, asked.length));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const phrase = compounds(query).join(" ");
  const answers = [];
  for (const [id, hit] of hits) {
    const section = heading(index, id, hit, asked);
    const score = scored(index, id, hit, weights, total, phrase);
    answers.push({ id, entry: index.entries[id], score, section });
  }
  answers.sort((a, b) => b.score - a.score || a.id - b.id);
  return answers.slice(0, limit);
}

/** Note in `hits` what a term finds, and return its weight: rare words tell more. */
function gather(index, hits, term, place, count) {
  const seen = new Set();
  for (const [token, fit] of meant(index, term, place === count - 1))
    for (const { id, field, covers, times } of index.words.get(token)) {
      if (!hits.has(id)) hits.set(id, { worth: new Array(count).fill(0), covered: new Map() });
      const hit = hits.get(id);
      const often = field === TEXT ? 0.7 + (0.3 * times) / (times + 1) : 1;
      hit.worth[place] = Math.max(hit.worth[place], fit * (WORTH[field] ?? 1) * often);
      if (field >= 0) cover(hit.covered, field, place, covers * fit);
      seen.add(id);
    }
  return Math.log(1 + index.entries.length / Math.max(1, seen.size));
}

function cover(covered, field, place, letters) {
  if (!covered.has(field)) covered.set(field, []);
  const by = covered.get(field);
  by[place] = Math.max(by[place] ?? 0, letters);
}

/** Find the section of a State's or a text's page that the words left over ask for: "kenya votes". */
function heading(index, id, hit, asked) {
  const sections = index.sections[index.entries[id].kind];
  if (!sections || hit.worth.every((worth) => worth >= 0.5)) return null;
  const open = asked.filter((_, place) => hit.worth[place] < 0.5).map(stem);
  const holds = ({ words, also }, word) => (words.includes(word) ? 2 : also.includes(word) ? 1 : 0);
  const count = (section) => open.reduce((sum, word) => sum + holds(section, word), 0);
  const best = sections.reduce((a, b) => (count(b) > count(a) ? b : a));
  if (!count(best)) return null;
  asked.forEach((term, place) => {
    if (holds(best, stem(term))) hit.worth[place] = Math.max(hit.worth[place], 0.5);
  });
  return best;
}

function scored(index, id, { worth, covered }, weights, total, phrase) {
  const entry = index.entries[id];
  const names = index.names[id];
  let precision = 0;
  for (const [field, letters] of covered) {
    const sum = letters.reduce((a, b) => a + b, 0);
    precision = Math.max(precision, Math.min(1, sum / names[field].length));
  }
  const found = worth.reduce((sum, value, place) => sum + value * weights[place], 0) / total;
  const share = worth.reduce((sum, value, place) => sum + (value > 0) * weights[place], 0) / total;
  const whole = share > 0.999 ? 1 : 0.4 * share;
  const told = names.some(({ folded }) => folded === phrase) ? 1.5 : said(names, index.texts[id], phrase);
  return found * (0.5 + 0.5 * precision) * whole * told * (PRIOR[entry.kind] ?? 1) * (1 + 0.06 * Math.log2(1 + entry.uses));
}

/** A phrase as the reader wrote it counts for more than its words apart. */
function said(names, text, phrase) {
  if (!phrase.includes(" ")) return 1;
  if (names.some(({ folded }) => folded.includes(phrase))) return 1.2;
  return text?.includes(phrase) ? 1.3 : 1;
}

/** Return a test for the words of a text that answer `query`, to mark them. */
export function marker(index, query) {
  const asked = terms(index, query);
  const wanted = new Set(asked.flatMap((term, place) => [...meant(index, term, place === asked.length - 1).keys()]));
  const known = new Map();
  const answers = (word) => compounds(word).some((compound) => tokens(compound).some(([token]) => wanted.has(token)));
  return (word) => {
    if (!known.has(word)) known.set(word, answers(word));
    return known.get(word);
  };
}

/** Cut a text to about `length` letters around the first words that `marks` finds. */
export function excerpt(text, marks, length = 180) {
  const words = [...text.matchAll(/\S+/g)];
  const scores = words.map(([word]) => (marks(word) ? 1 : 0));
  let best = 0, most = -1;
  for (let at = 0, sum = 0, end = 0; at < words.length; at += 1) {
    while (end < words.length && words[end].index - words[at].index < length) sum += scores[end++];
    if (sum > most) [best, most] = [at, sum];
    sum -= scores[at];
  }
  const first = Math.max(0, words.findLastIndex((word, at) => at <= best && words[best].index - word.index >= 40));
  const from = best && first >= 0 ? words[first].index : 0;
  const last = words.findLast((word) => word.index + word[0].length - from <= length + 60) ?? words.at(-1);
  const to = last ? last.index + last[0].length : 0;
  return `${from ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
}
