// The Markdown of the edition (MyST) in the hands of a renderer that knows plain Markdown alone.
//
// `plain` turns directives, labels and comments into Markdown and HTML that a sanitizer leaves as they are; `mark` finds
// the roles in what was rendered and makes each an element of its own, for `roles.js` to fill; `typographic` sets quotes
// and dashes as the page does.

const FENCE = /^(`{3,}|~{3,}|:{3,})\s*(?:\{([\w-]+)\})?[ \t]*(.*)$/;
const OPTION = /^:([\w-]+):\s*(.*)$/;
const LABEL = /^\(([^()\s]+)\)=\s*$/;
const FRONT = /^---\n[\s\S]*?\n---\s*(?:\n|$)/;
const ROLE = /\{([a-z][\w:-]*)\}$/;
const BOXES = new Set(
  "admonition attention caution danger error hint important note seealso tip warning".split(" "),
);

/** Return the source of a cell as plain Markdown. */
export function plain(source) {
  return blocks(source.replace(FRONT, "").split("\n")).join("\n");
}

function blocks(lines) {
  const done = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = FENCE.exec(lines[at]);
    const label = LABEL.exec(lines[at]);
    if (fence && (fence[2] || fence[1][0] !== ":")) {
      const end = closing(lines, at, fence[1]);
      done.push(...directive(fence, lines.slice(at + 1, end)));
      at = end;
    } else if (label) {
      done.push("", `<div class="ed-label ed-label-${label[1]}"></div>`, "");
    } else if (!lines[at].startsWith("%")) {
      done.push(withoutMath(lines[at]));
    }
  }
  return done;
}

function closing(lines, start, fence) {
  const found = lines.findIndex((line, at) => at > start && line.trimEnd() === fence);
  return found < 0 ? lines.length : found;
}

function directive([, fence, name, title], body) {
  if (!name) return [fence + title, ...body, fence];
  if (name === "code-block") return ["```" + title, ...body, "```"];
  if (!BOXES.has(name)) return ["", `<div class="ed-made ed-made-${name}"></div>`, ""];
  const options = {};
  while (body.length && OPTION.test(body[0])) {
    const [, key, value] = OPTION.exec(body.shift());
    options[key] = value;
  }
  const words = title || name[0].toUpperCase() + name.slice(1);
  const kinds = `${name} ${options.class || ""}`.trim().split(/\s+/).map((kind) => `ed-box-${kind}`);
  const head = ['<div class="ed-box-title">', "", withoutMath(words), "", "</div>"];
  return ["", `<div class="ed-box ${kinds.join(" ")}">`, ...head, "", ...blocks(body), "", "</div>", ""];
}

/** A dollar is a dollar: Lab would set what stands between two of them as a formula, and no page does. */
function withoutMath(line) {
  return line.replace(/(`+)[^`]*\1|\$/g, (found) => (found === "$" ? "&#36;" : found));
}

/** Turn each role below `node`, `{name}` before a piece of code, into `<span class="ed-role">`. */
export function mark(node) {
  for (const code of node.querySelectorAll("code")) {
    const before = code.previousSibling;
    const role = before?.nodeType === Node.TEXT_NODE && ROLE.exec(before.data);
    if (!role) continue;
    before.data = before.data.slice(0, role.index);
    const span = document.createElement("span");
    span.className = "ed-role";
    span.dataset.role = role[1];
    span.dataset.text = code.textContent;
    code.replaceWith(span);
  }
}

const BLOCK = "p, li, h1, h2, h3, h4, h5, h6, td, th, dt, dd, blockquote";

/** Set quotes, dashes and dots in the words below `node` as the page does. */
export function typographic(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  let block = null;
  let last = "";
  for (let found = walker.nextNode(); found; found = walker.nextNode()) {
    const around = (found.nodeType === Node.TEXT_NODE ? found.parentElement : found).closest(BLOCK);
    if (around !== block) [block, last] = [around, ""];
    if (found.nodeType !== Node.TEXT_NODE) {
      if (found.matches(".ed-role, code")) last = "x";
    } else if (!found.parentElement.closest("code, pre")) {
      found.data = curled(found.data, last);
      last = found.data.at(-1) ?? last;
    }
  }
}

/** Return `words` with typographic quotes; `before` is the letter that stands before them. */
export function curled(words, before = "") {
  const dashed = words.replace(/---/g, "—").replace(/--/g, "–").replace(/\.\.\./g, "…");
  return dashed.replace(/["']/g, (sign, at) => {
    const opens = /^$|[\s([{–—“‘\u00a0]/.test(at ? dashed[at - 1] : before);
    if (sign === '"') return opens ? "“" : "”";
    return opens && !/^\d\ds?\b/.test(dashed.slice(at + 1)) ? "‘" : "’";
  });
}
