// @ts-check
// Search and filters: in the address, so that they can be linked to and are there when one comes back.
import { byId } from "../dom.js";

const TYPED_MS = 250;

/** @param {import("./listing.js").Listing} listing */
export function filterInPlace(listing) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("filters"));
  if (!form) return;
  form.classList.add("scripted");

  function address() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(/** @type {HTMLFormElement} */ (form))) {
      if (typeof value === "string" && value.trim()) query.set(name, value.trim());
    }
    return query.size > 0 ? `/?${query}` : "/";
  }

  let typed = 0;
  /** @param {boolean} step whether going back leads to what was there before */
  function apply(step) {
    clearTimeout(typed);
    const next = address();
    if (next === location.pathname + location.search) return;
    if (step) history.pushState(null, "", next);
    else history.replaceState(null, "", next);
    listing.show(next);
  }

  let searched = false;
  form.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "search") return;
    clearTimeout(typed);
    typed = window.setTimeout(() => {
      // One step back for a word, not one for each letter.
      apply(!searched);
      searched = true;
    }, TYPED_MS);
  });
  form.addEventListener("focusout", () => (searched = false));
  form.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement && target.type === "search")) apply(true);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(true);
  });
  addEventListener("popstate", () => {
    const query = new URLSearchParams(location.search);
    for (const name of ["search", "kind", "status"]) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = query.get(name) ?? "";
    }
    const own = form.elements.namedItem("scope");
    if (own instanceof HTMLInputElement) own.checked = query.get("scope") === "own";
    listing.show(location.pathname + location.search);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target === document.body) {
      event.preventDefault();
      byId("filters").querySelector("input")?.focus();
    }
  });
}
