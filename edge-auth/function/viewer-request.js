import cf from 'cloudfront';

// The viewer-request function of routes with `gate: function`: playback passes, and what is open to everybody.
//
// Dialect: cloudfront-js-2.0, which is ECMAScript 5.1 and some of 6 to 12; no classes, destructuring, spread or for-of, and an
// `await` stands neither in a call's arguments nor in a closure. What is
// judged, and in which order, is written twice: here and in edge-auth/src/pass, edge-auth/src/path.rs. Tests hold both to one
// answer for every input. `stagedoor policy function` fills the two constants in and makes the file small.
//
// It runs for every segment that is played, so `./build.sh bench function` holds it to the time that a plain signed JSON token
// takes: bytes are read where they stand, and what is rare waits behind what is usual.

const crypto = require('crypto');

const POLICY = { mode: 'enforce', parameter: 'token', bearer: true, origins: [], routes: [{ begins: '/p/', rest: '*', pass: true, plus: false, methods: 'GET, HEAD, OPTIONS' }] };
const REASONS = { pass_unavailable: [503, 'Playback links cannot be checked right now.'] };

const PHRASES = { 204: 'No Content', 400: 'Bad Request', 403: 'Forbidden', 405: 'Method Not Allowed', 503: 'Service Unavailable' };
const LEEWAY_SECONDS = 30;
// What nearly every path is like. Made once: that takes longer than to use it.
const ORDINARY_PATH = /^\/(?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*)?$/;
const ALLOW = 'access-control-allow-';

// Claims (IANA registry of CWT claims).
const ISS = 1;
const SUB = 2;
const EXP = 4;
const NBF = 5;
const IAT = 6;
const CTI = 7;
const CATV = 310;
const CATNIP = 311;
const CATU = 312;
const CATM = 313;

// The first byte of an item of CBOR, less its argument (RFC 8949 §3).
const UNSIGNED = 0;
const BYTES = 0x40;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;
// The beginning of ["MAC0", protected, h'', payload], which the tag is of (RFC 9052 §6.3).
const MAC0 = Buffer.from([0x84, 0x64, 77, 65, 67, 48]);

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
    if (POLICY.mode !== 'off') {
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
            if (POLICY.mode === 'enforce') {
                return refuse(event, reason, route);
            }
        }
    }
    return forward(request, route, found && found.path);
}

// Throws why not. 'preflight' for one that is to be answered, a frame where a pass is to be judged, nothing where all is said.
function decide(request, route) {
    const uri = request.uri;
    const end = route && route.pass ? endOfPass(uri) : -1;
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
        demand(pass && end <= 1027);
        return readFrame(pass, path);
    }
}

// --- the path ----------------------------------------------------------------------------------------------------------

