// @ts-check
// The list that one came from, kept for the tab: the viewer's arrows follow it, and Escape leads back to it.

const KEY = "stagedoor.list";

/** @param {string[]} ids in their order */
export function rememberList(ids) {
  sessionStorage.setItem(KEY, JSON.stringify({ from: location.pathname + location.search, ids: ids.slice(0, 2000) }));
}

/**
 * What stands beside a title, and where its list is.
 * @param {string} id
 * @returns {{from: string, before?: string, after?: string}}
 */
export function neighboursOf(id) {
  const none = { from: "/" };
  try {
    const { from, ids } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    const at = Array.isArray(ids) ? ids.indexOf(id) : -1;
    if (at < 0 || typeof from !== "string" || !from.startsWith("/")) return none;
    return { from, before: ids[at - 1], after: ids[at + 1] };
  } catch {
    return none;
  }
}
