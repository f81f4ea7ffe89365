// @ts-check
// What a share link opens, for whoever has it. The secret stands behind the # and never in a request's address.
import { byId, h } from "./dom.js";
import { showLink } from "./shared-view.js";

/** @typedef {{kind: "media", media: any, expires_at: string} | {kind: "collection", title: string, items: any[], expires_at: string}} Opened */

const secret = location.hash.slice(1);
/** What was opened is kept for the tab: loading the page again is not another view. */
const key = `stagedoor.link.${secret}`;
const stage = byId("shared");

/** @type {Record<string, [string, string]>} */
const REFUSALS = {
  link_missing: ["There is no such link", "Perhaps a part of it was cut off. Ask whoever sent it to send it again."],
  link_revoked: ["This link was taken back", "Whoever made it has closed it. Ask them for a new one."],
  link_expired: ["This link has expired", "It worked for a limited time only. Ask whoever sent it for a new one."],
  link_used_up: ["This link is used up", "It could be opened a limited number of times only. Ask whoever sent it for a new one."],
};

/** @returns {Opened | undefined} */
function kept() {
  try {
    const opened = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return opened && Date.parse(opened.expires_at) > Date.now() ? opened : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} heading @param {...(Node | string)} rest */
function message(heading, ...rest) {
  document.title = `${heading} · Stagedoor`;
  stage.replaceChildren(h("section", { class: "empty" }, h("h1", { tabindex: -1 }, heading), ...rest));
}

/** @param {string} [passphrase] */
async function open(passphrase) {
  let response;
  try {
    response = await fetch("/s/open", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
      body: JSON.stringify({ secret, ...(passphrase === undefined ? {} : { passphrase }) }),
    });
  } catch {
    return message("No answer", h("p", {}, "The site cannot be reached. Check your connection."), again());
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) {
    sessionStorage.setItem(key, JSON.stringify(answer));
    return showLink(stage, answer);
  }
  if (answer.reason === "passphrase_required" || answer.reason === "passphrase_wrong") return askPassphrase(answer.reason === "passphrase_wrong");
  const [heading, text] = REFUSALS[answer.reason] ?? ["This did not work", answer.detail ?? `The site answered ${response.status}.`];
  return message(heading, h("p", {}, text), ...(response.status >= 500 || response.status === 429 ? [again()] : []));
}

const again = () => h("button", { class: "button primary", type: "button", onclick: () => open() }, "Try again");

/** @param {boolean} wrong */
function askPassphrase(wrong) {
  const input = h("input", { id: "passphrase", type: "password", required: true, autocomplete: "off", ...(wrong ? { "aria-invalid": "true", "aria-describedby": "wrong" } : {}) });
  const form = h("form", { class: "form passphrase" },
    h("div", { class: "field" }, h("label", { for: "passphrase" }, "Passphrase"), input),
    wrong && h("p", { class: "problem-text", id: "wrong", role: "alert" }, "That is not it. Look at capital letters and spaces."),
    h("button", { class: "button primary", type: "submit" }, "Open"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    open(input.value);
  });
  message("This link has a passphrase", h("p", {}, "Whoever sent you the link can tell it to you."), form);
  input.focus();
}

const opened = kept();
if (!secret) message("There is no such link", h("p", {}, REFUSALS.link_missing[1]));
else if (opened) showLink(stage, opened);
else open();
addEventListener("hashchange", () => {
  // The link that skips to the content is no secret.
  if (location.hash !== "#main") location.reload();
});
