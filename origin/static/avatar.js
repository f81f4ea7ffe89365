// @ts-check
// A square out of a picture: chosen by dragging and zooming, drawn anew, so that nothing but its pixels is sent.
import { field, formDialog } from "./dialog.js";
import { h } from "./dom.js";

const EDGE = 512;
const MOST_BYTES = 1024 * 1024;

/**
 * Asks which part of a picture to take.
 * @param {File} file
 * @returns {Promise<Blob | undefined>} at most a megabyte of WebP or JPEG; `undefined` where nothing was taken
 */
export async function cropPicture(file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error("This picture cannot be read. Choose a JPEG, PNG or WebP file.");
  });
  const canvas = h("canvas", { class: "crop", width: EDGE, height: EDGE, tabindex: 0, role: "img", "aria-label": "Your picture as others see it. Arrow keys move it." });
  const range = h("input", { type: "range", min: 1, max: 4, step: 0.01, value: 1 });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const fit = EDGE / Math.min(bitmap.width, bitmap.height);
  let [x, y] = [0, 0];

  function draw() {
    const scale = fit * Number(range.value);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    const [roomX, roomY] = [(width - EDGE) / 2, (height - EDGE) / 2];
    x = Math.min(roomX, Math.max(-roomX, x));
    y = Math.min(roomY, Math.max(-roomY, y));
    context.fillStyle = "#fff";
    context.fillRect(0, 0, EDGE, EDGE);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, x - roomX, y - roomY, width, height);
  }
  range.addEventListener("input", draw);
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const shown = EDGE / canvas.clientWidth;
    x += event.movementX * shown;
    y += event.movementY * shown;
    draw();
  });
  canvas.addEventListener("keydown", (event) => {
    /** @type {Record<string, [number, number]>} */
    const steps = { ArrowLeft: [-16, 0], ArrowRight: [16, 0], ArrowUp: [0, -16], ArrowDown: [0, 16] };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    x += step[0];
    y += step[1];
    draw();
  });
  draw();
  return new Promise((resolve) => {
    /** @type {Blob | undefined} */
    let taken;
    const dialog = formDialog("Your picture", [canvas, field("Zoom", range)], {
      button: "Use it",
      async send() {
        taken = await encoded(canvas);
      },
    });
    dialog.addEventListener("close", () => resolve(taken));
  });
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
async function encoded(canvas) {
  for (const [type, quality] of /** @type {const} */ ([["image/webp", 0.9], ["image/jpeg", 0.9], ["image/jpeg", 0.7]])) {
    const blob = /** @type {Blob | null} */ (await new Promise((resolve) => canvas.toBlob(resolve, type, quality)));
    // A browser that cannot write a type writes PNG instead, which may be large.
    if (blob && blob.type === type && blob.size <= MOST_BYTES) return blob;
  }
  throw new Error("This picture cannot be made small enough. Choose another one.");
}
