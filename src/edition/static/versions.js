// Offers the other versions of this edition, read from versions.json in the site's first folder. Without this script, from
// a file, or while there is one version only, the page names its version and nothing more.

(() => {
  "use strict";
  const told = document.querySelector(".ed-version");
  if (!told || !location.protocol.startsWith("http")) return;
  const root = new URL(told.dataset.root, location.href);
  const here = told.dataset.version;
  const changes = told.querySelector("a"); // what changed since the last release, on a page of none

  /** Go to this page in another version, or to that version's front page if it has no such page. */
  async function go(path) {
    const there = new URL(path, root);
    const same = new URL(location.pathname.slice(root.pathname.length), there);
    const found = await fetch(same, { method: "HEAD" }).then((answer) => answer.ok, () => false);
    location.assign(found ? same : there);
  }

  function offer(versions) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    label.append("Version ", select);
    for (const { version, date, path } of versions) {
      const option = new Option(`${version} (${date || "not released"})`, path, version === here, version === here);
      select.append(option);
    }
    select.addEventListener("change", () => go(select.value));
    told.replaceChildren(label, ...(changes ? [" ", changes] : []));
  }

  /** Tell the readers of an older version that there is a newer one. */
  function warn({ version, path }) {
    const note = document.createElement("p");
    const link = document.createElement("a");
    note.className = "ed-older";
    note.setAttribute("role", "note");
    link.href = new URL(path, root);
    link.textContent = `Version ${version} is newer`;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(path);
    });
    note.append(`You are reading version ${here}. `, link, ".");
    document.querySelector("article.bd-article")?.prepend(note);
  }

  fetch(new URL("versions.json", root))
    .then((answer) => (answer.ok ? answer.json() : Promise.reject()))
    .then(({ versions }) => {
      if (versions.length < 2) return;
      offer(versions);
      if (versions[0].version !== here) warn(versions[0]);
    })
    .catch(() => {}); // no list: no choice
})();