// The first function route that matches. CloudFront has found that no route before it does, of either kind.
function routeOf(uri) {
    for (let i = 0; i < POLICY.routes.length; i++) {
        const route = POLICY.routes[i];
        // The pattern up to its first wildcard, and the rest of it.
        if (uri.startsWith(route.begins) && (route.rest === '*' || matches(route.rest, uri.slice(route.begins.length)))) {
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
    return ORDINARY_PATH.test(path)
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
    const now = Math.floor(Date.now() / 1000);
    const secret = secretOf(ring, frame.kid, now);
    if (!secret) {
        throw 'pass_key_unknown';
    }
    if (!isSame(macOf(frame, secret), frame.bytes, frame.tag)) {
        throw 'pass_signature_invalid';
    }
    const path = frame.path;
    const claims = readClaims(frame, path);
    if (now >= claims.expires) {
        throw 'pass_expired';
    }
    const latest = now + LEEWAY_SECONDS;
    if (claims.notBefore > latest || claims.issuedAt > latest) {
        throw 'pass_not_yet_valid';
    }
    const prefix = claims.prefix;
    if (!path.startsWith(prefix) || path === prefix) {
        throw 'pass_path';
    }
    const methods = claims.methods;
    if (methods ? methods.indexOf(method) < 0 : method !== 'GET' && method !== 'HEAD') {
        throw 'pass_method';
    }
    const networks = claims.networks;
    if (networks) {
        const bits = addressOf(address);
        if (!networks.some(network => bits.indexOf(network) === 0)) {
            throw 'pass_network';
        }
    }
    return ring.revocations ? revocations(claims) : [];
}

function revocations(claims) {
    at = claims.id;
    const length = head(BYTES);
    const names = ['c:' + bytes.toString('base64url', at, at + length)];
    if (claims.subject) {
        names.push('s:' + claims.subject);
    }
    return names;
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
        // So many characters are 32 bytes.
        fine = secret && key.secret.length === 43 && name && typeof name === 'string'
            && (until === undefined || until >= 0 && Number.isSafeInteger(until));
        if (found === undefined && name === kid) {
            found = now > until ? null : secret;
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
    const decoded = frame.bytes;
    const middle = frame.payload - 1;
    const mac = crypto.createHmac('sha256', secret).update(MAC0);
    let start = 4;
    if (frame.unprotected < middle) {
        mac.update(decoded.subarray(start, frame.unprotected));
        start = middle;
    }
    decoded[middle] = BYTES;
    return mac.update(decoded.subarray(start, frame.tag - 2)).digest();
}

// Goes over all of it, so that its time says nothing of where the first difference is.
function isSame(mac, decoded, tag) {
    let difference = 0;
    for (let i = 0; i < 32; i += 4) {
        difference |= mac.readInt32BE(i) ^ decoded.readInt32BE(tag + i);
    }
    return difference === 0;
}

// 61(17([protected, unprotected, payload, tag])): RFC 8392 §6, RFC 9052 §6.2. Where a part stands is kept, not the part.
function readFrame(decoded, path) {
    bytes = decoded;
    at = 0;
    last = decoded.length - 4;
    // Both tags and the array's head; as short as can be they are these bytes and no others.
    demand(word() === 0xd83dd184);
    const length = head(BYTES);
    const unprotected = at + length;
    const kid = readHeaders(1);
    demand(at === unprotected);
    const otherKid = readHeaders(0);
    const payload = at;
    const payloadLength = head(BYTES);
    at += payloadLength;
    // The tag's head, 58 20, and its 32 bytes. The key's name stands in one of the maps.
    demand(bytes[at] === 0x58 && bytes[at + 1] === 32 && at + 30 === last && (kid === undefined) !== (otherKid === undefined));
    return { bytes: decoded, path: path, kid: kid || otherKid, unprotected: unprotected, payload: payload, tag: at + 2 };
}

// The key's name as a map of headers has it; '', which no key is named, where it is no UTF-8; undefined where there is none. alg
// is there so many times, and nothing else is.
function readHeaders(algs) {
    let kid;
    for (let n = head(MAP); n > 0; n--) {
        const name = head(UNSIGNED);
        if (name === 1) {
            algs -= 1;
            demand(head(UNSIGNED) === 5);
        } else {
            demand(name === 4 && kid === undefined);
            kid = utf8(head(BYTES)) || '';
        }
    }
    demand(algs === 0);
    return kid;
}

function readClaims(frame, path) {
    bytes = frame.bytes;
    at = frame.payload;
    last = frame.tag + 28;
    const length = head(BYTES);
    const end = at + length;
    let issuer, subject, expires, notBefore, issuedAt, id, version, networks, prefix, methods;
    for (let n = head(MAP); n > 0; n--) {
        const name = head(UNSIGNED);
        if (name === ISS) {
            issuer = once(issuer, readIssuer());
        } else if (name === SUB) {
            subject = once(subject, readSubject());
        } else if (name === EXP) {
            expires = once(expires, head(UNSIGNED));
        } else if (name === NBF) {
            notBefore = once(notBefore, head(UNSIGNED));
        } else if (name === IAT) {
            issuedAt = once(issuedAt, head(UNSIGNED));
        } else if (name === CTI) {
            id = once(id, readId());
        } else if (name === CATV) {
            version = once(version, head(UNSIGNED));
            demand(version === 1);
        } else if (name === CATNIP) {
            networks = once(networks, several(readNetwork));
        } else if (name === CATU) {
            prefix = once(prefix, readPrefix(path));
        } else {
            // A rule that cannot be checked is no rule that may be passed over.
            demand(name === CATM);
            methods = once(methods, several(textString));
        }
    }
    demand(at === end && issuer && expires !== undefined && id && prefix);
    return { subject: subject, expires: expires, notBefore: notBefore, issuedAt: issuedAt, id: id, networks: networks, prefix: prefix, methods: methods };
}

function once(before, value) {
    demand(before === undefined);
    return value;
}

function readIssuer() {
    const start = at;
    at += 10;
    // i is 0x69, the head of a text of nine bytes.
    return bytes.toString('utf8', start, at) === 'istagedoor';
}

function readSubject() {
    const start = at;
    const subject = textString();
    // 500 bytes at most, and the three that say so.
    demand(at - start <= 503);
    return subject;
}

// Where it stands is all that is kept.
function readId() {
    const start = at;
    const length = head(BYTES);
    at += length;
    demand(length && length <= 64);
    return start;
}

// {3: {1: prefix}}: the path, matched by prefix.
function readPrefix(path) {
    demand(word() === 0xa103a101);
    const start = at;
    const length = head(TEXT);
    const prefix = bytes.toString('utf8', at, at + length);
    // What the path begins with is as canonical as the path, up to a slash.
    if (path.startsWith(prefix)) {
        at += length;
    } else {
        at = start;
        demand(isCanonical(textString(), false));
    }
    demand(prefix.endsWith('/'));
    return prefix;
}

function several(read) {
    const items = [];
    for (let n = head(ARRAY); n > 0; n--) {
        items.push(read());
    }
    demand(items.length);
    return items;
}

// --- CBOR: bytes that are read at a place that only goes forward. It is set anew before each reading, and no await is between ---

function demand(fine) {
    if (!fine) {
        throw 'pass_malformed';
    }
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
    } else {
        demand(info === 26 || info === 27);
        least = 65536;
        argument = word();
        if (info === 27) {
            least = 4294967296;
            argument = argument * 4294967296 + word();
        }
    }
    // What is behind the end is no number. 2^53-1 is the greatest up to which numbers have no gaps.
    demand(argument >= least && argument <= 9007199254740991);
    return argument;
}

// The next four bytes as a number.
function word() {
    demand(at <= last);
    at += 4;
    return bytes.readUInt32BE(at - 4);
}

// UTF-8, and not empty.
function textString() {
    const text = utf8(head(TEXT));
    demand(text);
    return text;
}

// So many bytes as text; undefined where they are no UTF-8.
function utf8(length) {
    const start = at;
    at += length;
    const text = bytes.toString('utf8', start, at);
    // A character for each byte, and none that Buffer puts in the place of a wrong one: ASCII.
    if (text.length === length && text.indexOf('\uFFFD') < 0) {
        return text;
    }
    demand(at <= bytes.length);
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
    let count;
    demand(family === 4 || family === 6);
    if (bytes[at] >> 5 === ARRAY >> 5) {
        demand(head(ARRAY) === 2);
        length = head(UNSIGNED);
        count = head(BYTES);
        // Zero bytes at the end are left out, or none is.
        demand(count === width || count < width && (count === 0 || bytes[at + count - 1] !== 0));
    } else {
        count = head(BYTES);
        demand(count === width);
    }
    let bits = '';
    for (let n = count; n > 0; n--) {
        bits += binary(bytes[at], 8);
        at += 1;
    }
    // No bit may be set behind the prefix.
    demand(length <= width * 8 && bits.indexOf('1', length) < 0);
    return family + (bits + '0'.repeat(128)).slice(0, length);
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
    for (const name in headers) {
        // An x comes behind nearly all that there is, and what is no small letter before it.
        if ((name >= 'x' || name < 'a') && /^x[-_]stagedoor[-_]/i.test(name)) {
            delete headers[name];
        }
    }
    if (route && route.pass) {
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
    if (POLICY.bearer && headers.authorization && valuesOf(headers.authorization).some(value => /^\s*bearer /i.test(value))) {
        delete headers.authorization;
    }
    without(request.cookies, name => /^\s*(__Host-sd-|__Secure-sd-|CognitoIdentityServiceProvider\.)/i.test(name));
    without(request.querystring, name => decoded(name.replace(/\+/g, ' ')) === POLICY.parameter);
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
    return POLICY.origins.indexOf(origin) >= 0 ? origin : '';
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
