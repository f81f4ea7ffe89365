// @ts-check
// Files out of what was dropped, pasted or chosen, folders opened.

/** @typedef {{file: File, handle?: FileSystemFileHandle}} Chosen `handle`: by which the file is found again after a reload */

/** What systems put into folders for themselves. */
const NOT_MEANT = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$/;

/**
 * @param {DataTransfer} data read at once: after the event it is empty
 * @returns {Promise<Chosen[]>}
 */
export async function filesOf(data) {
  const items = [...data.items].filter((item) => item.kind === "file");
  if (items.length === 0) return [...data.files].map((file) => ({ file }));
  const reads = items.map((item) => {
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    const handle = /** @type {any} */ (item).getAsFileSystemHandle?.();
    return (async () => {
      if (entry?.isDirectory) return inFolder(/** @type {FileSystemDirectoryEntry} */ (entry));
      const kept = await Promise.resolve(handle).catch(() => undefined);
      return file ? [{ file, ...(kept?.kind === "file" ? { handle: kept } : {}) }] : [];
    })();
  });
  return (await Promise.all(reads)).flat();
}

/** @param {FileSystemDirectoryEntry} folder @returns {Promise<Chosen[]>} */
async function inFolder(folder) {
  const reader = folder.createReader();
  const found = [];
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) break;
    for (const entry of entries) {
      if (entry.isDirectory) found.push(...(await inFolder(entry)));
      else if (!NOT_MEANT.test(entry.name)) found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    }
  }
  return found;
}
