// @ts-check
// Which file belongs to which upload, kept over a reload; and, where the browser has them, handles by which a file is
// opened again without being chosen again.

const KEY = "stagedoor.uploads";
const DAYS_7_MS = 7 * 24 * 3_600_000;

/** @param {File} file */
const nameOf = (file) => `${file.name}|${file.size}|${file.lastModified}`;

/** @returns {Record<string, {id: string, at: number}>} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {(known: Record<string, {id: string, at: number}>) => void} change */
function write(change) {
  const known = Object.fromEntries(Object.entries(read()).filter(([, { at }]) => Date.now() - at < DAYS_7_MS));
  change(known);
  localStorage.setItem(KEY, JSON.stringify(known));
}

/** The upload that a file was begun as. @param {File} file @returns {string | undefined} */
export function uploadOf(file) {
  return read()[nameOf(file)]?.id;
}

/** @param {File} file @param {string} id @param {FileSystemFileHandle} [handle] */
export function remember(file, id, handle) {
  write((known) => (known[nameOf(file)] = { id, at: Date.now() }));
  if (handle) store("readwrite", (handles) => handles.put(handle, id)).catch(() => {});
}

/** @param {string} id */
export function forget(id) {
  write((known) => {
    for (const [name, upload] of Object.entries(known)) if (upload.id === id) delete known[name];
  });
  store("readwrite", (handles) => handles.delete(id)).catch(() => {});
}

/** @param {string} id @returns {Promise<FileSystemFileHandle | undefined>} */
export function handleOf(id) {
  return store("readonly", (handles) => handles.get(id)).catch(() => undefined);
}

/**
 * @param {IDBTransactionMode} mode @param {(handles: IDBObjectStore) => IDBRequest} ask
 * @returns {Promise<any>}
 */
function store(mode, ask) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("stagedoor", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("handles");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const request = ask(opening.result.transaction("handles", mode).objectStore("handles"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.transaction?.addEventListener("complete", () => opening.result.close());
    };
  });
}
