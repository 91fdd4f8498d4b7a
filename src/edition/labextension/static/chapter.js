// A chapter that is open: its values and exhibits as they stand in its outputs now, and what has run in which order.

export const GLUED = "application/papermill.record/text/plain";
const ESCAPES = { n: "\n", t: "\t", r: "\r" };

/** Return the text that Python writes as `literal`: `'two'` -> `two`. */
export function unquoted(literal) {
  const found = /^(['"])([\s\S]*)\1$/.exec(literal.trim());
  if (!found) return literal;
  return found[2].replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([\s\S]))/g, (_, x, u, long, sign) =>
    sign ? (ESCAPES[sign] ?? sign) : String.fromCodePoint(parseInt(x ?? u ?? long, 16)),
  );
}

/** Return the path of a notebook that another one names relative to itself. */
export function resolved(path, other) {
  return new URL(other, `file:///${path}`).pathname.slice(1);
}

/** Yield the outputs of cells as they are stored, each with the number of its cell. */
function* outputs(cells) {
  for (let at = 0; at < cells.length; at++) {
    for (const output of cells.get(at).outputs?.toJSON() ?? []) yield [output, at];
  }
}

export class Chapter {
  /** `ran` holds, by the id of a cell, when it ran in this sitting: 1 is the first. */
  constructor(panel, shared) {
    this.panel = panel;
    this.shared = shared;
    this.ran = new Map();
    this.turn = 0;
    this.running = false;
    this.forget();
  }

  get path() {
    return this.panel.context.localPath;
  }

  get book() {
    return this.shared.book;
  }

  get cells() {
    return this.panel.context.model.cells;
  }

  /** Read values and exhibits anew from the outputs when they are next asked for. */
  forget() {
    this.read = null;
  }

  get stored() {
    if (this.read) return this.read;
    const [values, exhibits] = [new Map(), new Map()];
    for (const [{ data, metadata }, cell] of outputs(this.cells)) {
      const about = metadata?.edition;
      if (data?.[GLUED] !== undefined && metadata?.scrapbook?.name) {
        const words = unquoted([data[GLUED]].flat().join(""));
        values.set(metadata.scrapbook.name, { words, cell, tables: about?.tables ?? [] });
      } else if (about?.id) {
        exhibits.set(about.id, { ...about, cell });
      }
    }
    return (this.read = { values, exhibits });
  }

  /** Return the words of a glued value, or the reason why there are none. `address` may name another notebook. */
  value(address) {
    const [name, place] = address.split("::").reverse();
    const plain = name.replace(/:[^:]*$/, "");
    if (place) return this.elsewhere(resolved(this.path, place), plain);
    const found = this.stored.values.get(plain);
    if (!found) return { reason: `${plain}: no cell has computed it; run the chapter from the top` };
    const title = `${plain}, computed from ${found.tables.join(", ") || "other values"}`;
    return { words: found.words, title, reason: this.outOfOrder(found.cell) };
  }

  elsewhere(path, name) {
    const other = this.shared.chapters.get(path);
    if (other) return other.value(name);
    const words = this.book.values?.[path]?.[name];
    return words === undefined ? { reason: `${name}: not known of ${path}` } : { words, title: `${name}, of ${path}` };
  }

  /** Say that a value is older than what stands before it: a cell above ran since, and its own did not. */
  outOfOrder(cell) {
    if (this.running) return "";
    const own = this.ran.get(this.cells.get(cell).id) ?? 0;
    for (let at = 0; at < cell; at++) {
      if ((this.ran.get(this.cells.get(at).id) ?? 0) > own) return "older than a cell above it: run the cells below";
    }
    return "";
  }

  /** Return what a figure or table is called, and the notebook that holds it; nothing for an id that nobody has. */
  exhibit(id) {
    const own = this.stored.exhibits.get(id);
    if (this.book.numbers?.[id]) return this.book.numbers[id];
    return own ? [`${own.kind} “${own.title ?? own.caption}”`, this.path] : [];
  }

  /** Return for the cell that `node` stands in the number of its first source note, and of its first paragraph. */
  placeOf(node) {
    const own = this.panel.content.widgets.find((cell) => cell.node.contains(node));
    let note = 1;
    for (const { model } of this.panel.content.widgets) {
      if (model === own?.model) break;
      if (model.type === "markdown") note += model.sharedModel.getSource().match(/\{src\}`/g)?.length ?? 0;
    }
    return { note, paragraph: this.book.cells?.[this.path]?.[own?.model.id] };
  }

  /** Return the position of the cell that has the label or the exhibit `anchor`, or -1. */
  position(anchor) {
    if (this.stored.exhibits.has(anchor)) return this.stored.exhibits.get(anchor).cell;
    const label = `(${anchor})=`;
    for (let at = 0; at < this.cells.length; at++) {
      if (this.cells.get(at).sharedModel.getSource().includes(label)) return at;
    }
    return -1;
  }
}
