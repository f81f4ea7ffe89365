"""Writes table.json: requests to routes with `gate: function`, and what has to come of them.

A third hand, so that Rust and JavaScript are not only held to each other: bytes are put together here from RFC 8949, 8392,
9052 and 9164, without a CBOR library. Run it after a change: python3 edge-auth/tests/pass/make_table.py
"""

import base64, hashlib, hmac, json, pathlib

NOW = 1_800_000_000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SECRET = bytes(range(32))
OLD = bytes(range(32, 64))
GONE = bytes(range(64, 96))
WIDE = bytes(range(100, 164))


def head(major, n, size=None):
    """An item's head; `size` forces a longer form than is needed."""
    sizes = {0: n < 24, 1: n < 2**8, 2: n < 2**16, 4: n < 2**32, 8: True}
    size = next(s for s, fits in sizes.items() if fits) if size is None else size
    if size == 0:
        return bytes([major << 5 | n])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + n.to_bytes(size, "big")


def u(n, size=None):
    return head(0, n, size)


def b(data, size=None):
    return head(2, len(data), size) + data


def t(text, size=None):
    data = text if isinstance(text, bytes) else text.encode()
    return head(3, len(data), size) + data


def a(*items):
    return head(4, len(items)) + b"".join(items)


def m(*pairs):
    return head(5, len(pairs)) + b"".join(key + value for key, value in pairs)


def tag(n, item, size=None):
    return head(6, n, size) + item


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def mac(protected, payload, secret=SECRET):
    return hmac.new(secret, a(t("MAC0"), b(protected), b(b""), b(payload)), hashlib.sha256).digest()


def frame(payload, protected=None, unprotected=None, secret=SECRET, wrap=None, sealed=None):
    protected = m((u(1), u(5)), (u(4), b(b"k1"))) if protected is None else protected
    unprotected = m() if unprotected is None else unprotected
    sealed = mac(protected, payload, secret) if sealed is None else sealed
    inner = a(b(protected), unprotected, b(payload), b(sealed))
    return b64(tag(61, tag(17, inner)) if wrap is None else wrap(inner))


def catu(prefix):
    return m((u(3), m((u(1), t(prefix)))))


ISS, EXP, CTI, CATU = (u(1), t("stagedoor")), (u(4), u(NOW + 60)), (u(7), b(b"0123456789abcdef")), (u(312), catu("/media/o/1/"))


def claims(*more, iss=ISS, exp=EXP, cti=CTI, catu=CATU):
    """Keys in the order that RFC 8949 §4.2.1 wants: by their bytes."""
    return m(*sorted([pair for pair in (iss, exp, cti, catu) if pair] + list(more), key=lambda pair: pair[0]))


def good(*more, **fields):
    return frame(claims(*more, **fields))


# RFC 8392 §A.4, whole: its MAC is right, cut to 64 bits, which is another algorithm.
RFC8392_KEY = bytes.fromhex("403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388")
RFC8392 = bytes.fromhex(
    "d83dd18443a10104a1044c53796d6d65747269633235365850a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818"
    "636f61703a2f2f6c696768742e6578616d706c652e636f6d041a5612aeb0051a5610d9f0061a5610d9f007420b7148093101ef6d789200"
)
payload = RFC8392[25:-9]
assert mac(bytes.fromhex("a10104"), payload, RFC8392_KEY)[:8] == RFC8392[-8:], "this file computes MACs as the RFC does"


def key(kid, secret, **more):
    return {"kid": kid, "secret": b64(secret), **more}


RING = {"keys": [key("k1", SECRET), key("k0", OLD, until=NOW + 100), key("gone", GONE, until=NOW - 1)], "revocations": False}
REVOKING = {**RING, "revocations": True}
CTI_KEY = "c:" + b64(b"0123456789abcdef")

rows = []


def row(name, passed, expect, rest="/media/o/1/master.m3u8", **fields):
    uri = fields.pop("uri", f"/p/{passed}{rest}")
    expect = {"uri": rest} if expect is True else expect
    if isinstance(expect, str):
        expect = {"status": 503 if expect == "pass_unavailable" else 403, "reason": expect}
    rows.append({"name": name, "uri": uri, "expect": expect, **fields})


BAD = "pass_malformed"
kid = lambda name: m((u(1), u(5)), (u(4), b(name)))
alg_only = m((u(1), u(5)))

