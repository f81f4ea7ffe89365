// @ts-check
// CRC-64/NVME, as S3 computes it: polynomial 0xad93d23594c93659, bits reflected, all ones before and after.
// The check value of "123456789" is 0xae8b14860a799888.

const [POLY_HIGH, POLY_LOW] = [0x9a6c9329, 0xac4bc9b5];

/** Eight tables of 256 for eight bytes at a step; each half of a value in an array of its own, as numbers have but 32 bits. */
const [HIGH, LOW] = tables();

function tables() {
  const [high, low] = [new Int32Array(2048), new Int32Array(2048)];
  for (let byte = 0; byte < 256; byte++) {
    let [h, l] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry) [h, l] = [h ^ POLY_HIGH, l ^ POLY_LOW];
    }
    [high[byte], low[byte]] = [h, l];
  }
  for (let i = 256; i < 2048; i++) {
    const [h, l] = [high[i - 256], low[i - 256]];
    const next = l & 255;
    low[i] = ((l >>> 8) | (h << 24)) ^ low[next];
    high[i] = (h >>> 8) ^ high[next];
  }
  return [high, low];
}

/**
 * The checksum of some bytes.
 * @param {Uint8Array} bytes
 * @returns {bigint} 64 bits
 */
export function crc64(bytes) {
  let [h, l] = [-1, -1];
  const { length } = bytes;
  // Four bytes read as one number have their lowest first on every machine that runs browsers.
  const words = bytes.byteOffset % 4 === 0 ? new Int32Array(bytes.buffer, bytes.byteOffset, (length - (length % 8)) / 4) : new Int32Array();
  for (let word = 0; word < words.length; word += 2) {
    l ^= words[word];
    h ^= words[word + 1];
    const a = 1792 + (l & 255), b = 1536 + ((l >>> 8) & 255), c = 1280 + ((l >>> 16) & 255), d = 1024 + (l >>> 24);
    const e = 768 + (h & 255), f = 512 + ((h >>> 8) & 255), g = 256 + ((h >>> 16) & 255), i = h >>> 24;
    l = LOW[a] ^ LOW[b] ^ LOW[c] ^ LOW[d] ^ LOW[e] ^ LOW[f] ^ LOW[g] ^ LOW[i];
    h = HIGH[a] ^ HIGH[b] ^ HIGH[c] ^ HIGH[d] ^ HIGH[e] ^ HIGH[f] ^ HIGH[g] ^ HIGH[i];
  }
  for (let at = words.length * 4; at < length; at++) {
    const next = (l ^ bytes[at]) & 255;
    l = ((l >>> 8) | (h << 24)) ^ LOW[next];
    h = (h >>> 8) ^ HIGH[next];
  }
  return (BigInt(~h >>> 0) << 32n) | BigInt(~l >>> 0);
}

/** A linear map of 64 bits: what it makes of each bit. @typedef {bigint[]} Matrix */

/** @param {Matrix} matrix @param {bigint} vector */
function apply(matrix, vector) {
  let sum = 0n;
  for (let bit = 0; vector; bit++, vector >>= 1n) if (vector & 1n) sum ^= matrix[bit];
  return sum;
}

/** @type {Map<number, Matrix>} */
const shifts = new Map();

/** What so many zero bytes make of a checksum. @param {number} bytes @returns {Matrix} */
function shift(bytes) {
  const known = shifts.get(bytes);
  if (known) return known;
  // One bit, then twice as many at each step: of these the powers that the length is made of are joined.
  let power = Array.from({ length: 64 }, (_, bit) => (bit === 0 ? (BigInt(POLY_HIGH) << 32n) | BigInt(POLY_LOW) : 1n << BigInt(bit - 1)));
  let whole = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit));
  for (let bits = BigInt(bytes) * 8n; bits; bits >>= 1n) {
    const step = power;
    if (bits & 1n) whole = whole.map((column) => apply(step, column));
    power = power.map((column) => apply(step, column));
  }
  shifts.set(bytes, whole);
  return whole;
}

/**
 * The checksum of one text behind another, from the checksums of both.
 * @param {bigint} first @param {bigint} second @param {number} bytes length of the second
 */
export function joined(first, second, bytes) {
  return apply(shift(bytes), first) ^ second;
}

/** As S3 writes it: base64 of eight bytes, the highest first. @param {bigint} crc */
export function base64(crc) {
  let text = "";
  for (let at = 56n; at >= 0n; at -= 8n) text += String.fromCharCode(Number((crc >> at) & 255n));
  return btoa(text);
}
