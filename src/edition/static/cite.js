// Copies the address or the citation of a paragraph, figure, table or page. Every text was written by the build: this
// script puts a paragraph's number in its place, and nothing else. Without it a number is a link to its paragraph.
// Not a module: browsers refuse those to a page opened from a file.

(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("ed-cite-data")?.textContent ?? "null");
  const clipboard = navigator.clipboard; // browsers offer it to pages from a server only

  /** The citations of one part of the page: "" for the page itself, "para-12", or the id of a figure or table. */
  function work(part) {
    const [, number] = part.match(/^para-(\d+)$/) ?? [];
    const told = data.works[number ? "para" : part];
    const fill = (text) => (number ? text.replaceAll(data.mark, number) : text);
    const address = fill(told.address) || location.href.split("#")[0] + (part && `#${part}`);
    return { name: fill(told.name), address, texts: told.texts.map(fill) };
  }

  function element(tag, className, text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    if (tag === "button") made.type = "button";
    return made;
  }

  // What was copied is said to those who cannot see it.
  const voice = element("p", "ed-cite-voice");
  voice.setAttribute("role", "status");

  /** Copy, and say so on the button and aloud; false where there is no clipboard, or the reader refused it. */
  async function copy(text, button, said) {
    try {
      await clipboard.writeText(text);
    } catch {
      return false;
    }
    voice.textContent = said;
    if (button.dataset.label === undefined) button.dataset.label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = button.dataset.label;
      voice.textContent = "";
    }, 2000);
    return true;
  }

  // All formats of one citation, to be copied by a button or by hand.

  const dialog = element("dialog", "ed-cite-dialog");
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  function show(part) {
    const { name, address, texts } = work(part);
    const title = element("h2", "", `Cite ${name}`);
    title.id = "ed-cite-dialog-title";
    dialog.setAttribute("aria-labelledby", title.id);
    const close = element("button", "ed-cite-close", "Close");
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(title, close);
    for (const [index, text] of [address, ...texts].entries()) {
      const label = ["Address", ...data.formats][index];
      const shown = element("pre", "ed-cite-text", text.trimEnd());
      shown.tabIndex = 0;
      shown.setAttribute("role", "region");
      shown.setAttribute("aria-label", label);
      const head = element("h3", "", label);
      if (clipboard) {
        const button = element("button", "ed-cite-copy", "Copy");
        button.setAttribute("aria-label", `Copy: ${label}`);
        button.addEventListener("click", () => copy(text, button, `${label} copied`));
        head.append(" ", button);
      }
      dialog.append(head, shown);
    }
    dialog.append(element("p", "ed-cite-standing", data.standing));
    dialog.showModal();
  }

  // The tools of a paragraph: one set for the page, which goes to the paragraph that is pointed at or whose number has
  // the focus. Keys on the number: L copies the address, C the citation.

  const tools = element("span", "ed-para-tools");
  tools.setAttribute("role", "group");
  const actions = [
    ["Link", "Copy the address of paragraph", (one, button) => copy(one.address, button, "Address copied")],
    ["Cite", "Copy the citation of paragraph", (one, button) => copy(one.texts[0], button, "Citation copied")],
    ["…", "Cite in other formats: paragraph", () => false],
  ];
  const buttons = actions.map(([text, label, act]) => {
    const button = element("button", "", text);
    button.addEventListener("click", async () => (await act(work(current().id), button)) || show(current().id));
    button.named = (number) => {
      button.title = `${label} ${number}`;
      button.setAttribute("aria-label", `${text}: ${button.title}`);
    };
    return button;
  });
  tools.append(...buttons);

  const current = () => tools.closest(".ed-para");

  function bring(paragraph) {
    if (!paragraph || paragraph === current()) return;
    const number = paragraph.id.replace("para-", "");
    tools.setAttribute("aria-label", `Paragraph ${number}`);
    buttons.forEach((button) => button.named(number));
    const address = paragraph.querySelector(".ed-para-number");
    address.setAttribute("aria-keyshortcuts", "L C");
    address.after(tools);
  }

  if (data) {
    document.body.append(voice, dialog);

    const pointed = matchMedia("(hover: hover) and (min-width: 1200px)"); // where the margin has room for them
    document.addEventListener("pointerover", ({ target }) => pointed.matches && bring(target.closest(".ed-para")));
    document.addEventListener("focusin", ({ target }) => target.matches(".ed-para-number") && bring(target.parentElement));
    document.addEventListener("click", (event) => {
      const { target } = event;
      if (target.matches(".ed-para-number")) bring(target.parentElement);
      else if (!pointed.matches && !tools.contains(target)) tools.remove();
      const cite = target.closest('a[data-ed-cite], a[href="#cite-this"]');
      if (!cite || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(cite.closest(".ed-exhibit")?.id ?? "");
    });
    document.addEventListener("keydown", (event) => {
      if (!event.target.matches(".ed-para-number") || event.ctrlKey || event.metaKey || event.altKey) return;
      const index = ["l", "c"].indexOf(event.key.toLowerCase());
      if (index >= 0) buttons[index].click();
    });
  }

  // An entry of the page "Cite" that is linked to opens.
  const opened = () => {
    const entry = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (entry?.matches("details.ed-cite-one")) entry.open = true;
  };
  addEventListener("hashchange", opened);
  opened();
})();