# --- what holds
row("a pass", good(), True, reads=1)
row("kid unprotected", frame(claims(), protected=alg_only, unprotected=m((u(4), b(b"k1")))), True)
row("every claim", good((u(2), t("alice")), (u(5), u(NOW)), (u(6), u(NOW)), (u(310), u(1)), (u(311), a(tag(52, b(bytes([192, 0, 2, 1]))))), (u(313), a(t("GET"), t("HEAD")))), True, address="192.0.2.1")
row("a replaced key", frame(claims(), protected=kid(b"k0"), secret=OLD), True)
row("a key in its last second", frame(claims(exp=(u(4), u(NOW + 900))), protected=kid(b"k0"), secret=OLD), True, now=NOW + 100)
row("HEAD", good(), True, method="HEAD")
row("deep below the prefix", good(), True, rest="/media/o/1/a/b/c%20d.ts")
row("a folder below the prefix", good(), True, rest="/media/o/1/a/")
row("a prefix of the whole site", good(catu=(u(312), catu("/"))), True)
row("a prefix with an escape", good(catu=(u(312), catu("/media/%C3%A9/"))), True, rest="/media/%C3%A9/x")
row("the end far off", good(exp=(u(4), u(2**53 - 1))), True)
row("an id of 64 bytes", good(cti=(u(7), b(bytes(64)))), True)
row("a subject of 500 bytes", good((u(2), t("x" * 500))), True)
row("a subject in many alphabets", good((u(2), t("Ж-語-🎬"))), True)
row("a subject with a byte order mark", good((u(2), t("\ufeffalice"))), True)
row("a subject with a replacement character", good((u(2), t("\ufffd"))), True)
row("a subject with a zero byte", good((u(2), t("a\0b"))), True, ring=REVOKING, revoked=["s:a"])
row("no look-up without the flag", good((u(2), t("alice"))), True, revoked=[CTI_KEY, "s:alice"], reads=1)
row("two look-ups with the flag", good((u(2), t("alice"))), True, ring=REVOKING, revoked=["c:other", "s:bob"], reads=3)
row("one look-up without a subject", good(), True, ring=REVOKING, reads=2)

# --- the text of a pass
row("no pass", "", {"status": 400, "reason": "path_not_canonical"}, reads=0)
row("nothing behind the pass", "", BAD, uri=f"/p/{good()}", reads=0)
row("nothing at all", "", BAD, uri="/p/", reads=0)
row("one character", "A", BAD)
row("padded", good() + "=" * (-len(good()) % 4 or 4), BAD, reads=0)
row("bits left over", b64(b"\xff\xff")[:-1] + "9", BAD)
# One whose last character has bits to spare.
spare = next(p for p in (good((u(2), t("a" * n))) for n in range(1, 4)) if len(p) % 4)
row("the last character's spare bits set", spare[:-1] + ALPHABET[ALPHABET.index(spare[-1]) | 1], BAD)
row("a character of another alphabet", "!" + good()[1:], BAD)
row("a dot in it", good()[:-1] + ".", BAD)
wide = lambda n: frame(claims((u(2), t("y" * 500)), (u(313), a(t("GET"), t("x" * n)))))
fits = max((wide(n) for n in range(1, 200) if len(wide(n)) <= 1024), key=len)
over = min((wide(n) for n in range(1, 200) if len(wide(n)) > 1024), key=len)
row("as long as may be", fits, True)
row("too long", over, BAD, reads=0)

# --- the frame
plain = claims()
row("no CWT tag", frame(plain, wrap=lambda inner: tag(17, inner)), BAD, reads=0)
row("no tag at all", frame(plain, wrap=lambda inner: inner), BAD)
row("the tag of a COSE_Mac", frame(plain, wrap=lambda inner: tag(61, tag(97, inner))), BAD)
row("tags the wrong way round", frame(plain, wrap=lambda inner: tag(17, tag(61, inner))), BAD)
row("two CWT tags", frame(plain, wrap=lambda inner: tag(61, tag(61, tag(17, inner)))), BAD)
row("a tag written too long", frame(plain, wrap=lambda inner: tag(61, tag(17, inner, 1))), BAD)
row("one byte behind", frame(plain, wrap=lambda inner: tag(61, tag(17, inner)) + b"\0"), BAD)
row("one byte missing", frame(plain, wrap=lambda inner: tag(61, tag(17, inner))[:-1]), BAD)
P = m((u(1), u(5)), (u(4), b(b"k1")))
row("five parts", frame(plain, wrap=lambda _: tag(61, tag(17, a(b(P), m(), b(plain), b(mac(P, plain)), u(0))))), BAD)
row("three parts", frame(plain, wrap=lambda _: tag(61, tag(17, a(b(P), m(), b(plain))))), BAD)
row("an indefinite array", frame(plain, wrap=lambda _: tag(61, tag(17, b"\x9f" + b(P) + m() + b(plain) + b(mac(P, plain)) + b"\xff"))), BAD)
row("an indefinite payload", frame(plain, wrap=lambda _: tag(61, tag(17, b"\x84" + b(P) + m() + b"\x5f" + b(plain) + b"\xff" + b(mac(P, plain))))), BAD)
row("a payload longer than all there is", frame(plain, wrap=lambda _: tag(61, tag(17, b"\x84" + b(P) + m() + b"\x5b\x00\x1f\xff\xff\xff\xff\xff\xff"))), BAD)
row("a payload of 2^64-1 bytes", frame(plain, wrap=lambda _: tag(61, tag(17, b"\x84" + b(P) + m() + b"\x5b" + b"\xff" * 8))), BAD)
row("the payload as text", frame(plain, wrap=lambda _: tag(61, tag(17, a(b(P), m(), head(3, len(plain)) + plain, b(mac(P, plain)))))), BAD)
row("no payload", frame(plain, wrap=lambda _: tag(61, tag(17, a(b(P), m(), b"\xf6", b(mac(P, plain)))))), BAD)
row("a tag cut to 64 bits", frame(plain, sealed=mac(P, plain)[:8]), BAD)
row("a tag of 33 bytes", frame(plain, sealed=mac(P, plain) + b"\0"), BAD)
row("RFC 8392's own example", b64(RFC8392), BAD, reads=0)

