// @ts-check
// What is done with picked titles.
import { h } from "../dom.js";
import { errorText, send } from "../session.js";
import { count } from "../text.js";
import { toast } from "../toast.js";
import { addToCollection } from "../collect.js";

/** @typedef {{id: string, title: string, own: boolean}} Picked */

/** So many requests at a time. */
const AT_ONCE = 6;
/** Browsers drop downloads that begin at the same moment. */
const DOWNLOADS_APART_MS = 700;

const changed = () => document.dispatchEvent(new Event("stagedoor:changed"));

/**
 * Does the same with each, a few at a time.
 * @param {string[]} ids @param {(id: string) => Promise<unknown>} work
 * @returns {Promise<{done: string[], errors: unknown[]}>}
 */
async function each(ids, work) {
  const [rest, done, errors] = [[...ids], /** @type {string[]} */ ([]), /** @type {unknown[]} */ ([])];
  const worker = async () => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
      try {
        await work(id);
        done.push(id);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { done, errors };
}

/** @param {unknown[]} errors */
function sayErrors(errors) {
  if (errors.length > 0) toast(errors.length === 1 ? errorText(errors[0]) : `${errors.length} failed: ${errorText(errors[0])}`, { problem: true });
}

/** @param {Picked[]} picked */
export async function remove(picked) {
  const own = picked.filter((title) => title.own);
  if (own.length < picked.length) toast(`${count(picked.length - own.length, "title")} shared with you stayed: only their owners can delete them.`);
  const { done, errors } = await each(own.map(({ id }) => id), (id) => send("DELETE", `/api/media/${id}`));
  changed();
  sayErrors(errors);
  if (done.length === 0) return;
  const undo = async () => {
    const back = await each(done, (id) => send("POST", `/api/media/${id}/restore`));
    changed();
    sayErrors(back.errors);
    if (back.done.length > 0) toast(`${count(back.done.length, "title")} restored`);
  };
  toast(done.length === 1 ? `Deleted “${own.find(({ id }) => id === done[0])?.title}”` : `${count(done.length, "title")} deleted`, { action: { label: "Undo", run: undo } });
}

/** @param {Picked[]} picked */
export async function restore(picked) {
  const { done, errors } = await each(picked.map(({ id }) => id), (id) => send("POST", `/api/media/${id}/restore`));
  changed();
  sayErrors(errors);
  if (done.length > 0) toast(`${count(done.length, "title")} restored`);
}

/** Originals, one after the other. @param {Picked[]} picked */
export async function download(picked) {
  const own = picked.filter((title) => title.own);
  for (const { id } of own) {
    const link = h("a", { href: `/api/media/${id}/content?rendition=original`, download: "", hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    await new Promise((resolve) => setTimeout(resolve, DOWNLOADS_APART_MS));
  }
  if (own.length < picked.length) toast(`${count(picked.length - own.length, "title")} left out: an original can be fetched by its owner alone.`);
}

/** @param {Picked[]} picked @param {() => void} done */
export async function collect(picked, done) {
  const own = picked.filter((title) => title.own).map(({ id }) => id);
  if (own.length < picked.length) toast(`${count(picked.length - own.length, "title")} left out: a collection holds titles of its owner’s own.`);
  if (own.length > 0) await addToCollection(own, done);
}
