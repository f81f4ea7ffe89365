// @ts-check
// How far the processing of a title is. The server has the words for it; this only puts new ones in place of old ones.

/**
 * Whether a title is at another step than what is shown of it.
 * @param {HTMLElement} shown its card, or its page
 * @param {number | string | undefined} done the steps that ended, if the processor has said so
 */
export function hasMoved(shown, done) {
  return (shown.dataset.done ?? "") !== String(done ?? "");
}

/**
 * Shows what a fresh copy of the card or page says. The text's element stays, as what is read out is a change of it.
 * @param {HTMLElement} shown @param {HTMLElement} fresh
 * @returns {string | undefined} what is being done, in words; nothing where it has ended
 */
export function takeOver(shown, fresh) {
  const [text, news] = [shown, fresh].map((element) => element.querySelector(".doing"));
  if (!text || !news) return undefined;
  shown.dataset.done = fresh.dataset.done ?? "";
  text.textContent = news.textContent;
  shown.querySelector(".steps")?.remove();
  const steps = fresh.querySelector(".steps");
  if (steps) text.after(steps);
  return news.textContent ?? "";
}
