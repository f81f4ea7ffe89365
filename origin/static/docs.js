// @ts-check
// Sends an operation of the API as its form says, and shows the answer.
import { request } from "./session.js";

for (const form of document.querySelectorAll("form[data-method]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(/** @type {HTMLFormElement} */ (form));
  });
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const fields = new FormData(form);
  const shown = /** @type {HTMLElement} */ (form.querySelector("pre"));
  const body = fields.get("body");
  /** @type {RequestInit} */
  const options = { method: form.dataset.method, redirect: "manual" };
  if (typeof body === "string" && body.trim() !== "") Object.assign(options, { body, headers: { "content-type": "application/json" } });
  shown.textContent = "…";
  try {
    const response = await request(String(fields.get("path")), options);
    shown.textContent = `${response.status} ${response.statusText}\n${pretty(await response.text())}`;
  } catch (error) {
    shown.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
