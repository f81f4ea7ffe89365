import cf from 'cloudfront';

// The viewer-request function of routes with `gate: function`: playback passes, and what is open to everybody.
//
// Dialect: cloudfront-js-2.0, which is ECMAScript 5.1 and some of 6 to 12; no classes, destructuring, spread or for-of, and an
// `await` stands neither in a call's arguments nor in a closure. What is
// judged, and in which order, is written twice: here and in edge-auth/src/pass, edge-auth/src/path.rs. Tests hold both to one
// answer for every input. `stagedoor policy function` fills the two constants in and makes the file small.

const crypto = require('crypto');

const POLICY = { mode: 'enforce', parameter: 'token', bearer: true, origins: [], routes: [{ path: '/p/*', pass: true, plus: false, methods: 'GET, HEAD, OPTIONS' }] };
const REASONS = { pass_unavailable: [503, 'Playback links cannot be checked right now.'] };

const PHRASES = { 204: 'No Content', 400: 'Bad Request', 403: 'Forbidden', 405: 'Method Not Allowed', 503: 'Service Unavailable' };
const LEEWAY_SECONDS = 30;
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

// A refusal is thrown as its reason. Anything else that is thrown is a mistake of ours or the platform's, and refuses as well.
async function handler(event) {
    const request = event.request;
    const route = routeOf(request.uri);
    if (POLICY.mode !== 'off') {
        try {
            const isPreflight = await decide(event, route);
            if (isPreflight) {
                return preflight(request);
            }
        } catch (thrown) {
            const reason = REASONS[thrown] ? thrown : 'pass_unavailable';
            console.log(JSON.stringify({ reason: reason }));
            if (POLICY.mode === 'enforce') {
                return refuse(event, reason, route);
            }
        }
    }
    return forward(request, route);
}

// Throws why not; true for a preflight that is to be answered.
async function decide(event, route) {
    const request = event.request;
    // S3 reads a raw + as a space: two readings.
    if (!isCanonical(request.uri) || route && !route.plus && request.uri.indexOf('+') >= 0) {
        throw 'path_not_canonical';
    }
    if (!route) {
        throw 'no_route';
    }
    if (request.method === 'OPTIONS' && request.headers.origin && request.headers['access-control-request-method']) {
        if (!allowedOrigin(request)) {
            throw 'cors_origin';
        }
        return true;
    }
    if (route.methods.split(', ').indexOf(request.method) < 0) {
        throw 'method_not_allowed';
    }
    if (route.pass) {
        const at = endOfPass(request.uri);
        if (at < 0) {
            throw 'pass_malformed';
        }
        await judge(request.uri.slice(3, at), request.uri.slice(at), request.method, event.viewer.ip);
    }
    return false;
}

// --- the path ----------------------------------------------------------------------------------------------------------

