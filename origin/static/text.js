// @ts-check
// Numbers as people write them.

/** A size in the unit that people would choose. @param {number} bytes */
export function sizeText(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(1).replace(".0", "")} ${units[step - 1]}`;
}

/** A length as players write it: `0:07`, `12:34`, `1:02:03`. @param {number} seconds */
export function clockText(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** How long something takes, for people: `20 seconds`, `5 minutes`. @param {number} seconds */
export function durationText(seconds) {
  if (seconds < 90) return count(Math.max(1, Math.round(seconds)), "second");
  if (seconds < 5400) return count(Math.round(seconds / 60), "minute");
  return count(Math.round(seconds / 3600), "hour");
}

/** @param {number} n @param {string} noun @param {string} [plural] */
export function count(n, noun, plural = `${noun}s`) {
  return `${n.toLocaleString("en-GB")} ${n === 1 ? noun : plural}`;
}