# --- its headers
for name, protected, unprotected in [
    ("no alg", m((u(4), b(b"k1"))), m()),
    ("an empty protected header", b"", m((u(4), b(b"k1")))),
    ("alg unprotected", m((u(4), b(b"k1"))), m((u(1), u(5)))),
    ("alg in both", P, m((u(1), u(5)))),
    ("alg twice", m((u(1), u(5)), (u(1), u(5)), (u(4), b(b"k1"))), m()),
    ("alg 0, then 5", m((u(1), u(0)), (u(1), u(5)), (u(4), b(b"k1"))), m()),
    ("alg HMAC 256/64", m((u(1), u(4)), (u(4), b(b"k1"))), m()),
    ("alg as text", m((u(1), t("HS256")), (u(4), b(b"k1"))), m()),
    ("alg written too long", m((u(1), u(5, 1)), (u(4), b(b"k1"))), m()),
    ("kid before alg", m((u(4), b(b"k1")), (u(1), u(5))), m()),
    ("no kid", alg_only, m()),
    ("kid in both", P, m((u(4), b(b"k1")))),
    ("kid twice", m((u(1), u(5)), (u(4), b(b"k1")), (u(4), b(b"k1"))), m()),
    ("kid as text", m((u(1), u(5)), (u(4), t("k1"))), m()),
    ("crit", m((u(1), u(5)), (u(2), a(u(1))), (u(4), b(b"k1"))), m()),
    ("a content type beside", P, m((u(3), u(60)))),
    ("a negative parameter", P, m((b"\x20", u(1)))),
    ("a parameter named by text", P, m((t("kid"), b(b"k1")))),
    ("a byte behind the protected map", P + b"\0", m()),
    ("the protected header as an array", a(u(1), u(5)), m((u(4), b(b"k1")))),
    ("the unprotected header as an array", P, a()),
    ("an indefinite header", b"\xbf" + u(1) + u(5) + u(4) + b(b"k1") + b"\xff", m()),
]:
    row(name, frame(plain, protected=protected, unprotected=unprotected), BAD, reads=0)

# --- the ring
row("an unknown kid", frame(plain, protected=kid(b"k9")), "pass_key_unknown", reads=1)
row("an empty kid", frame(plain, protected=kid(b"")), "pass_key_unknown")
row("a kid that is no UTF-8", frame(plain, protected=kid(b"\xff")), "pass_key_unknown")
for name in [b"__proto__", b"constructor", b"toString", b"length", b"0"]:
    row(f"the kid {name.decode()}", frame(plain, protected=kid(name)), "pass_key_unknown")
row("a key whose time is over", frame(plain, protected=kid(b"gone"), secret=GONE), "pass_key_unknown")
row("a key one second too late", frame(claims(exp=(u(4), u(NOW + 900))), protected=kid(b"k0"), secret=OLD), "pass_key_unknown", now=NOW + 101)
row("no keys", good(), "pass_key_unknown", ring={"keys": [], "revocations": False})
row("of two keys of one name the first counts", good(), True, ring={"keys": [key("k1", SECRET), key("k1", OLD)], "revocations": False})
row("and not the second", good(), "pass_signature_invalid", ring={"keys": [key("k1", OLD), key("k1", SECRET)], "revocations": False})
for length in (33, 48, 64):
    row(f"a secret of {length} bytes", frame(plain, secret=WIDE[:length]), True, ring={"keys": [key("k1", WIDE[:length])], "revocations": False})
