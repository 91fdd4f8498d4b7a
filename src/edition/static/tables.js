// Sorting and filtering for tables, without a kernel. Without this script a table is complete and in its own order.

const FILTER_FROM = 15; // rows
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
  for (const body of table.tBodies) {
    const keyed = [...body.rows].map((row) => [comparable(row.cells[header.cellIndex]), row]);
    keyed.sort(([a], [b]) => compare(a, b, way));
    body.append(...keyed.map(([, row]) => row));
  }
}

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
    button.addEventListener("click", () => {
      show(table);
      sort(table, header);
    });
  }
}

/** Bring the rows kept unseen into the one body, so that order and filter hold for the whole table. */
function show(table) {
  for (const rest of [...table.tBodies].slice(1)) {
    table.tBodies[0].append(...rest.rows);
    rest.remove();
    table.closest(".ed-table-wrap").parentElement.querySelector(".ed-table-cut")?.remove();
  }
}

function filterable(table) {
  const wrap = table.closest(".ed-table-wrap");
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const id = `ed-filter-${(serial += 1)}`;
  const bar = document.createElement("div");
  bar.className = "ed-filter";
  bar.innerHTML = `<label for="${id}">Filter rows</label> <input id="${id}" type="search" autocomplete="off"> <output for="${id}"></output>`;
  wrap.before(bar);
  const [, input, count] = bar.children;
  input.addEventListener("input", () => {
    show(table);
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const left = rows.filter((row) => !row.hidden).length;
    count.textContent = words.length ? `${left} of ${rows.length} rows` : "";
  });
}

for (const table of document.querySelectorAll("table.ed-table")) {
  sortable(table);
  const rows = [...table.tBodies].reduce((sum, body) => sum + body.rows.length, 0);
  if (rows > FILTER_FROM) filterable(table);
}
