import cf from 'cloudfront';

// The viewer-request function of routes with `gate: function`: playback passes, and what is open to everybody.
//
// Dialect: cloudfront-js-2.0, which is ECMAScript 5.1 and some of 6 to 12; no classes, destructuring, spread or for-of, and an
// `await` stands neither in a call's arguments nor in a closure. What is judged, and in which order, is written twice: here and in
// edge-auth/src/pass, edge-auth/src/path.rs. Tests hold both to one answer for every input. `stagedoor policy function` fills the
// constants in and makes the file small.
//
// It runs for every segment that is played, so `./build.sh bench function` holds it to the time that a plain signed JSON token
// takes: bytes are read where they stand, and what is rare waits behind what is usual.

const crypto = require('crypto');

const MODE = 'enforce';
const PARAMETER = 'token';
const BEARER = true;
const ORIGINS = [];
// Whether a pattern has a wildcard that is not its end, and whether all that is ever forwarded has shown a pass.
const WILDCARDS = false;
const ONLY_PASSES = true;
const ROUTES = [{ begins: '/p/', rest: '*', pass: true, plus: false, methods: 'GET, HEAD, OPTIONS' }];
const REASONS = { pass_unavailable: [503, 'Playback links cannot be checked right now.'] };

const PHRASES = { 204: 'No Content', 400: 'Bad Request', 403: 'Forbidden', 405: 'Method Not Allowed', 503: 'Service Unavailable' };
const LEEWAY_SECONDS = 30;
// What nearly every path is like. Made once, which takes longer than to use it, and searched for, which is quicker than a test.
const ORDINARY_PATH = /^\/(?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*)?$/;
const ALLOW = 'access-control-allow-';

// Claims (IANA registry of CWT claims) that a pass may have or has in any case.
const SUB = 2;
const EXP = 4;
const NBF = 5;
const IAT = 6;
const CTI = 7;

// The first byte of an item of CBOR, less its argument (RFC 8949 §3).
const UNSIGNED = 0;
const BYTES = 0x40;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;
// What readFrame gives, an array since that is the quickest: the pass decoded, the path behind it, the address as bytes and where that
// path starts there, the name of the key, and where the unprotected header and the payload start in the pass.
const DECODED = 0;
const PATH = 1;
const RAW = 2;
const START = 3;
const KEY = 4;
const UNPROTECTED = 5;
const PAYLOAD = 6;

// The beginning of ["MAC0", protected, h'', payload], which the tag is of (RFC 9052 §6.3).
const MAC0 = Buffer.from('84644d414330', 'hex');
// 1, iss: 'stagedoor'.
const ISSUER = Buffer.from('01697374616765646f6f72', 'hex');
// 310, catv: 1, and 312, catu: {3: {1: prefix}}, the path, matched by prefix.
const VERSION_AND_URI = Buffer.from('19013601190138a103a101', 'hex');

// Two digests side by side, and the same bytes by fours.
const pair = Buffer.from(new ArrayBuffer(64));
const words = new Uint32Array(pair.buffer);

// What is read, and where the next item of it stands; see CBOR below.
let bytes = MAC0;
let at = 0;
// Where the last four bytes begin.
let last = 0;

// A refusal is thrown as its reason. Anything else that is thrown is a mistake of ours or the platform's, and refuses as well.
async function handler(event) {
    const request = event.request;
    const route = routeOf(request.uri);
    let found;
    if (MODE !== 'off') {
        try {
            found = decide(request, route);
            if (found === 'preflight') {
                return preflight(request);
            }
            if (found) {
                const kvs = cf.kvs();
                const text = await kvs.get('ring');
                // What is named once would be moved into the call below, where CloudFront allows no await.
                if (!text) {
                    throw 'ring';
                }
                const names = judge(found, text, request.method, event.viewer.ip);
                for (let i = 0; i < names.length; i++) {
                    // It tells "no such key" from a failure, which throws.
                    const isRevoked = await kvs.exists(names[i]);
                    if (isRevoked) {
                        throw 'pass_revoked';
                    }
                }
            }
        } catch (thrown) {
            const reason = REASONS[thrown] ? thrown : 'pass_unavailable';
            console.log(JSON.stringify({ reason: reason }));
            if (MODE === 'enforce') {
                return refuse(event, reason, route);
            }
        }
    }
    return forward(request, route, found && found[PATH]);
}