row("a secret of 64 bytes, cut", frame(plain, secret=WIDE[:32]), "pass_signature_invalid", ring={"keys": [key("k1", WIDE)], "revocations": False})
row("a field nobody knows", good(), True, ring={**RING, "since": 1, "keys": [key("k1", SECRET, note="x")]})
row("the ring cannot be read", good(), "pass_unavailable", failing=["ring"], reads=1)
row("there is no ring", good(), "pass_unavailable", ring=None)
row("the form is looked at before the ring", "AAAA", BAD, failing=["ring"], reads=0)
for name, ring in [
    ("not JSON", "{"),
    ("null", "null"),
    ("a list", "[]"),
    ("no keys in it", '{"revocations":false}'),
    ("keys that are no list", '{"keys":{},"revocations":false}'),
    ("no flag", json.dumps({"keys": RING["keys"]})),
    ("a flag that is a number", json.dumps({"keys": RING["keys"], "revocations": 0})),
    ("a secret of 31 bytes", json.dumps({"keys": [key("k1", SECRET[:31])], "revocations": False})),
    ("a secret of 65 bytes", json.dumps({"keys": [key("k1", WIDE + b"\0")], "revocations": False})),
    ("an empty secret", json.dumps({"keys": [key("k1", b"")], "revocations": False})),
    ("a padded secret", json.dumps({"keys": [{"kid": "k1", "secret": b64(SECRET) + "="}], "revocations": False})),
    ("a secret that is no text", json.dumps({"keys": [{"kid": "k1", "secret": [0] * 32}], "revocations": False})),
    ("no secret", json.dumps({"keys": [{"kid": "k1"}], "revocations": False})),
    ("a key without a name", json.dumps({"keys": [{"secret": b64(SECRET)}], "revocations": False})),
    ("an empty name", json.dumps({"keys": [key("", SECRET), key("k1", SECRET)], "revocations": False})),
    ("a name that is a number", json.dumps({"keys": [key(1, SECRET)], "revocations": False})),
    ("a time that is text", json.dumps({"keys": [key("k1", SECRET, until="9999999999")], "revocations": False})),
    ("a time that is null", json.dumps({"keys": [key("k1", SECRET, until=None)], "revocations": False})),
    ("a negative time", json.dumps({"keys": [key("k1", SECRET, until=-1)], "revocations": False})),
    ("half a second", json.dumps({"keys": [key("k1", SECRET, until=NOW + 0.5)], "revocations": False})),
    ("a time too late", json.dumps({"keys": [key("k1", SECRET, until=2**53)], "revocations": False})),
    ("a bad key beside a good one", json.dumps({"keys": [key("k1", SECRET), {"kid": "k2"}], "revocations": False})),
]:
    row(f"a ring with {name}" if name not in ("not JSON", "null", "a list") else f"a ring that is {name}", good(), "pass_unavailable", ring_text=ring)

# --- the MAC
row("another key's MAC", frame(plain, secret=OLD), "pass_signature_invalid", reads=1)
row("a tag of zeros", frame(plain, sealed=bytes(32)), "pass_signature_invalid")
row("the first bit of the tag", frame(plain, sealed=bytes([mac(P, plain)[0] ^ 0x80]) + mac(P, plain)[1:]), "pass_signature_invalid")
row("the last bit of the tag", frame(plain, sealed=mac(P, plain)[:-1] + bytes([mac(P, plain)[-1] ^ 1])), "pass_signature_invalid")
row("another payload's tag", frame(plain, sealed=mac(P, claims(exp=(u(4), u(NOW + 61))))), "pass_signature_invalid")
row("the tag of another structure", frame(plain, sealed=hmac.new(SECRET, a(t("MAC"), b(P), b(b""), b(plain)), hashlib.sha256).digest()), "pass_signature_invalid")
row("the MAC is looked at before the claims", frame(b"\xff", secret=OLD), "pass_signature_invalid")
row("kid moved out of the protected header", frame(plain, protected=alg_only, unprotected=m((u(4), b(b"k1"))), sealed=mac(P, plain)), "pass_signature_invalid")

