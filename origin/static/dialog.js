// @ts-check
// Dialogs: made when they are asked for, gone when they are closed, with the focus back where it was.
import { h, icon } from "./dom.js";
import { errorText } from "./session.js";

/**
 * Shows a dialog.
 * @param {string} title
 * @param {(Node | string)[]} content
 * @param {{wide?: boolean}} [options]
 * @returns {HTMLDialogElement} it is removed once it is closed; `returnValue` says by which button
 */
export function openDialog(title, content, { wide = false } = {}) {
  const heading = h("h2", { id: `dialog-${crypto.randomUUID()}` }, title);
  const dialog = h("dialog", { class: wide ? "dialog wide" : "dialog", "aria-labelledby": heading.id });
  const close = h("button", { class: "button quiet only-icon", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"));
  dialog.append(h("div", { class: "dialog-head" }, heading, close), ...content);
  // Its own box is filled by its content: a click that hits the dialog itself is one beside it.
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog && outside(dialog, event)) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {HTMLElement} element @param {PointerEvent} event */
function outside(element, { clientX: x, clientY: y }) {
  const box = element.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

/**
 * A dialog around a form. What `send` throws is shown in it, at the field it speaks of.
 * @param {string} title
 * @param {(Node | string)[]} fields
 * @param {{button: string, danger?: boolean, send: (data: FormData, form: HTMLFormElement) => unknown}} options
 * @returns {HTMLDialogElement}
 */
export function formDialog(title, fields, { button, danger = false, send }) {
  const problem = h("p", { class: "problem-text", role: "alert" });
  const submit = h("button", { class: danger ? "button danger" : "button primary", type: "submit" }, button);
  const cancel = h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel");
  const form = h("form", { class: "form", method: "dialog" }, ...fields, problem, h("div", { class: "dialog-foot" }, cancel, submit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await sendForm(form, problem, send)) dialog.close("done");
  });
  const dialog = openDialog(title, [form]);
  // What one is asked for comes first, not the way out; where nothing is asked, the safe answer does.
  const first = /** @type {HTMLElement | null} */ (form.querySelector("input, select, textarea, canvas"));
  (first ?? cancel).focus();
  return dialog;
}

/**
 * Runs what a form is for, once at a time. What is thrown is shown in `problem` and at the field it speaks of.
 * @param {HTMLFormElement} form
 * @param {HTMLElement} problem
 * @param {(data: FormData, form: HTMLFormElement) => unknown} send
 * @returns {Promise<boolean>} whether it went well
 */
export async function sendForm(form, problem, send) {
  if (form.dataset.busy !== undefined) return false;
  const data = new FormData(form);
  form.dataset.busy = "";
  problem.textContent = "";
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  try {
    await send(data, form);
    return true;
  } catch (error) {
    problem.textContent = errorText(error);
    const name = /** @type {{field?: string}} */ (error).field;
    const field = name ? form.elements.namedItem(name) : null;
    if (field instanceof HTMLElement) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
    return false;
  } finally {
    delete form.dataset.busy;
  }
}

/**
 * A question with yes and no.
 * @param {{title: string, text: string, button: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function ask({ title, text, button, danger }) {
  return new Promise((resolve) => {
    const dialog = formDialog(title, [h("p", {}, text)], { button, danger, send: () => {} });
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "done"));
  });
}

/**
 * A field with its label.
 * @param {string} label @param {HTMLElement} input @param {string} [hint]
 */
export function field(label, input, hint) {
  input.id ||= `field-${crypto.randomUUID()}`;
  const note = hint ? h("span", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (note) input.setAttribute("aria-describedby", note.id);
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, note);
}
