// The chapters of the edition in JupyterLab: read as on their pages, and compared with what is published when they ran.

import { Chapter, GLUED, unquoted } from "./chapter.js";
import { CHART, counted, differences } from "./compare.js";
import { mark, plain, typographic } from "./markdown.js";
import { element, fill, terms } from "./roles.js";

const BOOK = "_build/lab/book.json"; // written by `edition lab`
const PUBLISHED = "_build/lab/published/";
const CHARTS_RANK = 57; // Lab's own rank for charts, before pictures
const SOON = 40; // ms: a cell that glues gives twenty outputs at once

/** Return Lab's own copy of a module. */
const load = async (scope, name) => (await Object.values(scope[name])[0].get())();

export async function plugin(scope) {
  const names = ["notebook", "rendermime", "apputils"].map((name) => `@jupyterlab/${name}`);
  const [notebook, rendermime, apputils, lumino] = await Promise.all(
    [...names, "@lumino/widgets"].map((name) => load(scope, name)),
  );
  return {
    id: "edition:chapters",
    description: "Shows chapters as their pages do, and compares what they give with what is published.",
    autoStart: true,
    requires: [notebook.INotebookTracker, rendermime.IRenderMimeRegistry],
    optional: [apputils.ICommandPalette],
    activate: (app, tracker, registry, palette) =>
      new Edition(app, tracker, { notebook, rendermime, apputils, lumino }).start(registry, palette),
  };
}

class Edition {
  constructor(app, tracker, lab) {
    Object.assign(this, { app, tracker, lab });
    this.chapters = new Map(); // the chapters that are open, by their path
    this.texts = new Set(); // what has been rendered of Markdown
    this.book = {};
  }

  start(registry, palette) {
    this.addRenderers(registry);
    this.addCommands(palette);
    this.tracker.widgetAdded.connect((_, panel) => this.open(panel));
    this.tracker.forEach((panel) => this.open(panel));
    const { executed, selectionExecuted } = this.lab.notebook.NotebookActions;
    this.lab.notebook.NotebookActions.executionScheduled.connect((_, { notebook }) => this.run(notebook));
    executed.connect((_, { notebook, cell }) => this.ran(notebook, cell));
    selectionExecuted.connect((_, { notebook }) => this.rest(notebook));
    this.readBook();
  }

  async readBook() {
    try {
      const { content } = await this.get(BOOK, { type: "file", format: "text" });
      this.book = JSON.parse(content);
    } catch (error) {
      console.warn(`${BOOK} was not found: numbers of other chapters, and sources, are missing. Run edition lab.`, error);
    }
    this.refresh();
  }

  get(path, options) {
    return this.app.serviceManager.contents.get(path, { content: true, ...options });
  }

  // Chapters

  open(panel) {
    const chapter = new Chapter(panel, this);
    const { context } = panel;
    keepMetadata(context.model);
    this.addBar(panel);
    const note = () => {
      chapter.forget();
      clearTimeout(chapter.waiting);
      chapter.waiting = setTimeout(() => this.refresh(), SOON);
    };
    context.ready.then(() => {
      this.chapters.set(chapter.path, chapter);
      context.model.contentChanged.connect(note);
      note();
    });
    context.sessionContext.statusChanged.connect((_, status) => {
      if (status === "restarting") chapter.ran.clear();
    });
    panel.disposed.connect(() => this.chapters.delete(chapter.path));
  }

  of(notebook) {
    return [...this.chapters.values()].find(({ panel }) => panel.content === notebook);
  }

  /** Return the chapter in which a rendered text stands, nothing while it stands nowhere. */
  around({ node }) {
    return [...this.chapters.values()].find(({ panel }) => panel.content.node.contains(node));
  }

  run(notebook) {
    const chapter = this.of(notebook);
    if (chapter) chapter.running = true;
  }

  ran(notebook, cell) {
    const chapter = this.of(notebook);
    if (chapter && cell.model.type === "code") chapter.ran.set(cell.model.id, ++chapter.turn);
  }

  /** A run has ended: tell what is older now, and compare. */
  async rest(notebook) {
    const chapter = this.of(notebook);
    if (!chapter) return;
    chapter.running = false;
    chapter.forget();
    this.refresh();
    await this.compare(chapter);
  }

  /** Fill every text anew; what did not change stays as it is. */
  refresh() {
    for (const text of this.texts) text.fill();
  }

  // Renderers