# --- the claims
for name, pairs in [
    ("no iss", dict(iss=None)),
    ("no exp", dict(exp=None)),
    ("no cti", dict(cti=None)),
    ("no catu", dict(catu=None)),
    ("another issuer", dict(iss=(u(1), t("stagehand")))),
    ("an issuer that only begins so", dict(iss=(u(1), t("stagedoor2")))),
    ("iss as bytes", dict(iss=(u(1), b(b"stagedoor")))),
    ("exp as a float", dict(exp=(u(4), b"\xfb" + bytes.fromhex("41dad27480000000")))),
    ("exp as text", dict(exp=(u(4), t("1800000060")))),
    ("a negative exp", dict(exp=(u(4), b"\x20"))),
    ("exp as a bignum", dict(exp=(u(4), tag(2, b(b"\x7f"))))),
    ("exp as a tagged time", dict(exp=(u(4), tag(1, u(NOW + 60))))),
    ("exp of 2^53", dict(exp=(u(4), u(2**53)))),
    ("exp of 2^64-1", dict(exp=(u(4), u(2**64 - 1)))),
    ("exp written too long", dict(exp=(u(4), u(NOW + 60, 8)))),
    ("a key written too long", dict(exp=(u(4, 1), u(NOW + 60)))),
    ("an empty cti", dict(cti=(u(7), b(b"")))),
    ("a cti of 65 bytes", dict(cti=(u(7), b(bytes(65))))),
    ("cti as text", dict(cti=(u(7), t("0123456789abcdef")))),
]:
    row(name, good(**pairs), BAD)
for name, more in [
    ("exp twice", EXP),
    ("exp twice, differing", (u(4), u(NOW + 900))),
    ("iss twice", ISS),
    ("cti twice", CTI),
    ("catu twice", CATU),
    ("aud", (u(3), t("media"))),
    ("catreplay", (u(308), u(1))),
    ("a claim of tomorrow", (u(9999), u(1))),
    ("a claim of 2^53", (u(2**53), u(1))),
    ("a negative claim", (b"\x20", u(1))),
    ("a claim named by text", (t("exp"), u(NOW + 60))),
    ("the claim __proto__", (t("__proto__"), m())),
    ("an empty sub", (u(2), t(""))),
    ("a sub of 501 bytes", (u(2), t("x" * 501))),
    ("a sub of 501 bytes in 167 characters", (u(2), t("語" * 167))),
    ("sub as bytes", (u(2), b(b"alice"))),
    ("sub in overlong UTF-8", (u(2), t(b"\xc0\xaf"))),
    ("sub with a surrogate", (u(2), t(b"\xed\xa0\x80"))),
    ("sub beyond Unicode", (u(2), t(b"\xf4\x90\x80\x80"))),
    ("sub cut in a character", (u(2), t(b"ab\xe8\xaa"))),
    ("an indefinite sub", (u(2), b"\x7f" + t("al") + t("ice") + b"\xff")),
    ("nbf as a float", (u(5), b"\xf9\x00\x00")),
    ("nbf null", (u(5), b"\xf6")),
    ("iat as text", (u(6), t("0"))),
    ("catv 2", (u(310), u(2))),
    ("catv 0", (u(310), u(0))),
    ("catv true", (u(310), b"\xf5")),
    ("catm empty", (u(313), a())),
    ("catm as text", (u(313), t("GET"))),
    ("catm of bytes", (u(313), a(b(b"GET")))),
    ("an empty method", (u(313), a(t("")))),
    ("catm twice", (u(313), a(t("GET")))),
]:
    more = [(u(313), a(t("GET"))), more] if name == "catm twice" else [more]
    row(name, good(*more), BAD)
row("claims the other way round", frame(m(CATU, CTI, EXP, ISS)), BAD)
row("two claims in the wrong order", frame(m(ISS, CTI, EXP, CATU)), BAD)
row("catm before catu", frame(m(ISS, EXP, CTI, (u(313), a(t("GET"))), CATU)), BAD)
row("no map", frame(a(u(1), t("stagedoor"))), BAD)
row("an empty payload", frame(b""), BAD)
row("an empty map", frame(m()), BAD)
row("a byte behind the claims", frame(claims() + b"\0"), BAD)
row("a claim short", frame(head(5, 5) + claims()[1:]), BAD)
row("an indefinite map of claims", frame(b"\xbf" + claims()[1:] + b"\xff"), BAD)
row("a map of 2^53-1 claims", frame(b"\xbb\x00\x1f\xff\xff\xff\xff\xff\xff"), BAD)
row("the map written too long", frame(b"\xb8\x04" + claims()[1:]), BAD)

# --- catu
for name, value in [
    ("an exact match", m((u(3), m((u(0), t("/media/o/1/")))))),
    ("a suffix match", m((u(3), m((u(2), t("/media/o/1/")))))),
    ("a regular expression", m((u(3), m((u(4), a(t("/media/.*"))))))),
    ("a SHA-256 match", m((u(3), m((b"\x20", b(bytes(32))))))),
    ("the host", m((u(1), m((u(1), t("/media/o/1/")))))),
    ("the parent path", m((u(5), m((u(1), t("/media/o/1/")))))),
    ("path and host", m((u(3), m((u(1), t("/media/o/1/")))), (u(1), m((u(0), t("example.com")))))),
    ("two matches", m((u(3), m((u(1), t("/media/o/1/")), (u(2), t(".ts")))))),
    ("no match", m((u(3), m()))),
    ("no component", m()),
    ("text", t("/media/o/1/")),
    ("the prefix as bytes", m((u(3), m((u(1), b(b"/media/o/1/")))))),
    ("the prefix in a list", m((u(3), m((u(1), a(t("/media/o/1/"))))))),
]:
    row(f"catu: {name}", good(catu=(u(312), value)), BAD)
