// @ts-check
// The pages of administrators: forms that call the API, and each person's usage.

import { ApiError, request, showSignedOut } from "./session.js";

/** @param {unknown} error */
function show(error) {
  if (error instanceof ApiError && error.signedOut) return showSignedOut();
  const problem = document.getElementById("problem");
  if (!problem) return;
  problem.textContent = error instanceof ApiError ? error.message : "The server cannot be reached. Try again.";
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
}

/**
 * What a form says, as the API takes it: a name that several boxes share is a list, an empty text is nothing.
 * @param {HTMLFormElement} form
 */
function values(form) {
  /** @type {Record<string, string | string[]>} */
  const body = {};
  for (const input of form.querySelectorAll("input")) {
    if (input.type === "checkbox") {
      const list = (body[input.name] ??= []);
      if (input.checked && Array.isArray(list)) list.push(input.value);
    } else if (input.value.trim() !== "") {
      body[input.name] = input.value.trim();
    }
  }
  return body;
}

/** @param {HTMLFormElement} form */
async function act(form) {
  const method = form.dataset.method ?? "POST";
  const fields = form.querySelector("input") !== null;
  /** @type {Record<string, string>} */
  const headers = { ...(fields && { "content-type": "application/json" }) };
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  try {
    await request(new URL(form.action).pathname, { method, headers, ...(fields && { body: JSON.stringify(values(form)) }) });
    if (form.dataset.done && button) {
      const done = document.createElement("p");
      done.setAttribute("role", "status");
      done.textContent = form.dataset.done;
      form.replaceWith(done);
    } else {
      location.reload();
    }
  } catch (error) {
    if (button) button.disabled = false;
    show(error);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("form.act")) return;
  event.preventDefault();
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) return;
  act(form);
});

/** @param {number} bytes */
function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toLocaleString("en-GB", { maximumFractionDigits: 1 })} ${units[power]}`;
}

/** @param {HTMLDetailsElement} details */
async function showUsage(details) {
  const path = details.dataset.usage;
  if (!path) return;
  delete details.dataset.usage;
  const put = (/** @type {string} */ where, /** @type {string} */ text) => {
    const cell = details.querySelector(where);
    if (cell) cell.textContent = text;
  };
  try {
    const { stored, quota, months } = await (await request(path)).json();
    const of = quota ? ` of ${size(quota.bytes)}` : "";
    put(".stored", `${size(stored.bytes)}${of}, ${stored.minutes} min of film`);
    const month = months.at(-1);
    put(".month", month ? `${month.uploads} uploaded, ${month.plays} played (${month.month})` : "nothing yet");
  } catch (error) {
    details.dataset.usage = path;
    show(error);
  }
}

for (const details of document.querySelectorAll("details[data-usage]")) {
  details.addEventListener("toggle", () => {
    if (details instanceof HTMLDetailsElement && details.open) showUsage(details);
  });
}
