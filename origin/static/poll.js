// @ts-check
import { ApiError, showSignedOut } from "./session.js";

const EVERY_MS = 2000;

/**
 * Runs `look` every two seconds while the page can be seen, one at a time, until it says that there is nothing left to
 * wait for. A failure of the network is waited out; a session that has ended is said.
 * @param {() => Promise<boolean>} look resolves to whether to look again
 */
export function poll(look) {
  const again = () => setTimeout(run, EVERY_MS);
  async function run() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", run, { once: true });
      return;
    }
    try {
      if (await look()) again();
    } catch (error) {
      if (error instanceof ApiError && error.signedOut) showSignedOut();
      else again();
    }
  }
  again();
}
