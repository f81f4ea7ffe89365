// @ts-check
// Blurred likenesses: a ThumbHash (some 25 bytes: a few terms of a cosine transform of lightness, two colours and
// opacity) drawn on a small canvas, which the style sheet stretches. https://evanw.github.io/thumbhash/ says what the
// bits mean.

const EDGE = 32;

/** @param {string} base64 */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}

/** How the bits are laid out. @param {Uint8Array} hash */
function head(hash) {
  const [a, b, c, d, e] = hash;
  const first = a | (b << 8) | (c << 16);
  const second = d | (e << 8);
  const [opaque, landscape] = [!(first >> 23), Boolean(second >> 15)];
  const across = Math.max(3, landscape ? (opaque ? 7 : 5) : second & 7);
  const down = Math.max(3, landscape ? second & 7 : opaque ? 7 : 5);
  return { first, second, opaque, across, down };
}

/** Cosine terms of one channel. @param {number} width @param {number} height @param {() => number} next */
function terms(width, height, next) {
  const list = [];
  for (let y = 0; y < height; y++) {
    for (let x = y ? 0 : 1; x * height < width * (height - y); x++) list.push({ x, y, value: next() });
  }
  return list;
}

/**
 * Pixels of a hash: RGBA, `EDGE` wide at most.
 * @param {string} base64
 * @returns {ImageData}
 */
export function decode(base64) {
  const hash = bytesOf(base64);
  if (hash.length < 5) throw new Error("a ThumbHash has at least 5 bytes");
  const { first, second, opaque, across, down } = head(hash);
  const start = opaque ? 5 : 6;
  let index = 0;
  const channel = (/** @type {number} */ width, /** @type {number} */ height, /** @type {number} */ scale) =>
    terms(width, height, () => (((hash[start + (index >> 1)] >> ((index++ & 1) << 2)) & 15) / 7.5 - 1) * scale);
  const lightness = { mean: (first & 63) / 63, terms: channel(across, down, ((first >> 18) & 31) / 31) };
  const yellow = { mean: ((first >> 6) & 63) / 31.5 - 1, terms: channel(3, 3, (((second >> 3) & 63) / 63) * 1.25) };
  const red = { mean: ((first >> 12) & 63) / 31.5 - 1, terms: channel(3, 3, (((second >> 9) & 63) / 63) * 1.25) };
  const alpha = opaque
    ? { mean: 1, terms: [] }
    : { mean: (hash[5] & 15) / 15, terms: channel(5, 5, (hash[5] >> 4) / 15) };
  const ratio = across / down;
  const [width, height] = ratio > 1 ? [EDGE, Math.max(1, Math.round(EDGE / ratio))] : [Math.max(1, Math.round(EDGE * ratio)), EDGE];
  const image = new ImageData(width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const at = (/** @type {{mean: number, terms: {x: number, y: number, value: number}[]}} */ { mean, terms: list }) =>
        list.reduce((sum, term) => sum + term.value * 2 * Math.cos((Math.PI / width) * (x + 0.5) * term.x) * Math.cos((Math.PI / height) * (y + 0.5) * term.y), mean);
      const [l, p, q] = [at(lightness), at(yellow), at(red)];
      const blue = l - (2 / 3) * p;
      const r = (3 * l - blue + q) / 2;
      image.data.set([r, r - q, blue, at(alpha)].map((v) => Math.max(0, Math.min(1, v)) * 255), i);
    }
  }
  return image;
}

/** Puts a likeness behind an image that has not come yet. @param {HTMLElement} frame holds `data-hash` and an `img` */
function place(frame) {
  const image = frame.querySelector("img");
  const hash = frame.dataset.hash;
  delete frame.dataset.hash;
  if (!image || !hash || image.complete) return;
  try {
    const pixels = decode(hash);
    const canvas = document.createElement("canvas");
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.className = "likeness";
    canvas.getContext("2d")?.putImageData(pixels, 0, 0);
    image.before(canvas);
    image.classList.add("coming");
    image.addEventListener("load", () => {
      image.classList.remove("coming");
      setTimeout(() => canvas.remove(), 400);
    }, { once: true });
  } catch {
    // A hash that cannot be read shows as no hash does.
  }
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    place(/** @type {HTMLElement} */ (target));
  }
}, { rootMargin: "600px" });

/** Shows likenesses of what is about to be seen. @param {ParentNode} root */
export function showLikenesses(root) {
  for (const frame of root.querySelectorAll("[data-hash]")) near.observe(frame);
}
