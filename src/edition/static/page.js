// What the theme does by handlers written into its buttons, which the page's policy forbids; and a button to copy code.

const actions = {
  print: () => window.print(),
  fullscreen: () =>
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
};

document.addEventListener("click", ({ target }) => actions[target.closest("[data-ed-click]")?.dataset.edClick]?.());

/** Copy the code and say so on the button, to be read and to be heard. */
async function copy(button, code) {
  await navigator.clipboard.writeText(code.textContent);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

// Browsers offer the clipboard to pages from a server only.
for (const code of navigator.clipboard ? document.querySelectorAll("div.highlight > pre") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ed-copy";
  button.textContent = "Copy";
  button.ariaLive = "polite";
  button.addEventListener("click", () => copy(button, code));
  code.after(button);
}

// The theme lets the keyboard reach code that scrolls, once; folded code gets its turn when it is unfolded.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches("details.hide")) return; // boxes that open tell of it in the same way
    for (const code of target.querySelectorAll("pre")) code.tabIndex = code.scrollWidth > code.clientWidth ? 0 : -1;
  },
  true,
);

// Paper is light, whatever the screen is.
const page = document.documentElement.dataset;
let onScreen;
addEventListener("beforeprint", () => {
  onScreen = page.theme;
  page.theme = "light";
});
addEventListener("afterprint", () => (page.theme = onScreen));

// The search box loads what it needs when a reader comes to it; the page of results is such a coming.
const BOX = "form.bd-search input";
const attend = (box) => import(new URL("./search.js", import.meta.url)).then((search) => search.attend(box));
addEventListener("focusin", ({ target }) => target.matches(BOX) && attend(target));
for (const box of document.querySelectorAll(`.bd-search-container ${BOX}`)) attend(box);