for prefix in ["", "/media/o/1", "media/o/1/", "//", "/media//", "/media/../", "/./", "/media/%2e/", "/media/%6f/", "/media/o+1/", "/media/?/", "/media/é/", "/media/%ff/", "/media/%2F/", "/media/%/", "/a\\b/", "/a b/", "/a\x00/", "/p/\n/"]:
    row(f"the prefix {prefix!r}", good(catu=(u(312), catu(prefix))), BAD)

# --- time
row("in its last second", good(), True, now=NOW + 59)
row("at its end", good(), "pass_expired", now=NOW + 60)
row("after its end", good(), "pass_expired", now=NOW + 61)
row("an end of zero", good(exp=(u(4), u(0))), "pass_expired")
row("nbf in 30 seconds", good((u(5), u(NOW + 30))), True)
row("nbf in 31 seconds", good((u(5), u(NOW + 31))), "pass_not_yet_valid")
row("iat in 30 seconds", good((u(6), u(NOW + 30))), True)
row("iat in 31 seconds", good((u(6), u(NOW + 31))), "pass_not_yet_valid")
row("an nbf of zero", good((u(5), u(0))), True)
row("over before it begins", good((u(5), u(NOW + 900))), "pass_expired", now=NOW + 60)
row("time is looked at before the path", good(), "pass_expired", rest="/other/x", now=NOW + 60)

# --- the path
for rest in ["/media/o/10/x", "/media/o/1", "/media/o/1/", "/media/o/", "/media/O/1/x", "/other/media/o/1/x", "/media/o/%31", "/", "/p/x/media/o/1/x"]:
    expect = "pass_path"
    if rest == "/media/o/%31":
        expect = {"status": 400, "reason": "path_not_canonical"}
    row(f"the path {rest}", good(), expect, rest=rest)
for rest in ["/media/o/1//x", "/media/o/1/../2/x", "/media/o/1/./x", "/media/o/1/..", "/media/o/1/%2e%2e/2", "/media/o/1/%2E", "/media/o/1/a%2fb", "/media/o/1/a%5Cb", "/media/o/1/a\\b", "/media/o/1/%61", "/media/o/1/%7E", "/media/o/1/a+b", "/media/o/1/a b", "/media/o/1/é", "/media/o/1/%ff", "/media/o/1/%C3%28", "/media/o/1/%ED%A0%80", "/media/o/1/%C0%AF", "/media/o/1/%F4%90%80%80", "/media/o/1/%", "/media/o/1/%4", "/media/o/1/%zz", "/media/o/1/%00", "/media/o/1/%1f", "/media/o/1/%7f", "/media/o/1/a\tb", "/media/o/1/a\nb", "/media/o/1/a#b", "/media/o/1/a?b"]:
    row(f"the path {rest!r}", good(), {"status": 400, "reason": "path_not_canonical"}, rest=rest)
for rest in ["/media/o/1/a%20b", "/media/o/1/%C3%A9", "/media/o/1/%c3%a9", "/media/o/1/%F0%9F%8E%AC", "/media/o/1/...", "/media/o/1/a.", "/media/o/1/.a", "/media/o/1/a;b=c,d$e!f*g'h(i):j@k&l|m^n`o{p}q\"r<s>t[u]v~w", "/media/o/1/a%2Bb", "/media/o/1/a%25b", "/media/o/1/%5e"]:
    row(f"the path {rest}", good(), True, rest=rest)
row("a pass in other spelling", "", {"status": 400, "reason": "path_not_canonical"}, uri=f"/p/%{ord(good()[0]):02X}{good()[1:]}/media/o/1/x")
row("no slash in front", "", {"status": 400, "reason": "path_not_canonical"}, uri=f"p/{good()}/media/o/1/x")
row("a path beside all routes", "", {"status": 403, "reason": "no_route"}, uri="/elsewhere/x", reads=0)
row("the path is looked at before the method", good(), "pass_path", rest="/other/x", method="OPTIONS")

# --- the method
for method in ["POST", "PUT", "DELETE", "PATCH", "get", "TRACE", "GET, HEAD", "", "constructor"]:
    row(f"the method {method!r}", good(), {"status": 405, "reason": "method_not_allowed"}, method=method, reads=0)
