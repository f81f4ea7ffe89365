// @ts-check
// Share links: made, shown once, taken back.
import { field, openDialog, sendForm } from "./dialog.js";
import { h } from "./dom.js";
import { errorText, get, post, send } from "./session.js";
import { count } from "./text.js";

/** @typedef {{id: string, target: {media?: string, collection?: string}, expires_at: string, view_limit: number | null, views: number, passphrase: boolean, revoked: boolean}} Link */

const DAY_MS = 24 * 3_600_000;

/**
 * The dialog of a title's or a collection's links.
 * @param {{media: string} | {collection: string}} target @param {string} title
 */
export function shareLinks(target, title) {
  const fresh = h("div", { class: "fresh", role: "status" });
  const old = h("div", { class: "links" });
  const problem = h("p", { class: "problem-text", role: "alert" });
  const lives = [[1, "A day"], [7, "A week"], [30, "30 days"], [365, "A year"]];
  const form = h("form", { class: "form", method: "dialog" },
    h("div", { class: "pair" },
      field("Works for", h("select", { name: "expires_at" }, ...lives.map(([days, text]) => h("option", { value: days, selected: days === 7 }, String(text))))),
      field("Views at most", h("input", { name: "view_limit", type: "number", min: 1, max: 1_000_000, step: 1, placeholder: "Any number", inputmode: "numeric" }))),
    field("Passphrase", h("input", { name: "passphrase", autocomplete: "off", maxlength: 200, placeholder: "None" }), "Whoever has the link needs it too. Tell it by another way."),
    problem,
    h("div", { class: "dialog-foot" }, h("button", { class: "button primary", type: "submit" }, "Make a link")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await sendForm(form, problem, async (data) => {
      const passphrase = String(data.get("passphrase") ?? "");
      const link = await post("/api/links", {
        target,
        expires_at: new Date(Date.now() + Number(data.get("expires_at")) * DAY_MS).toISOString(),
        ...(data.get("view_limit") ? { view_limit: Number(data.get("view_limit")) } : {}),
        ...(passphrase ? { passphrase } : {}),
      });
      fresh.replaceChildren(...freshLink(new URL(link.url, location.origin).href));
      fresh.querySelector("input")?.select();
      await list();
    });
  });

  async function list() {
    try {
      const links = await linksTo(target);
      old.replaceChildren(...(links.length > 0 ? [h("h3", {}, "Links to this"), h("ul", { role: "list" }, ...links.map((link) => row(link, list)))] : []));
    } catch (error) {
      old.replaceChildren(h("p", { class: "problem-text" }, errorText(error)));
    }
  }
  openDialog(`Share “${title}”`, [h("p", { class: "lead" }, "Whoever has the link can watch, without signing in."), form, fresh, old]);
  list();
}

/** @param {string} url */
function freshLink(url) {
  const input = h("input", { value: url, readonly: true, "aria-label": "The link" });
  const copy = h("button", { class: "button primary", type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(url);
      copy.textContent = "Copied";
    } catch {
      // Not allowed here: it is selected, and Ctrl+C does it.
      copy.textContent = "Press Ctrl+C";
    }
  });
  return [h("div", { class: "copy" }, input, copy), h("p", { class: "hint" }, "This link is shown only now. Copy it before you close this.")];
}

/** @param {{media?: string, collection?: string}} target @returns {Promise<Link[]>} those that still open something */
async function linksTo(target) {
  const { items } = await get("/api/links?limit=100");
  return /** @type {Link[]} */ (items).filter((link) =>
    link.target.media === target.media && link.target.collection === target.collection
    && !link.revoked && Date.parse(link.expires_at) > Date.now());
}

/** @param {Link} link @param {() => unknown} changed */
function row(link, changed) {
  const until = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(link.expires_at));
  const views = link.view_limit ? `${link.views} of ${count(link.view_limit, "view")}` : count(link.views, "view");
  const revoke = h("button", { class: "button small danger-quiet", type: "button" }, "Take back");
  revoke.addEventListener("click", async () => {
    revoke.disabled = true;
    await send("DELETE", `/api/links/${link.id}`).catch(() => {});
    await changed();
  });
  return h("li", {}, h("span", {}, `Until ${until}`, h("span", { class: "hint" }, `${views}${link.passphrase ? ", with a passphrase" : ""}`)), revoke);
}