  addRenderers(registry) {
    const edition = this;
    const { RenderedHTML, RenderedMarkdown } = this.lab.rendermime;

    class Text extends RenderedMarkdown {
      constructor(options) {
        super({ ...options, latexTypesetter: null });
        edition.texts.add(this);
      }

      async render(model) {
        this.source = String(model.data[this.mimeType]);
        const data = { ...model.data, [this.mimeType]: plain(this.source) };
        await super.render({ data, metadata: model.metadata, trusted: model.trusted, setData() {} });
        mark(this.node);
        typographic(this.node);
        this.node.onclick = (event) => edition.follow(event, edition.around(this)?.path);
        this.fill();
      }

      fill() {
        const chapter = edition.around(this);
        if (!chapter || this.source === undefined) return;
        const { note, paragraph } = chapter.placeOf(this.node);
        fill(this.node, chapter, note);
        count(this.node, paragraph);
        tables(this.node, edition.book.made ?? {});
        terms(this.node, edition.book.glossary);
      }

      onAfterAttach(message) {
        super.onAfterAttach(message);
        this.fill();
      }

      dispose() {
        edition.texts.delete(this);
        super.dispose();
      }
    }

    class Exhibit extends RenderedHTML {
      async render(model) {
        await super.render(model);
        const about = model.metadata.edition;
        const caption = about && this.node.querySelector(".ed-lab-caption");
        if (caption) caption.replaceWith(edition.caption(about));
      }
    }

    class Glued extends this.lab.lumino.Widget {
      async renderModel({ data, metadata }) {
        const name = element("code", "", metadata.scrapbook?.name ?? "");
        this.node.replaceChildren(element("div", "ed-glued", name, element("span", "", unquoted(String(data[GLUED])))));
      }
    }

    const add = (type, Renderer, rank) =>
      registry.addFactory(
        { safe: true, mimeTypes: [type], createRenderer: (options) => new Renderer(options) },
        rank,
      );
    add("text/markdown", Text, registry.getFactory("text/markdown").defaultRank);
    add(GLUED, Glued, 1000);
    const html = registry.getFactory("text/html");
    registry.addFactory({ ...html, safe: html.safe, createRenderer: (options) => new Exhibit(options) }, html.defaultRank);
    this.addCharts(registry);
  }

  /** Give a chart that a cell drew the caption that it has on the page, in the place of the one inside the drawing. */
  addCharts(registry) {
    const charts = registry.getFactory(CHART);
    if (!charts) return;
    const createRenderer = (options) => {
      const renderer = charts.createRenderer(options);
      const draw = renderer.renderModel.bind(renderer);
      renderer.renderModel = async (model) => {
        const about = model.metadata.edition;
        if (!about) return draw(model);
        const { title, ...bare } = model.data[CHART];
        const { metadata, trusted } = model;
        // Lab adds a picture of the chart to what the notebook stores, unless there is one: there need be none.
        const data = { ...model.data, [CHART]: bare, "image/png": "none" };
        await draw({ data, metadata, trusted, setData() {} });
        renderer.node.prepend(this.caption(about));
      };
      return renderer;
    };
    registry.addFactory({ ...charts, createRenderer }, CHARTS_RANK);
  }

  /** The caption of an exhibit as on the page: its number, its title, what it shows, and its sources by name. */
  caption({ id, kind, title, caption, sources = [] }) {
    const [shown] = this.book.numbers?.[id] ?? [];
    const number = element("span", "ed-caption-number", shown ? `${shown} ` : "");
    const head = element("strong", "", title ?? caption);
    const documents = sources.map((source) => this.book.sources?.[source]?.label ?? source);
    const foot = `${documents.length > 1 ? "Sources" : "Source"}: ${documents.join("; ")}.`;
    const made = element("div", `ed-lab-caption ed-caption-${kind}`, element("div", "", number, head));
    made.dataset.exhibit = id;
    if (title) made.append(element("div", "", caption));
    made.append(element("div", "ed-caption-sources", foot));
    return made;
  }

  // Ways

  async follow(event, here) {
    const link = event.target.closest("a");
    const own = link?.getAttribute("href") ?? "";
    if (!link || !own.startsWith("#")) return;
    event.preventDefault();
    event.stopPropagation();
    const path = link.dataset.path || here;
    await this.app.commands.execute("docmanager:open", { path });
    const chapter = this.chapters.get(path);
    await chapter?.panel.revealed;
    const position = chapter?.position(link.dataset.anchor || decodeURIComponent(own.slice(1))) ?? -1;
    if (position >= 0) await chapter.panel.content.scrollToItem(position, "start");
  }

  // Comparison and the way back

  addBar(panel) {
    const { ToolbarButton } = this.lab.apputils;
    const code = new ToolbarButton({
      label: "Code",
      tooltip: "Show or fold the code of this chapter",
      onClick: () => fold(panel),
    });
    const back = new ToolbarButton({
      label: "Published",
      tooltip: "Back to the published chapter",
      onClick: () => this.publish(this.of(panel.content)),
    });
    panel.toolbar.insertBefore("spacer", "edition-code", code);
    panel.toolbar.insertBefore("spacer", "edition-published", back);
    const verdict = new this.lab.lumino.Widget();
    verdict.addClass("ed-verdict");
    verdict.node.setAttribute("role", "status");
    verdict.hide();
    panel.contentHeader.addWidget(verdict);
    panel.editionVerdict = verdict;
  }

  addCommands(palette) {
    const current = () => this.of(this.tracker.currentWidget?.content);
    const commands = {
      "edition:published": ["Back to the Published Chapter", (chapter) => this.publish(chapter)],
      "edition:compare": ["Compare with the Published Chapter", (chapter) => this.compare(chapter)],
      "edition:code": ["Show or Fold the Code", ({ panel }) => fold(panel)],
    };
    for (const [command, [label, act]] of Object.entries(commands)) {
      const execute = () => current() && act(current());
      this.app.commands.addCommand(command, { label, isEnabled: () => Boolean(current()), execute });
      palette?.addItem({ command, category: "Edition" });
    }
  }