row("OPTIONS", good(), "pass_method", method="OPTIONS")
row("catm has OPTIONS", good((u(313), a(t("OPTIONS")))), True, method="OPTIONS")
row("catm lacks GET", good((u(313), a(t("HEAD")))), "pass_method")
row("catm in lower case", good((u(313), a(t("get")))), "pass_method")
row("the method is looked at before the network", good((u(311), a(tag(52, b(bytes(4)))))), "pass_method", method="OPTIONS")

# --- the network: RFC 9164's own examples, then what lies around them
V4, V4NET = tag(52, b(bytes([192, 0, 2, 1]))), tag(52, a(u(24), b(bytes([192, 0, 2]))))
V6, V6NET = tag(54, b(bytes.fromhex("20010db81234deedbeefcafefacefeed"))), tag(54, a(u(48), b(bytes.fromhex("20010db81234"))))


def net(*items):
    return good((u(311), a(*items)))


for name, item, address, holds in [
    ("an address", V4, "192.0.2.1", True),
    ("the next address", V4, "192.0.2.2", False),
    ("an address as IPv6", V4, "::ffff:192.0.2.1", True),
    ("an address as IPv6 in hex", V4, "::FFFF:c000:201", True),
    ("not the old compatible form", V4, "::192.0.2.1", False),
    ("a network", V4NET, "192.0.2.255", True),
    ("beside a network", V4NET, "192.0.3.0", False),
    ("an IPv6 address", V6, "2001:db8:1234:deed:beef:cafe:face:feed", True),
    ("an IPv6 address in capitals", V6, "2001:DB8:1234:DEED:BEEF:CAFE:FACE:FEED", True),
    ("the next IPv6 address", V6, "2001:db8:1234:deed:beef:cafe:face:feee", False),
    ("an IPv6 network", V6NET, "2001:db8:1234::1", True),
    ("an IPv6 network's first", V6NET, "2001:0db8:1234::", True),
    ("beside an IPv6 network", V6NET, "2001:db8:1235::1", False),
    ("IPv4 against IPv6", V6NET, "192.0.2.1", False),
    ("IPv6 against IPv4", V4NET, "2001:db8::1", False),
    ("mapped addresses are no IPv6", tag(54, a(u(96), b(bytes(10) + b"\xff\xff"))), "::ffff:1.2.3.4", False),
    ("all of IPv4", tag(52, a(u(0), b(b""))), "8.8.8.8", True),
    ("all of IPv4 is not IPv6", tag(52, a(u(0), b(b""))), "::1", False),
    ("all of IPv6", tag(54, a(u(0), b(b""))), "::", True),
    ("a prefix within a byte", tag(52, a(u(12), b(bytes([172, 16])))), "172.31.255.255", True),
    ("outside a prefix within a byte", tag(52, a(u(12), b(bytes([172, 16])))), "172.32.0.0", False),
    ("a prefix written whole", tag(52, a(u(8), b(bytes([10, 0, 0, 0])))), "10.9.8.7", True),
    ("an IPv6 prefix written whole", tag(54, a(u(32), b(bytes.fromhex("20010db8") + bytes(12)))), "2001:db8:ffff::", True),
    ("a prefix of all bits", tag(52, a(u(32), b(bytes([192, 0, 2, 1])))), "192.0.2.1", True),
    ("four at the end of IPv6", V6NET, "2001:db8:1234::1.2.3.4", True),
    ("four in the middle", V6NET, "2001:db8:1234:1.2.3.4::", False),
    ("seven groups and ::", V6NET, "2001:db8:1234:1:1:1:1::", True),
    ("eight groups and ::", V6NET, "2001:db8:1234:1:1:1:1:1::", False),
    (":: for nothing", V6NET, "2001:db8:1234:1::1:1:1:1", False),
    (":: for one group", V6NET, "2001:db8:1234:1::1:1:1", True),
    (":: twice", V6NET, "2001:db8:1234::1::", False),
    ("three colons", V6NET, "2001:db8:1234:::", False),
    ("a colon at the end", V6NET, "2001:db8:1234:1:1:1:1:", False),
    ("five digits", V6NET, "2001:db8:01234::", False),
    ("a zone", V6NET, "2001:db8:1234::1%eth0", False),
    ("brackets", V6NET, "[2001:db8:1234::1]", False),
    ("leading zeros", V4, "192.0.02.1", False),
    ("two zeros", tag(52, b(bytes(4))), "0.0.0.00", False),
    ("zeros", tag(52, b(bytes(4))), "0.0.0.0", True),
    ("three parts", V4NET, "192.0.2", False),
    ("five parts", V4NET, "192.0.2.1.1", False),
    ("256", V4NET, "192.0.2.256", False),
    ("an empty part", V4NET, "192.0..2", False),
    ("a sign", V4NET, "192.0.2.+1", False),
    ("a space", V4, " 192.0.2.1", False),
    ("hex", V4, "0xc0.0.2.1", False),
    ("no address", V4, "", False),
    ("a word", V4, "unknown", False),
]:
    row(f"catnip: {name}", net(item), True if holds else "pass_network", address=address)
