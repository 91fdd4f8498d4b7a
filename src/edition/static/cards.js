// Cards work without this script by pointer and keyboard. It adds two things: Escape puts an open card away, and where
// fingers point, the first touch on a term opens its card and the second follows its link.

const OPEN = ".ed-carded:is(:hover, :focus-within, .ed-open)";

addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const cite of document.querySelectorAll(OPEN)) {
    cite.classList.remove("ed-open");
    cite.classList.add("ed-closed");
    const back = () => cite.classList.remove("ed-closed");
    cite.addEventListener("pointerleave", back, { once: true });
    cite.addEventListener("focusout", back, { once: true });
  }
});

document.addEventListener("click", (event) => {
  const touched = event.target.closest(".ed-carded");
  for (const open of document.querySelectorAll(".ed-carded.ed-open")) if (open !== touched) open.classList.remove("ed-open");
  const term = event.target.closest("a.ed-term");
  if (!term || touched.classList.contains("ed-open") || !matchMedia("(hover: none)").matches) return;
  event.preventDefault();
  touched.classList.add("ed-open");
});
