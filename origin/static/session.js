// @ts-check
// Requests to this site's API, by a session that may need renewing on the way.

/** An answer that is not a success. `detail` is a sentence for people. */
export class ApiError extends Error {
  /** @param {number} status @param {{reason?: string, detail?: string, field?: string}} problem */
  constructor(status, problem) {
    super(problem.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.reason = problem.reason ?? "";
    this.field = problem.field;
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

/**
 * Sends JSON and reads JSON. A POST has a key of its own, so that one that is sent twice is done once.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {RequestInit} [options]
 * @returns {Promise<any>} `null` where the answer has no body
 */
export async function send(method, path, body, options = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  if (body !== undefined) headers["content-type"] = "application/json";
  const response = await request(path, { ...options, method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return response.status === 204 ? null : response.json();
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<any>} */
export async function get(path, options) {
  return (await request(path, options)).json();
}

/** @param {string} path @param {unknown} [body] */
export function post(path, body) {
  return send("POST", path, body);
}

/**
 * Another page of this site.
 * @param {string} path @param {RequestInit} [options]
 * @returns {Promise<Document>}
 */
export async function page(path, options) {
  const text = await (await request(path, options)).text();
  return new DOMParser().parseFromString(text, "text/html");
}

/** What went wrong, in a sentence for people. @param {unknown} error */
export function errorText(error) {
  if (error instanceof ApiError && error.signedOut) return "You have been signed out. Reload the page to sign in again.";
  if (error instanceof TypeError) return "The server cannot be reached. Check your connection and try again.";
  return error instanceof Error ? error.message : String(error);
}

/** Shows the page's notice that the session has ended. */
export function showSignedOut() {
  document.getElementById("signed-out")?.removeAttribute("hidden");
}