// Throws why not. 'preflight' for one that is to be answered, a frame where a pass is to be judged, nothing where all is said.
function decide(request, route) {
    const uri = request.uri;
    // 47 is a slash; a byte is found sooner than a character.
    const raw = Buffer.from(uri);
    const end = route && route.pass ? raw.indexOf(47, 3) : -1;
    const pass = end > 3 && fromBase64url(uri.slice(3, end));
    // What is base64url has one reading, so only the rest is looked at.
    const path = pass ? uri.slice(end) : uri;
    if (!isCanonical(path, !route || route.plus)) {
        throw 'path_not_canonical';
    }
    if (!route) {
        throw 'no_route';
    }
    // GET is among the methods of every route.
    if (request.method !== 'GET') {
        if (request.method === 'OPTIONS' && request.headers.origin && request.headers['access-control-request-method']) {
            if (!allowedOrigin(request)) {
                throw 'cors_origin';
            }
            return 'preflight';
        }
        if (route.methods.split(', ').indexOf(request.method) < 0) {
            throw 'method_not_allowed';
        }
    }
    if (route.pass) {
        // 1,024 characters at most, behind /p/.
        return pass && end <= 1027 ? readFrame(pass, path, raw, end) : malformed();
    }
}

// --- the path ----------------------------------------------------------------------------------------------------------

// The first function route that matches. CloudFront has found that no route before it does, of either kind.
function routeOf(uri) {
    for (let i = 0; i < ROUTES.length; i++) {
        const route = ROUTES[i];
        // The pattern up to its first wildcard, and the rest of it.
        if (uri.startsWith(route.begins) && (route.rest === '*' || WILDCARDS && matches(route.rest, uri.slice(route.begins.length)))) {
            return route;
        }
    }
}

// CloudFront's patterns. On a mismatch the latest * takes one character more.
function matches(pattern, path) {
    let p = 0;
    let at = 0;
    let star = -1;
    let from = 0;
    while (at < path.length) {
        if (pattern[p] === '*') {
            star = p;
            p += 1;
            from = at;
            if (p === pattern.length) {
                return true;
            }
        } else if (pattern[p] === '?' || pattern[p] === path[at]) {
            p += 1;
            at += 1;
        } else if (star >= 0) {
            p = star + 1;
            from += 1;
            at = from;
        } else {
            return false;
        }
    }
    while (pattern[p] === '*') {
        p += 1;
    }
    return p === pattern.length;
}

// One reading only: no raw byte that has an escape, no escape that has a raw byte, none of / or \ or a control byte, no empty or
// dot segment, UTF-8. S3 reads a raw + as a space: two readings.
function isCanonical(path, plus) {
    return path.search(ORDINARY_PATH) === 0
        || /^\/[!"$->@-\[\]-~]*$/.test(path)
        && !/%(?![2-9a-f][0-9a-f])|%(2[def]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9aef])/i.test(path)
        && !/\/(\.?\.?\/|\.\.?$)/.test(path)
        && (plus || path.indexOf('+') < 0)
        && decoded(path) !== undefined;
}

// Percent-decoded once; undefined where that is no UTF-8.
function decoded(text) {
    try {
        return decodeURIComponent(text);
    } catch (e) {
        return undefined;
    }
}

// Where the rest begins, in /p/PASS/REST.
function endOfPass(uri) {
    return uri.indexOf('/', 3);
}

// --- the pass ----------------------------------------------------------------------------------------------------------

