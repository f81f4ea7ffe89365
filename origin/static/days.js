// @ts-check

/** Shows days where the reader is: the server only knows them in UTC, and writes them in the same way. @param {ParentNode} root */
export function localizeDays(root) {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });
  for (const time of root.querySelectorAll("time")) {
    const moment = new Date(/** @type {HTMLTimeElement} */ (time).dateTime);
    if (!Number.isNaN(moment.valueOf())) time.textContent = format.format(moment);
  }
}