// The first function route that matches. CloudFront has found that no route before it does, of either kind.
function routeOf(uri) {
    return POLICY.routes.filter(route => matches(route.path, uri))[0];
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
// dot segment, UTF-8.
function isCanonical(path) {
    return /^\/[!"$->@-\[\]-~]*$/.test(path)
        && !/%(?![2-9a-f][0-9a-f])|%(2[def]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9aef])/i.test(path)
        && !/\/(\.?\.?\/|\.\.?$)/.test(path)
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

// Each check throws its reason. The order is a contract with edge-auth/src/pass/judge.rs.
async function judge(pass, path, method, address) {
    const frame = readFrame(pass);
    const kvs = cf.kvs();
    // Into a field: a constant would be moved into the call below, where CloudFront allows no await.
    frame.ring = await kvs.get('ring');
    const ring = readRing(frame.ring);
    const now = Math.floor(Date.now() / 1000);
    const key = ring.keys.filter(k => k.kid === frame.kid)[0];
    if (!key || now > key.until) {
        throw 'pass_key_unknown';
    }
    const tag = crypto.createHmac('sha256', key.bytes).update(Buffer.from(frame.message)).digest('base64url');
    if (!isSame(tag, toBase64url(frame.tag))) {
        throw 'pass_signature_invalid';
    }
    const claims = readClaims(frame.payload.reverse());
    if (now >= claims[EXP]) {
        throw 'pass_expired';
    }
    const latest = now + LEEWAY_SECONDS;
    if (claims[NBF] > latest || claims[IAT] > latest) {
        throw 'pass_not_yet_valid';
    }
    if (path.indexOf(claims[CATU]) !== 0 || path === claims[CATU]) {
        throw 'pass_path';
    }
    if ((claims[CATM] || ['GET', 'HEAD']).indexOf(method) < 0) {
        throw 'pass_method';
    }
    if (claims[CATNIP]) {
        const bits = addressOf(address);
        if (!claims[CATNIP].some(network => bits.indexOf(network) === 0)) {
            throw 'pass_network';
        }
    }
    if (ring.revocations) {
        const names = ['c:' + toBase64url(claims[CTI])];
        if (claims[SUB]) {
            names.push('s:' + claims[SUB]);
        }
        for (let i = 0; i < names.length; i++) {
            // It tells "no such key" from a failure, which throws.
            const isRevoked = await kvs.exists(names[i]);
            if (isRevoked) {
                throw 'pass_revoked';
            }
        }
    }
}

// The ring as edge-auth/src/pass/ring.rs writes it; anything else throws, and so refuses.
function readRing(text) {
    const ring = JSON.parse(text);
    const fine = ring.keys.every(key => {
        const until = key.until;
        key.bytes = Buffer.from(fromBase64url(key.secret));
        return key.kid && typeof key.kid === 'string' && key.bytes.length > 31 && key.bytes.length < 65
            && (until === undefined || until >= 0 && Number.isSafeInteger(until));
    });
    if (!fine || typeof ring.revocations !== 'boolean') {
        throw 'ring';
    }
    return ring;
}

// Goes over all of it, so that its time says nothing of where the first difference is.
function isSame(one, other) {
    let difference = one.length ^ other.length;
    for (let i = 0; i < one.length; i++) {
        difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
    }
    return difference === 0;
}

// 61(17([protected, unprotected, payload, tag])): RFC 8392 §6, RFC 9052 §6.2.
function readFrame(pass) {
    demand(pass.length <= 1024);
    const frame = {};
    const reader = fromBase64url(pass).reverse();
    demand(head(reader, 6) === 61 && head(reader, 6) === 17 && head(reader, 4) === 4);
    const inner = byteString(reader);
    const innerReader = inner.slice().reverse();
    readHeaders(innerReader, frame);
    demand(!innerReader.length && frame.alg === 5);
    readHeaders(reader, frame);
    frame.payload = byteString(reader);
    frame.tag = byteString(reader);
    demand(!reader.length && frame.hasKid && frame.tag.length === 32);
    // ["MAC0", protected, h'', payload]: RFC 9052 §6.3.
    frame.message = [0x84, 0x64, 77, 65, 67, 48].concat(written(inner), 0x40, written(frame.payload));
    return frame;
}

// alg once, in the protected map, which is read first; kid once in either map; nothing else.
function readHeaders(reader, frame) {
    for (let n = head(reader, 5); n > 0; n--) {
        const name = head(reader, 0);
        if (name === 1) {
            demand(frame.alg === undefined);
            frame.alg = head(reader, 0);
        } else {
            demand(name === 4 && !frame.hasKid);
            frame.hasKid = true;
            frame.kid = utf8(byteString(reader));
        }
    }
}

// Values by the number of the claim, none of them undefined.
function readClaims(reader) {
    const claims = {};
    for (let n = head(reader, 5); n > 0; n--) {
        const name = head(reader, 0);
        demand(claims[name] === undefined);
        claims[name] = readClaim(reader, name);
    }
    demand(!reader.length && claims[ISS] && claims[EXP] !== undefined && claims[CTI] && claims[CATU]);
    return claims;
}

// Throws for a claim that is not known: a rule that cannot be checked is no rule that may be passed over.
function readClaim(reader, name) {
    let value;
    let fine = true;
    if (name === EXP || name === NBF || name === IAT) {
        value = head(reader, 0);
    } else if (name === ISS) {
        value = textString(reader);
        fine = value === 'stagedoor';
    } else if (name === SUB) {
        const before = reader.length;
        value = textString(reader);
        // 500 bytes at most, and the three that say so.
        fine = before - reader.length <= 503;
    } else if (name === CTI) {
        value = byteString(reader);
        fine = value.length && value.length <= 64;
    } else if (name === CATV) {
        value = head(reader, 0);
        fine = value === 1;
    } else if (name === CATNIP) {
        value = several(reader, readNetwork);
    } else if (name === CATM) {
        value = several(reader, textString);
    } else {
        // {3: {1: prefix}}: the path, matched by prefix.
        demand(name === CATU && head(reader, 5) === 1 && head(reader, 0) === 3 && head(reader, 5) === 1 && head(reader, 0) === 1);
        value = textString(reader);
        fine = isCanonical(value) && /^[^+]*\/$/.test(value);
    }
    demand(fine);
    return value;
}

function several(reader, read) {
    const items = [];
    for (let n = head(reader, 4); n > 0; n--) {
        items.push(read(reader));
    }
    demand(items.length);
    return items;
}

// --- CBOR: a reader is an array of bytes with the next one last -------------------------------------------------------------

function demand(fine) {
    if (!fine) {
        throw 'pass_malformed';
    }
}

// The argument of the next item, which must be of that major type, definite, and as short as can be (RFC 8949 §3, §4.2.1).
function head(reader, major) {
    const first = take(reader, 1)[0];
    const info = first & 31;
    demand(first >> 5 === major && info < 28);
    if (info < 24) {
        return info;
    }
    const argument = take(reader, 1 << info - 24).reduce((number, byte) => number * 256 + byte, 0);
    demand(argument >= [24, 256, 65536, 4294967296][info - 24] && Number.isSafeInteger(argument));
    return argument;
}

function take(reader, count) {
    demand(count <= reader.length);
    return reader.splice(reader.length - count, count).reverse();
}

function byteString(reader) {
    return take(reader, head(reader, 2));
}

// UTF-8, and not empty.
function textString(reader) {
    const text = utf8(take(reader, head(reader, 3)));
    demand(text);
    return text;
}

// Undefined where it is no UTF-8: what Buffer puts in the place of a wrong byte is another byte.
function utf8(bytes) {
    const text = Buffer.from(bytes).toString();
    return Buffer.from(text).toString('base64url') === toBase64url(bytes) ? text : undefined;
}

// A byte string, of less than 64 KB, as CBOR.
function written(bytes) {
    const n = bytes.length;
    return (n < 24 ? [0x40 + n] : n < 256 ? [0x58, n] : [0x59, n >> 8, n & 255]).concat(bytes);
}

// No bytes where it is none. Whatever Buffer forgives, such as padding or another alphabet, is not written so again.
function fromBase64url(text) {
    const buffer = Buffer.from(text, 'base64url');
    return buffer.toString('base64url') === text ? buffer.toJSON().data : [];
}

function toBase64url(bytes) {
    return Buffer.from(bytes).toString('base64url');
}

// --- networks (RFC 9164): 4 or 6, then the bits as text; an address is in a network whose text it begins with ---------------

function readNetwork(reader) {
    const family = head(reader, 6) - 48;
    const width = family === 4 ? 4 : 16;
    let length = width * 8;
    let bytes;
    demand(family === 4 || family === 6);
    if (reader[reader.length - 1] >> 5 === 4) {
        demand(head(reader, 4) === 2);
        length = head(reader, 0);
        bytes = byteString(reader);
        // Zero bytes at the end are left out, or none is.
        demand(bytes.length === width || bytes.length < width && bytes[bytes.length - 1] !== 0);
    } else {
        bytes = byteString(reader);
        demand(bytes.length === width);
    }
    const bits = bytes.map(byte => binary(byte, 8)).join('');
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
function forward(request, route) {
    const headers = request.headers;
    without(headers, name => /^x[-_]stagedoor[-_]/i.test(name));
    if (route && route.pass) {
        // One object for all viewers: nothing of this one goes on.
        const at = endOfPass(request.uri);
        if (at >= 0) {
            request.uri = request.uri.slice(at);
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