// Each check throws its reason; the order is a contract with edge-auth/src/pass/judge.rs. Returns what may have been revoked.
function judge(frame, text, method, address) {
    const ring = JSON.parse(text);
    // Not made whole, since what it is compared with is.
    const now = Date.now() / 1000;
    const secret = secretOf(ring, frame[KEY], now);
    if (!secret) {
        throw 'pass_key_unknown';
    }
    macOf(frame, secret).copy(pair);
    frame[DECODED].copy(pair, 32, frame[DECODED].length - 32);
    if (!isSame()) {
        throw 'pass_signature_invalid';
    }
    return judgeClaims(frame, ring.revocations, now, method, address);
}

// The first key of that name, unless it is over. The ring is as edge-auth/src/pass/ring.rs writes it; anything else throws, and so
// refuses.
function secretOf(ring, kid, now) {
    const keys = ring.keys;
    let fine = Array.isArray(keys) && typeof ring.revocations === 'boolean';
    let found;
    for (let i = 0; fine && i < keys.length; i++) {
        const key = keys[i];
        const name = key.kid;
        const until = key.until;
        const secret = fromBase64url(key.secret);
        fine = secret && secret.length > 31 && secret.length < 65 && name && typeof name === 'string'
            && (until === undefined || until >= 0 && Number.isSafeInteger(until));
        if (found === undefined && name === kid) {
            found = now >= until + 1 ? null : secret;
        }
    }
    if (!fine) {
        throw 'ring';
    }
    return found;
}

// What the tag has to be. The parts stand in the frame as they do in the message, since a length is written in one way only;
// where the unprotected map ends, which has been read, goes the empty byte string between them.
function macOf(frame, secret) {
    const decoded = frame[DECODED];
    const middle = frame[PAYLOAD] - 1;
    const mac = crypto.createHmac('sha256', secret).update(MAC0);
    let start = 4;
    if (frame[UNPROTECTED] < middle) {
        mac.update(decoded.subarray(start, frame[UNPROTECTED]));
        start = middle;
    }
    decoded[middle] = BYTES;
    return mac.update(decoded.subarray(start, decoded.length - 34)).digest();
}

// Whether the pair is one. Goes over all of it, so that its time says nothing of where the first difference is.
function isSame() {
    return (words[0] ^ words[8] | words[1] ^ words[9] | words[2] ^ words[10] | words[3] ^ words[11]
        | words[4] ^ words[12] | words[5] ^ words[13] | words[6] ^ words[14] | words[7] ^ words[15]) === 0;
}

// 61(17([protected, unprotected, payload, tag])): RFC 8392 §6, RFC 9052 §6.2. Where a part stands is kept, not the part. CBOR is
// deterministic (RFC 8949 §4.2.1), so that much of it is the same four bytes in every pass.
function readFrame(decoded, path, raw, start) {
    const end = decoded.length - 34;
    // No frame is shorter, so that the first few can be read as they are.
    if (end < 12 || decoded.readUInt32BE(0) !== 0xd83dd184) {
        malformed();
    }
    bytes = decoded;
    at = 4;
    last = end + 30;
    const unprotected = head(BYTES) + at;
    // {1: 5, 4: kid}, and {}; or {1: 5}, and {4: kid}: alg is HMAC 256/256.
    const isProtected = decoded[at] === 0xa2;
    if (word() !== (isProtected ? 0xa2010504 : 0xa10105a1)) {
        malformed();
    }
    if (!isProtected) {
        at += 1;
        if (at !== unprotected + 2 || decoded[at - 1] !== 4) {
            malformed();
        }
    }
    const kid = utf8(head(BYTES));
    if (isProtected) {
        at += 1;
        if (at !== unprotected + 1 || decoded[at - 1] !== MAP) {
            malformed();
        }
    }
    const payload = at;
    // The tag's head, 58 20, and its 32 bytes.
    if (head(BYTES) + at !== end || decoded[end] !== 0x58 || decoded[end + 1] !== 32) {
        malformed();
    }
    return [decoded, path, raw, start, kid, unprotected, payload];
}

