// Sorting and filtering for tables, without a kernel. Without this script a table is complete up to its first 200 rows,
// and in its own order. Rows that the page leaves to the CSV come from there when a reader asks for them.
//
// Why not a library: the one that a package of the edition's language carries (DataTables) is a hundred times the size
// of this file, pages through rows that our pages show whole, and sorts missing values among the others.

import { fold, holds } from "./fold.js";

const FILTER_FROM = 15; // rows
const MISSING = '<abbr title="not available">..</abbr>';
const ADDRESS = " (address)"; // see tables.py
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g;
const DATE = /^\d{4}-\d{2}(-\d{2})?(\/\d{4}-\d{2}(-\d{2})?)?$/;
let serial = 0;

const comparable = (cell) => {
  const text = cell.textContent.trim();
  if (text === "..") return null;
  if (cell.dataset.sort) return cell.dataset.sort;
  const number = text.replaceAll(",", "").replace("\u2212", "-");
  return cell.classList.contains("ed-num") && number !== "" && !isNaN(number) ? Number(number) : text;
};

/** Order two cells; a missing value comes last, whichever way the column is sorted. */
function compare(a, b, way) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
  return way * order;
}

function sort(table, header) {
  const way = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => [comparable(row.cells[header.cellIndex]), row]);
  keyed.sort(([a], [b]) => compare(a, b, way));
  body.append(...keyed.map(([, row]) => row));
}

// The rest of a long table

function parse(csv) {
  const rows = [[]];
  for (const [, quoted, bare, end] of csv.matchAll(FIELD)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

function inWords(date) {
  const parts = date.split("-").length;
  const form = { year: "numeric", month: "long", ...(parts > 2 && { day: "numeric" }), timeZone: "UTC" };
  return new Date(parts > 2 ? date : `${date}-01`).toLocaleDateString("en-GB", form);
}

/** Write a value of the CSV as the rows in the page are written. */
function written(header, value) {
  const { places, dates } = header.dataset;
  if (dates !== undefined && DATE.test(value)) return value.split("/").map(inWords).join(" to ");
  if (places === undefined || isNaN(value)) return value;
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return Number(value).toLocaleString("en-GB", digits).replace("-", "\u2212");
}

function cell(header, value, address) {
  const made = document.createElement(header.cellIndex ? "td" : "th");
  if (!header.cellIndex) made.scope = "row";
  if (header.className) made.className = header.className;
  if (DATE.test(value)) made.dataset.sort = value;
  if (value === "") made.innerHTML = MISSING;
  else if (address) made.append(Object.assign(document.createElement("a"), { href: address, textContent: value }));
  else made.textContent = written(header, value);
  return made;
}

/** Bring in the rows that only the CSV has, once. */
async function whole(table) {
  if (!table.dataset.rows) return;
  const answer = await fetch(table.closest("figure").querySelector(`a[href$="/${table.dataset.table}.csv"]`).href);
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const [names, ...rows] = parse(await answer.text());
  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const at = headers.map(({ dataset: { column } }) => [names.indexOf(column), names.indexOf(column + ADDRESS)]);
  if (!table.dataset.rows) return; // two asked at once
  delete table.dataset.rows;
  for (const values of rows.slice(body.rows.length)) {
    const row = document.createElement("tr");
    row.append(...headers.map((header, n) => cell(header, values[at[n][0]], values[at[n][1]])));
    body.append(row);
  }
  table.closest("figure").querySelectorAll(".ed-table-cut, .ed-rest").forEach((told) => told.remove());
}

/** Do something with all rows of a table, or say in its bar why that cannot be. */
async function withAll(table, action) {
  try {
    await whole(table);
  } catch (error) {
    console.warn(`${table.dataset.table}: its other rows cannot be read:`, error);
    table.closest("figure").querySelector(".ed-filter output").textContent =
      "The other rows cannot be read here; the CSV below has them all.";
    return;
  }
  action();
}

// Controls

/** Make each column's header a button: reachable and usable from the keyboard, its state told by aria-sort. */
function sortable(table) {
  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ed-sort";
    button.append(...header.childNodes);
    const arrow = document.createElement("span");
    arrow.className = "ed-arrow";
    button.childNodes[0].after(arrow); // before the unit
    header.append(button);
    button.addEventListener("click", () => withAll(table, () => sort(table, header)));
  }
}

function filter(table, words, count) {
  const rows = [...table.tBodies[0].rows];
  for (const row of rows) {
    row.hidden = !holds(fold(row.textContent), words);
  }
  const left = rows.filter((row) => !row.hidden).length;
  count.textContent = words ? `${left} of ${rows.length} rows` : "";
}

function filterable(table) {
  const id = `ed-filter-${(serial += 1)}`;
  const bar = document.createElement("div");
  bar.className = "ed-filter";
  bar.innerHTML = `<label for="${id}">Filter rows</label> <input id="${id}" type="search" autocomplete="off"> <output for="${id}"></output>`;
  table.closest(".ed-table-wrap").before(bar);
  const [, input, count] = bar.children;
  const words = () => fold(input.value).trim();
  input.addEventListener("input", () => withAll(table, () => filter(table, words(), count)));
  if (!table.dataset.rows) return;
  const all = document.createElement("button");
  all.type = "button";
  all.className = "ed-rest";
  all.textContent = `Show all ${Number(table.dataset.rows).toLocaleString("en-GB")} rows`;
  all.addEventListener("click", () => withAll(table, () => input.focus()));
  bar.append(all);
}

// One table at a time, when the browser has nothing better to do: the page can be read and turned meanwhile. The next
// is asked for only then: those asked for together come together.
const idle = globalThis.requestIdleCallback ?? setTimeout;
const waiting = [...document.querySelectorAll("table.ed-table")].values();

function next() {
  const { value: table, done } = waiting.next();
  if (done) return;
  sortable(table);
  if (table.dataset.rows || table.tBodies[0].rows.length > FILTER_FROM) filterable(table);
  idle(next);
}

idle(next);
