// What tests ask of a page that shows a chapter, be it JupyterLab's or the site's.
window.reading = {
  panel: () => window.jupyterapp.shell.currentWidget,

  /** The texts of a chapter, block by block: headings, paragraphs, items of lists, cells of tables. */
  texts(root) {
    const copy = root.cloneNode(true);
    const aside =
      ".ed-card, .ed-note, .headerlink, .cell, .ed-exhibit, .ed-cite, .ed-made, .highlight, pre, .jp-collapser-button," +
      " .jp-InternalAnchorLink, script, style," +
      // what the page prints from the data, of which Lab shows a plain table
      " section[id^='table-'], section[id^='outline-'], .ed-table-wrap, .ed-register, .ed-facets";
    copy.querySelectorAll(aside).forEach((element) => element.remove());
    const blocks = "h1, h2, h3, h4, h5, h6, p, li, td, th, dt, dd";
    return [...copy.querySelectorAll(blocks)]
      .filter((block) => !block.querySelector(blocks))
      .map((block) => block.textContent.replace(/\s+/g, " ").trim())
      .filter(Boolean);
  },

  /** The same of the Markdown cells of the notebook that Lab shows. */
  chapter() {
    const cells = this.panel().content.widgets.filter((cell) => cell.model.type === "markdown");
    return cells.flatMap((cell) => this.texts(cell.node.querySelector(".jp-MarkdownOutput") ?? cell.node));
  },

  /** The same of a page of the site. */
  page(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    return this.texts(page.querySelector("article.bd-article"));
  },

  /** Whether every cell of the notebook stands there, and its kernel waits for work. */
  ready() {
    const panel = this.panel();
    const cells = panel?.content?.widgets ?? [];
    const kernel = panel?.context?.sessionContext?.session?.kernel;
    return cells.length > 0 && cells.every((cell) => !cell.isPlaceholder()) && kernel?.status === "idle";
  },

  drawings() {
    return [...this.panel().content.node.querySelectorAll("img.ed-drawing")].map((drawing) => ({
      alt: drawing.alt,
      width: drawing.naturalWidth,
    }));
  },

  charts() {
    return this.panel().content.node.querySelectorAll(".vega-embed canvas").length;
  },

  /** End the kernel: a server that keeps one for each chapter holds a gigabyte after five. */
  leave() {
    return this.panel().context.sessionContext.shutdown();
  },

  run: () => window.jupyterapp.commands.execute("notebook:run-all-cells"),
};