// The claims stand in the order of their numbers. One that is not known makes the pass malformed: a rule that cannot be checked is
// no rule that may be passed over. All of them are read before the first is judged.
function judgeClaims(frame, mayBeRevoked, now, method, address) {
    bytes = frame[DECODED];
    at = frame[PAYLOAD];
    const end = bytes.length - 34;
    last = end + 30;
    head(BYTES);
    let count = head(MAP) - 4;
    // 1, iss, which is a text of nine bytes.
    if (bytes.compare(ISSUER, 0, 11, at, at + 11)) {
        malformed();
    }
    at += 11;
    let subject, notBefore, issuedAt, networks, methods;
    if (bytes[at] === SUB) {
        count -= 1;
        at += 1;
        const length = head(TEXT);
        subject = length > 500 ? undefined : utf8(length);
        if (!subject) {
            malformed();
        }
    }
    if (bytes[at] !== EXP) {
        malformed();
    }
    at += 1;
    const expires = head(UNSIGNED);
    if (bytes[at] === NBF) {
        count -= 1;
        at += 1;
        notBefore = head(UNSIGNED);
    }
    if (bytes[at] === IAT) {
        count -= 1;
        at += 1;
        issuedAt = head(UNSIGNED);
    }
    if (bytes[at] !== CTI) {
        malformed();
    }
    at += 1;
    const id = at;
    const idLength = head(BYTES);
    at += idLength;
    if (!idLength || idLength > 64 || at > end) {
        malformed();
    }
    if (bytes.compare(VERSION_AND_URI, 0, 11, at, at + 11) === 0) {
        count -= 1;
        at += 11;
    } else {
        let next = word();
        // 310, catv: 1.
        if (next === 0x19013601) {
            count -= 1;
            next = word();
        }
        // 311, catnip.
        if (next >>> 8 === 0x190137) {
            count -= 1;
            at -= 1;
            networks = several(readNetwork);
            next = word();
        }
        // 312, catu, as above.
        at -= 1;
        if (next !== 0x190138a1 || word() !== 0xa103a101) {
            malformed();
        }
    }
    const fits = readPrefix(frame);
    // 313, catm.
    if (at !== end) {
        count -= 1;
        if (word() >>> 8 !== 0x190139) {
            malformed();
        }
        at -= 1;
        methods = several(textString);
    }
    if (at !== end || count) {
        malformed();
    }

    if (now >= expires) {
        throw 'pass_expired';
    }
    const latest = now + LEEWAY_SECONDS;
    if (notBefore > latest || issuedAt > latest) {
        throw 'pass_not_yet_valid';
    }
    if (!fits) {
        throw 'pass_path';
    }
    if (methods ? methods.indexOf(method) < 0 : method !== 'GET' && method !== 'HEAD') {
        throw 'pass_method';
    }
    if (networks && !isWithin(networks, addressOf(address))) {
        throw 'pass_network';
    }
    return mayBeRevoked ? revocations(id, subject) : [];
}

// Whether the path is inside. The prefix ends in a slash; what a canonical path begins with up to there is canonical.
function readPrefix(frame) {
    const length = head(TEXT);
    const behind = at + length;
    const start = frame[START];
    if (length < frame[PATH].length && bytes[behind - 1] === 47 && bytes.compare(frame[RAW], start, start + length, at, behind) === 0) {
        at = behind;
        return true;
    }
    const prefix = utf8(length);
    if (!prefix || !prefix.endsWith('/') || !isCanonical(prefix, false)) {
        malformed();
    }
    return false;
}

function revocations(id, subject) {
    at = id;
    const length = head(BYTES);
    const names = ['c:' + bytes.toString('base64url', at, at + length)];
    if (subject) {
        names.push('s:' + subject);
    }
    return names;
}

function several(read) {
    const items = [];
    for (let n = head(ARRAY); n > 0; n--) {
        items.push(read());
    }
    return items.length ? items : malformed();
}

// --- CBOR: bytes that are read at a place that only goes forward. It is set anew before each reading, and no await is between ---

function malformed() {
    throw 'pass_malformed';
}

