// Leads an old address on: that of a part by its anchor, else that of the whole page. Without this script the page leads
// on by itself, and a part that moved says where to.

(() => {
  "use strict";
  const part = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (part?.matches(".ed-moved")) location.replace(part.querySelector("a").href);
  else {
    const link = document.querySelector(".ed-moved-page a");
    if (link) location.replace(link.href.includes("#") ? link.href : link.href + location.hash);
  }
})();