  /** Return the chapter as it is published, or nothing for a notebook of the reader's own. */
  async published({ path }) {
    try {
      return (await this.get(PUBLISHED + path, { type: "notebook" })).content;
    } catch {
      return null;
    }
  }

  /** Say above the chapter in one line that what was run gives what is published, or list what differs. */
  async compare(chapter) {
    if (!this.book.cells?.[chapter.path] && !this.book.values?.[chapter.path]) return;
    const published = await this.published(chapter);
    if (!published) return;
    const ours = chapter.panel.context.model.toJSON();
    const code = ours.cells.filter(({ cell_type, source }) => cell_type === "code" && [source].flat().join("").trim());
    const run = code.filter(({ id }) => chapter.ran.has(id)).length;
    const found = differences(published, ours);
    const far = run < code.length ? ` so far (${run} of ${code.length} cells run)` : "";
    const said = found.length
      ? `${found.length} ${found.length > 1 ? "differences" : "difference"} from what is published${far}:`
      : `Same as published${far}: ${counted(ours)}.`;
    const verdict = chapter.panel.editionVerdict;
    verdict.node.replaceChildren(element("p", "", said), ...(found.length ? [listed(found)] : []));
    verdict.node.dataset.differences = found.length;
    verdict.show();
    // The box around it gives it no more room than it asks for.
    Object.assign(verdict.node.style, { width: `${chapter.panel.node.clientWidth}px`, minHeight: "0", height: "0" });
    verdict.node.style.minHeight = `${Math.min(verdict.node.scrollHeight, window.innerHeight / 3)}px`;
    verdict.parent.fit();
  }

  /** Put the published chapter in the place of the reader's, on the disk as well where that was changed. */
  async publish(chapter) {
    const published = chapter && (await this.published(chapter));
    if (!published) return;
    const { context } = chapter.panel;
    const before = context.model.toJSON();
    if (sources(before) !== sources(published)) {
      const { showDialog, Dialog } = this.lab.apputils;
      const answer = await showDialog({
        title: "Back to the published chapter?",
        body: "What you changed in this chapter will be lost.",
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: "Back to the published chapter" })],
      });
      if (!answer.button.accept) return;
    }
    context.model.fromJSON(published);
    chapter.ran.clear();
    chapter.forget();
    chapter.panel.editionVerdict.hide();
    const stored = await this.get(chapter.path, { type: "notebook" });
    if (different(stored.content, published)) await context.save();
    context.model.dirty = false;
    if (context.sessionContext.session?.kernel) await context.sessionContext.restartKernel();
    this.refresh();
  }
}

const fold = (panel) => panel.content.node.classList.toggle("ed-code-folded");

/** Lab writes the kernel's name and version into each notebook that it opens: what the chapter says already stays. */
function keepMetadata(model) {
  const set = model.setMetadata.bind(model);
  model.setMetadata = (key, value) => {
    const stored = model.getMetadata(key);
    if (["kernelspec", "language_info"].includes(key) && stored?.name === value?.name) return;
    set(key, value);
  };
}

const sources = ({ cells }) => JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, [source].flat().join("")]));

/** Say whether two notebooks differ in anything that a file holds; whether a cell is trusted stands in no file. */
function different(one, other) {
  const told = ({ cells, metadata }) =>
    JSON.stringify([cells.map(({ metadata: { trusted, ...rest }, ...cell }) => ({ ...cell, metadata: rest })), metadata]);
  return told(one) !== told(other);
}

/** Number the paragraphs of a cell, the first with `first`; a cell that no page numbers has none. */
function count(node, first) {
  if (first === undefined) return;
  let value = first;
  for (const paragraph of node.querySelectorAll(":scope > p")) {
    const shown = `${value++}.`;
    const number = paragraph.firstElementChild;
    if (number?.className === "ed-para-number") number.textContent = shown;
    else paragraph.prepend(element("span", "ed-para-number", shown), " ");
  }
}

/** Put a plain table in the place of each directive that prints rows of the data on the page. */
function tables(node, made) {
  for (const place of node.querySelectorAll(".ed-made:empty")) {
    const found = made[[...place.classList].at(-1).replace("ed-made-", "")];
    if (!found) continue;
    const line = (cells, kind) => element("tr", "", ...cells.map((cell) => element(kind, "", cell)));
    const head = element("thead", "", line(found.head, "th"));
    place.append(element("table", "ed-table", head, element("tbody", "", ...found.rows.map((row) => line(row, "td")))));
  }
}

function listed(found) {
  const line = (kind, ...cells) => element("tr", "", ...cells.map((cell) => element(kind, "", cell)));
  const rows = found.map(({ kind, name, published, yours }) => line("td", `${kind} ${name}`, published, yours));
  return element("table", "", element("thead", "", line("th", "", "Published", "Yours")), element("tbody", "", ...rows));
}