// The argument of the next item, which must be of that type, definite, and as short as can be (RFC 8949 §3, §4.2.1). Whoever adds
// a length to the place looks later whether it is where it has to be; behind the end there is no head.
function head(type) {
    const info = bytes[at] - type;
    at += 1;
    if (info >= 0 && info < 24) {
        return info;
    }
    let argument;
    let least = 24;
    if (info === 24) {
        argument = bytes[at];
        at += 1;
    } else if (info === 25) {
        least = 256;
        argument = bytes[at] * 256 + bytes[at + 1];
        at += 2;
    } else if (info === 26 || info === 27) {
        least = 65536;
        argument = word();
        if (info === 27) {
            least = 4294967296;
            argument = argument * 4294967296 + word();
        }
    }
    // What is behind the end is no number. 2^53-1 is the greatest up to which numbers have no gaps.
    return argument >= least && argument <= 9007199254740991 ? argument : malformed();
}

// The next four bytes as a number.
function word() {
    if (at > last) {
        malformed();
    }
    at += 4;
    return bytes.readUInt32BE(at - 4);
}

// UTF-8, and not empty.
function textString() {
    return utf8(head(TEXT)) || malformed();
}

// So many bytes as text; undefined where they are no UTF-8.
function utf8(length) {
    const start = at;
    at += length;
    const text = bytes.toString('utf8', start, at);
    // As many characters as bytes, before and after: ASCII. What Buffer puts in the place of a wrong byte has three.
    if (text.length === length && Buffer.byteLength(text) === length) {
        return text;
    }
    if (at > bytes.length) {
        malformed();
    }
    return Buffer.from(text).toString('base64url') === bytes.toString('base64url', start, at) ? text : undefined;
}

// Undefined where it is none. Whatever Buffer forgives, such as padding or another alphabet, is not written so again.
function fromBase64url(text) {
    const buffer = Buffer.from(text, 'base64url');
    return buffer.toString('base64url') === text ? buffer : undefined;
}

// --- networks (RFC 9164): 4 or 6, then the bits as text; an address is in a network whose text it begins with ---------------

function readNetwork() {
    const family = head(TAG) - 48;
    const width = family === 4 ? 4 : 16;
    let length = width * 8;
    if (family !== 4 && family !== 6) {
        malformed();
    }
    const isNetwork = bytes[at] >> 5 === ARRAY >> 5;
    if (isNetwork) {
        if (head(ARRAY) !== 2) {
            malformed();
        }
        length = head(UNSIGNED);
    }
    const count = head(BYTES);
    // In a network, zero bytes at the end are left out, or none is.
    if (count > width || count < width && (!isNetwork || count && !bytes[at + count - 1])) {
        malformed();
    }
    let bits = '';
    for (let n = count; n > 0; n--) {
        bits += binary(bytes[at], 8);
        at += 1;
    }
    // No bit may be set behind the prefix.
    if (length > width * 8 || bits.indexOf('1', length) >= 0) {
        malformed();
    }
    return family + (bits + '0'.repeat(128)).slice(0, length);
}

function isWithin(networks, bits) {
    return networks.some(network => bits.indexOf(network) === 0);
}

function binary(number, width) {
    return (number + (1 << width)).toString(2).slice(1);
}

// An IPv4 address that is written as an IPv6 one counts as IPv4.
function addressOf(text) {
    const four = ipv4(text);
    if (four) {
        return '4' + four;
    }
    const halves = text.split('::');
    const front = groups(halves[0], halves.length === 1);
    const back = groups(halves[1], true);
    const gap = 128 - front.length - back.length;
    // :: stands for one group at least.
    if (halves.length > 2 || (halves.length === 2 ? gap < 16 : gap)) {
        throw 'pass_network';
    }
    const bits = front + '0'.repeat(gap) + back;
    return /^0{80}1{16}/.test(bits) ? '4' + bits.slice(96) : '6' + bits;
}

