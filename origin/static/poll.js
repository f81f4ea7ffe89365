// @ts-check
import { ApiError, showSignedOut } from "./session.js";

const FIRST_MS = 2000;
const LAST_MS = 30_000;
/** So many looks in vain before the next ones are further apart. */
const PATIENT_FOR = 15;

/**
 * Runs `look` while the page can be seen, one at a time, until it says that there is nothing left to wait for: every two
 * seconds at first, then less and less often until something changes. A failure of the network is waited out; a
 * session that has ended is said.
 * @param {() => Promise<boolean | "changed">} look resolves to whether to look again
 */
export function poll(look) {
  let looks = 0;
  const again = () => setTimeout(run, Math.min(LAST_MS, FIRST_MS * 1.3 ** Math.max(0, looks - PATIENT_FOR)));
  async function run() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", run, { once: true });
      return;
    }
    looks += 1;
    try {
      const more = await look();
      if (more === "changed") looks = 0;
      if (more) again();
    } catch (error) {
      if (error instanceof ApiError && error.signedOut) showSignedOut();
      else again();
    }
  }
  again();
}
