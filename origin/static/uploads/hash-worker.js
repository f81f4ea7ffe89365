// @ts-check
// Reads a piece of a file and computes its checksums, beside the page so that the page stays at hand.
import { crc64 } from "./crc64.js";

addEventListener("message", async ({ data: { id, blob } }) => {
  try {
    const bytes = await blob.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    postMessage({ id, sha256: btoa(String.fromCharCode(...digest)), crc: crc64(new Uint8Array(bytes)) });
  } catch {
    // Gone, changed since it was chosen, or on a drive that was taken out.
    postMessage({ id, failed: true });
  }
});