row("catnip: the second of two", net(V6, V4), True, address="192.0.2.1")
row("catnip: none of two", net(V6, V4), "pass_network", address="192.0.2.9")
for name, item in [
    ("an autonomous system", u(64512)),
    ("text", t("192.0.2.1")),
    ("an address without its tag", b(bytes(4))),
    ("another tag", tag(53, b(bytes(4)))),
    ("another tag with sixteen bytes", tag(53, b(bytes(16)))),
    ("a tag of 2^32 + 52", tag(2**32 + 52, b(bytes(4)))),
    ("three bytes", tag(52, b(bytes(3)))),
    ("five bytes", tag(52, b(bytes(5)))),
    ("sixteen bytes of IPv4", tag(52, b(bytes(16)))),
    ("four bytes of IPv6", tag(54, b(bytes(4)))),
    ("a length of 33", tag(52, a(u(33), b(bytes(4))))),
    ("a length of 129", tag(54, a(u(129), b(bytes(16))))),
    ("a length of 256 + 8", tag(52, a(u(264), b(b"\x0a")))),
    ("a bit behind the prefix", tag(52, a(u(8), b(bytes([10, 0, 0, 1]))))),
    ("a bit behind the prefix in its byte", tag(52, a(u(12), b(bytes([172, 24]))))),
    ("bits without a prefix", tag(52, a(u(0), b(b"\x80")))),
    ("some zero bytes at the end", tag(52, a(u(8), b(bytes([10, 0]))))),
    ("too many bytes", tag(52, a(u(8), b(bytes([10, 0, 0, 0, 0]))))),
    ("an interface", tag(52, a(b(bytes([192, 0, 2, 1])), u(24)))),
    ("a prefix of three items", tag(52, a(u(24), b(bytes([192, 0, 2])), u(1)))),
    ("a prefix of one item", tag(52, a(u(24)))),
    ("an indefinite prefix", tag(52, b"\x9f" + u(24) + b(bytes([192, 0, 2])) + b"\xff")),
    ("a negative length", tag(52, a(b"\x20", b(b"")))),
]:
    row(f"catnip: {name}", net(item), BAD, address="192.0.2.1")
row("catnip: one bad of two", net(V4, u(1)), BAD, address="192.0.2.1")
row("catnip: empty", net(), BAD)

# --- revocations
row("revoked by its id", good((u(2), t("alice"))), "pass_revoked", ring=REVOKING, revoked=[CTI_KEY], reads=2)
row("revoked by its subject", good((u(2), t("alice"))), "pass_revoked", ring=REVOKING, revoked=["s:alice"], reads=3)
row("a subject that is another's beginning", good((u(2), t("alice"))), True, ring=REVOKING, revoked=["s:alic", "s:alicea"])
row("revoked in many alphabets", good((u(2), t("Ж-語-🎬"))), "pass_revoked", ring=REVOKING, revoked=["s:Ж-語-🎬"])
row("an id of one byte, revoked", good(cti=(u(7), b(b"\xfb"))), "pass_revoked", ring=REVOKING, revoked=["c:-w"])
row("an id of three bytes, revoked", good(cti=(u(7), b(b"\xff\xff\xfe"))), "pass_revoked", ring=REVOKING, revoked=["c:___-"])
row("the look-up of the id fails", good((u(2), t("alice"))), "pass_unavailable", ring=REVOKING, failing=[CTI_KEY], reads=2)
row("the look-up of the subject fails", good((u(2), t("alice"))), "pass_unavailable", ring=REVOKING, failing=["s:alice"], reads=3)
row("the id is revoked and the other look-up fails", good((u(2), t("alice"))), "pass_revoked", ring=REVOKING, revoked=[CTI_KEY], failing=["s:alice"])
row("revocations are looked up last", good(), "pass_path", rest="/other/x", ring=REVOKING, failing=[CTI_KEY], reads=1)

table = {"now": NOW, "address": "198.51.100.7", "ring": RING, "rows": rows}
names = [r["name"] for r in rows]
assert len(set(names)) == len(names), [n for n in names if names.count(n) > 1]
text = ",\n".join(json.dumps(r, ensure_ascii=True) for r in rows)
start = json.dumps({k: v for k, v in table.items() if k != "rows"})[:-1]
pathlib.Path(__file__).with_name("table.json").write_text(f'{start}, "rows": [\n{text}\n]}}\n')
print(len(rows), "rows")
