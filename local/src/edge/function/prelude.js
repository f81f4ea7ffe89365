// What a CloudFront Function of runtime 2.0 finds, as far as ours needs it: the module `cloudfront`, `require('crypto')`,
// `console.log`, a little of Buffer, and a Date that stands still. `host` comes from host.rs and is gone when the function starts.

const host = globalThis.host;
delete globalThis.host;

// --- no text becomes code ----------------------------------------------------------------------------------------------

const refuse = () => {
    throw new TypeError('code from text is not available');
};
for (const sample of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    Object.defineProperty(Object.getPrototypeOf(sample), 'constructor', { value: refuse });
}
delete globalThis.eval;
delete globalThis.Function;

// --- time --------------------------------------------------------------------------------------------------------------

const RealDate = Date;
function FrozenDate(...parts) {
    if (!new.target) {
        return new RealDate(host.now).toString();
    }
    return parts.length === 0 ? new RealDate(host.now) : new RealDate(...parts);
}
FrozenDate.prototype = RealDate.prototype;
FrozenDate.prototype.constructor = FrozenDate;
FrozenDate.now = () => host.now;
FrozenDate.parse = RealDate.parse;
FrozenDate.UTC = RealDate.UTC;
globalThis.Date = FrozenDate;

// --- console, require --------------------------------------------------------------------------------------------------

globalThis.console = { log: (...parts) => host.log(parts.map(String).join(' ')) };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const spelled = {
    hex: bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(''),
    base64: bytes => sixes(bytes, '+/').padEnd(Math.ceil(bytes.length / 3) * 4, '='),
    base64url: bytes => sixes(bytes, '-_'),
};

function sixes(bytes, last) {
    const alphabet = ALPHABET.slice(0, 62) + last;
    const bits = Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('');
    return (bits.match(/.{1,6}/g) || []).map(six => alphabet[parseInt(six.padEnd(6, '0'), 2)]).join('');
}

function within(bytes, start, end) {
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
        throw new RangeError('index out of bounds');
    }
}

// As much of Buffer as a function of ours uses; like the real one it forgives what is no base64url.
class Bytes extends Uint8Array {
    toString(encoding, start, end) {
        const part = Array.from(this).slice(start, end);
        return encoding === undefined || encoding === 'utf8' ? host.text(part) : spelled[encoding](part);
    }
    compare(target, targetStart, targetEnd, start, end) {
        within(target, targetStart, targetEnd);
        within(this, start, end);
        const [one, other] = [this.slice(start, end), target.slice(targetStart, targetEnd)].map(spelled.hex);
        return one === other ? 0 : one < other ? -1 : 1;
    }
    copy(target, targetStart, start, end) {
        target.set(this.subarray(start, end), targetStart);
    }
    readUInt32BE(at) {
        within(this, at, at + 4);
        return (this[at] << 24 | this[at + 1] << 16 | this[at + 2] << 8 | this[at + 3]) >>> 0;
    }
    toJSON() {
        return { type: 'Buffer', data: Array.from(this) };
    }
}

globalThis.Buffer = {
    byteLength: text => host.bytes(text).length,
    from(data, encoding) {
        if (typeof data !== 'string') {
            return data instanceof ArrayBuffer ? new Bytes(data) : Bytes.from(data);
        }
        if (encoding === 'hex') {
            return Bytes.from((data.match(/[0-9a-f]{2}/gi) || []).map(two => parseInt(two, 16)));
        }
        if (encoding === undefined || encoding === 'utf8') {
            return Bytes.from(host.bytes(data));
        }
        if (encoding !== 'base64url') {
            throw new TypeError('no such encoding here: ' + encoding);
        }
        const known = Array.from(data, character => '-_'.includes(character) ? '+/'['-_'.indexOf(character)] : character);
        const sixes = known.map(character => ALPHABET.indexOf(character)).filter(six => six >= 0);
        const bits = sixes.map(six => six.toString(2).padStart(6, '0')).join('');
        return Bytes.from((bits.match(/.{8}/g) || []).map(eight => parseInt(eight, 2)));
    },
};

// Text stays text; of bytes the host takes an array.
function plain(data) {
    if (data === undefined || typeof data === 'string') {
        return data;
    }
    if (data instanceof Uint8Array) {
        return Array.from(data);
    }
    throw new TypeError('neither a string nor a Uint8Array');
}

function hash(algorithm, key) {
    const parts = [];
    let digested = false;
    return {
        update(data) {
            parts.push(plain(data));
            return this;
        },
        digest(encoding) {
            if (digested) {
                throw new Error('Digest already called');
            }
            digested = true;
            const bytes = host.digest(algorithm, plain(key), parts);
            if (encoding === undefined) {
                return Bytes.from(bytes);
            }
            if (!Object.hasOwn(spelled, encoding)) {
                throw new TypeError('no such encoding');
            }
            return spelled[encoding](bytes);
        },
    };
}

globalThis.require = name => {
    if (name !== 'crypto') {
        throw new Error('no such module: ' + name);
    }
    return { createHash: algorithm => hash(algorithm), createHmac: (algorithm, key) => hash(algorithm, key) };
};

// --- the module `cloudfront` -------------------------------------------------------------------------------------------

async function get(key, options) {
    const value = host.get(key);
    if (value === undefined || value === null) {
        throw new Error('KeyNotFound');
    }
    const format = options && options.format || 'string';
    if (format !== 'string' && format !== 'json') {
        throw new TypeError('no such format here: ' + format);
    }
    return format === 'json' ? JSON.parse(value) : value;
}

async function exists(key) {
    const value = host.get(key);
    return value !== undefined && value !== null;
}

export default { kvs: () => ({ get, exists }) };
