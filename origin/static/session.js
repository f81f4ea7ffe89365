// @ts-check
// Requests to this site's API, by a session that may need renewing on the way.

/** An answer that is not a success. `detail` is a sentence for people. */
export class ApiError extends Error {
  /** @param {number} status @param {{reason?: string, detail?: string}} problem */
  constructor(status, problem) {
    super(problem.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.reason = problem.reason ?? "";
  }

  get signedOut() {
    return this.status === 401;
  }
}

/** @type {Promise<boolean> | undefined} */
let renewing;

/**
 * Renews the session at the edge, once for all that ask meanwhile. The cookies change; no script sees them.
 * @returns {Promise<boolean>}
 */
function renew() {
  renewing ??= fetch("/_auth/refresh", { method: "POST" })
    .then((response) => response.ok, () => false)
    .finally(() => { renewing = undefined; });
  return renewing;
}

/**
 * Has pictures that could not be loaded loaded once more with a renewed session: on a page that has been open for longer
 * than its token was good for, what it fetches late is refused.
 */
export function renewForImages() {
  document.addEventListener("error", async ({ target: image }) => {
    if (!(image instanceof HTMLImageElement) || image.dataset.renewed === image.src) return;
    image.dataset.renewed = image.src;
    if (await renew()) image.src = image.src;
  }, true);
}

/**
 * Fetches from this site; an expired session is renewed once.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} a success; everything else is thrown, as `ApiError` where there was an answer
 */
export async function request(path, options = {}) {
  let response = await fetch(path, options);
  if (response.status === 401 && (await renew())) {
    response = await fetch(path, options);
  }
  if (response.ok) return response;
  throw new ApiError(response.status, await response.json().catch(() => ({})));
}

/** @param {string} path @param {unknown} [body] */
export async function post(path, body) {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await request(path, { method: "POST", ...(body === undefined ? {} : json) })).json();
}

/** Shows the page's notice that the session has ended. */
export function showSignedOut() {
  document.getElementById("signed-out")?.removeAttribute("hidden");
}