// The bits of an IPv4 address; none where it is none.
function ipv4(text) {
    const parts = text.split('.');
    const fine = parts.length === 4 && parts.every(part => /^(0|[1-9][0-9]{0,2})$/.test(part) && part < 256);
    return fine ? parts.map(part => binary(+part, 8)).join('') : '';
}

// The bits of the groups between colons, the last of which may be an IPv4 address.
function groups(text, mayEndInFour) {
    const parts = text ? text.split(':') : [];
    return parts.map((part, i) => {
        const four = mayEndInFour && i === parts.length - 1 && ipv4(part);
        if (!four && !/^[0-9a-f]{1,4}$/i.test(part)) {
            throw 'pass_network';
        }
        return four || binary(parseInt(part, 16), 16);
    }).join('');
}

// --- what goes on, and what is answered --------------------------------------------------------------------------------

// The request less what is the authorizer's own business, as edge-auth/src/forward.rs and cookies.rs have it.
function forward(request, route, path) {
    const headers = request.headers;
    const names = Object.keys(headers);
    for (let i = 0; i < names.length; i++) {
        const name = names[i];
        // CloudFront writes them in small letters. An x comes behind nearly all that there is.
        if (name > 'x' && /^x[-_]stagedoor[-_]/.test(name)) {
            delete headers[name];
        }
    }
    if (ONLY_PASSES || route && route.pass) {
        // One object for all viewers: nothing of this one goes on.
        const end = path ? 0 : endOfPass(request.uri);
        if (end >= 0) {
            request.uri = path || request.uri.slice(end);
        }
        request.querystring = {};
        request.cookies = {};
        delete headers.authorization;
        return request;
    }
    if (BEARER && headers.authorization && valuesOf(headers.authorization).some(value => /^\s*bearer /i.test(value))) {
        delete headers.authorization;
    }
    without(request.cookies, name => /^\s*(__Host-sd-|__Secure-sd-|CognitoIdentityServiceProvider\.)/i.test(name));
    without(request.querystring, name => decoded(name.replace(/\+/g, ' ')) === PARAMETER);
    return request;
}

function without(fields, isOurs) {
    Object.keys(fields).filter(isOurs).forEach(name => {
        delete fields[name];
    });
}

function valuesOf(field) {
    return (field.multiValue || [field]).map(line => line.value);
}

// The value of a header that stands alone.
function single(request, name) {
    const field = request.headers[name];
    const values = field ? valuesOf(field) : [];
    return values.length === 1 ? values[0] : '';
}

function allowedOrigin(request) {
    const origin = single(request, 'origin');
    return ORIGINS.indexOf(origin) >= 0 ? origin : '';
}

function answer(request, status, headers) {
    const origin = allowedOrigin(request);
    const fields = { 'cache-control': { value: 'no-store' } };
    if (origin) {
        headers[ALLOW + 'origin'] = origin;
        headers[ALLOW + 'credentials'] = 'true';
        headers.vary = 'Origin';
    }
    Object.keys(headers).forEach(name => {
        fields[name] = { value: headers[name] };
    });
    return { statusCode: status, statusDescription: PHRASES[status], headers: fields };
}

function preflight(request) {
    const headers = { 'access-control-max-age': '600' };
    const wanted = single(request, 'access-control-request-headers');
    headers[ALLOW + 'methods'] = 'GET, HEAD, PUT, PATCH, POST, DELETE';
    if (/^[-A-Za-z0-9_, ]+$/.test(wanted)) {
        headers[ALLOW + 'headers'] = wanted;
    }
    return answer(request, 204, headers);
}

function refuse(event, reason, route) {
    const status = REASONS[reason][0];
    const id = event.context.requestId;
    const headers = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff', 'x-stagedoor-reason': reason };
    if (status === 503) {
        headers['retry-after'] = '10';
    }
    if (status === 405) {
        headers.allow = route.methods;
    }
    const refusal = answer(event.request, status, headers);
    refusal.body = JSON.stringify({
        status: status,
        reason: reason,
        message: REASONS[reason][1],
        request_id: /^[\w=-]{1,256}$/.test(id) ? id : '',
    });
    return refusal;
}
