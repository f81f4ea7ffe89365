//! Requests with passes that are right, nearly right, and wrong in every way there is; the same for the same seed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::pass::RingKey;
use serde_json::{Value, json};

use crate::reference::{Asked, Store, byte_string, tag};

pub const NOW: u64 = 1_800_000_000;

/// `SplitMix64`: small, and good enough to choose by.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    /// True in this many of a hundred.
    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| u8::try_from(self.next() & 255).unwrap()).collect()
    }

    /// Flips, takes out, puts in or cuts off.
    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        match self.below(6) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 if at < bytes.len() => {
                bytes[at] = self.pick(&[0, 0x18, 0x1b, 0x5f, 0x7f, 0x9f, 0xa0, 0xbf, 0xc2, 0xf6, 0xf9, 0xff]);
            }
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => bytes.insert(at, u8::try_from(self.next() & 255).unwrap()),
        }
    }
}

fn head(major: u8, number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let (info, kept) = match number {
        0..24 => (bytes[7], 8),
        24..0x100 => (24, 7),
        0x100..0x1_0000 => (25, 6),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 0),
    };
    [&[major << 5 | info], &bytes[kept..]].concat()
}

fn number(n: u64) -> Vec<u8> {
    head(0, n)
}

fn words(text: &str) -> Vec<u8> {
    [head(3, text.len() as u64), text.as_bytes().to_vec()].concat()
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len() as u64), items.concat()].concat()
}

fn tagged(n: u64, item: Vec<u8>) -> Vec<u8> {
    [head(6, n), item].concat()
}

const PREFIXES: [&str; 8] =
    ["/media/o/1/", "/", "/media/", "/media/%C3%A9/", "/media/o/1", "/media//", "/media/%61/", "/a+b/"];
const RESTS: [&str; 16] = [
    "/media/o/1/x",
    "/media/o/1/",
    "/media/o/10/x",
    "/media/o/1",
    "/media/%C3%A9/x",
    "/other/x",
    "/media/o/1/a%20b.ts",
    "/",
    "",
    "/media/o/1//x",
    "/media/o/1/../x",
    "/media/o/1/a+b",
    "/media/o/1/%2e",
    "/media/o/1/é",
    "/media/o/1/%zz",
    "/media/o/1/%ED%A0%80",
];
const METHODS: [&str; 6] = ["GET", "HEAD", "OPTIONS", "POST", "get", ""];
const ADDRESSES: [&str; 16] = [
    "192.0.2.1",
    "192.0.2.77",
    "10.9.8.7",
    "::1",
    "2001:db8::1",
    "2001:db8:ffff::",
    "::ffff:192.0.2.1",
    "::ffff:c000:201",
    "2001:DB8::10.0.0.1",
    "",
    "192.0.2.01",
    "1:2:3:4:5:6:7::",
    "1::2::3",
    "2001:db8:0:0:0:0:0:0:1",
    "fe80::1%eth0",
    ":::",
];
const SUBJECTS: [&str; 4] = ["alice", "bob", "Ж-語-🎬", ""];

/// An item that has no place where it comes to stand.
fn odd(dice: &mut Dice) -> Vec<u8> {
    let bytes: &[&[u8]] = &[
        &[0xf6],
        &[0xf5],
        &[0xf4],
        &[0xf9, 0, 0],
        &[0xfb, 0x41, 0xda, 0xd2, 0x74, 0x80, 0, 0, 0],
        &[0x20],
        &[0x18, 1],
        &[0x1b, 0, 0, 0, 0, 0x6b, 0x49, 0xd2, 0x3c],
        &[0x1b, 255, 255, 255, 255, 255, 255, 255, 255],
        &[0x5b, 255, 255, 255, 255, 255, 255, 255, 255],
        &[0x7b, 0, 0x20, 0, 0, 0, 0, 0, 0],
        &[0x9a, 255, 255, 255, 255],
        &[0xbb, 0, 0x1f, 255, 255, 255, 255, 255, 255],
        &[0x80],
        &[0xa0],
        &[0x60],
        &[0x40],
        &[0x5f, 0x41, 1, 0xff],
        &[0x7f, 0x61, 97, 0xff],
        &[0x9f, 0xff],
        &[0xbf, 0xff],
        &[0xc2, 0x41, 1],
        &[0x62, 0xc0, 0xaf],
        &[0x63, 0xed, 0xa0, 0x80],
        &[0x1c],
        &[0xff],
        &[0x78, 1, 97],
        &[0x58, 1, 97],
        &[0x81, 0x61, 97],
        &[0xa1, 1, 1],
        &[],
    ];
    if dice.percent(20) {
        let n = dice.below(6);
        return dice.bytes(n);
    }
    dice.pick(bytes).to_vec()
}

fn network(dice: &mut Dice) -> Vec<u8> {
    let choices: [Vec<u8>; 16] = [
        tagged(52, byte_string(&[192, 0, 2, 1])),
        tagged(52, list(&[number(24), byte_string(&[192, 0, 2])])),
        tagged(52, list(&[number(8), byte_string(&[10, 0, 0, 0])])),
        tagged(52, list(&[number(0), byte_string(&[])])),
        tagged(52, list(&[number(12), byte_string(&[172, 16])])),
        tagged(54, byte_string(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
        tagged(54, list(&[number(32), byte_string(&[0x20, 1, 0x0d, 0xb8])])),
        tagged(54, list(&[number(0), byte_string(&[])])),
        tagged(52, byte_string(&[192, 0, 2])),
        tagged(52, list(&[number(8), byte_string(&[10, 1])])),
        tagged(52, list(&[number(8), byte_string(&[10, 0])])),
        tagged(54, list(&[number(129), byte_string(&[1])])),
        tagged(53, byte_string(&[192, 0, 2, 1])),
        number(64512),
        tagged(52, list(&[number(dice.below(300) as u64), byte_string(&[192])])),
        odd(dice),
    ];
    let most = if dice.percent(80) { 8 } else { choices.len() };
    choices[dice.below(most)].clone()
}

/// A time near now; each edge that the rules have is among them.
fn time(dice: &mut Dice) -> Vec<u8> {
    let near: [i64; 12] = [-61, -31, -30, -1, 0, 1, 29, 30, 31, 60, 61, 3600];
    match dice.below(20) {
        0 => number(0),
        1 => number((1 << 53) - 1),
        2 => number(1 << 53),
        _ => number(NOW.saturating_add_signed(dice.pick(&near))),
    }
}

fn claims(dice: &mut Dice, id: &[u8], subject: &str) -> Vec<u8> {
    let issuer = if dice.percent(98) { "stagedoor" } else { "stagedoo" };
    let soon = if dice.percent(75) { number(NOW + 600) } else { time(dice) };
    let most = if dice.percent(90) { 4 } else { PREFIXES.len() };
    let prefix = PREFIXES[dice.below(most)];
    let mut pairs = vec![
        (number(1), words(issuer)),
        (number(4), soon),
        (number(7), byte_string(id)),
        (number(312), [head(5, 1), number(3), head(5, 1), number(1), words(prefix)].concat()),
    ];
    if dice.percent(40) {
        pairs.push((number(2), words(subject)));
    }
    for key in [5, 6] {
        if dice.percent(15) {
            pairs.push((number(key), time(dice)));
        }
    }
    if dice.percent(20) {
        pairs.push((number(310), number(u64::from(!dice.percent(5)))));
    }
    if dice.percent(25) {
        let n = 1 + dice.below(3);
        let items: Vec<_> = (0..n).map(|_| network(dice)).collect();
        pairs.push((number(311), list(&items)));
    }
    if dice.percent(20) {
        let n = 1 + dice.below(3);
        let items: Vec<_> = (0..n).map(|_| words(dice.pick(&METHODS))).collect();
        pairs.push((number(313), list(&items)));
    }
    // As deterministic CBOR has them.
    pairs.sort();
    if dice.percent(5) {
        let (one, other) = (dice.below(pairs.len()), dice.below(pairs.len()));
        pairs.swap(one, other);
    }
    if dice.percent(12) {
        let at = dice.below(pairs.len());
        match dice.below(6) {
            0 => drop(pairs.remove(at)),
            1 => pairs.push(pairs[at].clone()),
            2 => pairs[at].1 = odd(dice),
            3 => pairs[at].0 = odd(dice),
            4 => pairs.push((number(dice.next() % 400), odd(dice))),
            _ => pairs[at].1 = tagged(dice.next() % 70, pairs[at].1.clone()),
        }
    }
    let count = if dice.percent(1) { dice.next() % 300 } else { pairs.len() as u64 };
    let mut payload = head(5, count);
    for (key, value) in &pairs {
        payload.extend([key.as_slice(), value].concat());
    }
    payload
}

/// The two header maps, mostly as they should be.
fn headers(dice: &mut Dice, kid: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let alg = || [number(1), number(5)].concat();
    let kid = [number(4), byte_string(kid)].concat();
    let map = |pairs: &[Vec<u8>]| [head(5, pairs.len() as u64), pairs.concat()].concat();
    match dice.below(80) {
        0..50 => (map(&[alg(), kid]), map(&[])),
        50..73 => (map(&[alg()]), map(&[kid])),
        73 => (map(&[kid, alg()]), map(&[])),
        74 => (map(&[kid.clone(), alg()]), map(&[kid])),
        75 => (map(&[kid]), map(&[alg()])),
        76 => (map(&[alg(), kid]), map(&[[number(3), odd(dice)].concat()])),
        77 => (map(&[[number(1), number(dice.next() % 8)].concat(), kid]), map(&[])),
        78 => (map(&[alg(), [number(4), odd(dice)].concat()]), map(&[])),
        _ => (odd(dice), map(&[alg(), kid])),
    }
}

fn pass(dice: &mut Dice, key: &RingKey, payload: &[u8]) -> String {
    let kids: [&[u8]; 6] = [b"k9", b"", b"__proto__", b"\xff", b"constructor", b"0"];
    let kid = if dice.percent(95) { key.kid.as_bytes() } else { dice.pick(&kids) };
    let (protected, unprotected) = headers(dice, kid);
    let mut seal = tag(&protected, payload, key);
    if dice.percent(5) {
        dice.spoil(&mut seal);
    }
    let wrap = if dice.percent(98) {
        &[0xd8, 0x3d, 0xd1, 0x84][..]
    } else {
        dice.pick(&[
            &[0xd1, 0x84][..],
            &[0x84],
            &[0xd8, 61, 0xd8, 17, 0x84],
            &[0xd8, 61, 0xd1, 0x9f],
            &[0xd8, 61, 0xd1, 0x98, 4],
            &[0xd8, 61, 0xd1, 0x85],
        ])
    };
    let mut whole = [wrap, &byte_string(&protected), &unprotected, &byte_string(payload), &byte_string(&seal)].concat();
    // What is spoilt here has no right tag any more; what is spoilt before it has.
    if dice.percent(6) {
        dice.spoil(&mut whole);
    }
    let mut text = URL_SAFE_NO_PAD.encode(whole);
    if dice.percent(3) && !text.is_empty() {
        let at = dice.below(text.len());
        text.replace_range(at..=at, dice.pick(&["A", "_", "=", "+", ".", "!", "", "AA"]));
    }
    text
}

fn ring(dice: &mut Dice, keys: &[RingKey], revocations: bool) -> Option<String> {
    let mut listed: Vec<Value> = keys
        .iter()
        .map(|key| {
            let mut fields = json!({"kid": key.kid, "secret": URL_SAFE_NO_PAD.encode(&key.secret)});
            if let Some(until) = key.until {
                fields["until"] = json!(until);
            }
            fields
        })
        .collect();
    if dice.percent(3) {
        let at = dice.below(listed.len());
        match dice.below(4) {
            0 => drop(listed.remove(at)),
            1 => {
                listed[at]["until"] = dice.pick(&[
                    json!(null),
                    json!("1"),
                    json!(-1),
                    json!(0),
                    json!(1.5),
                    json!(9_007_199_254_740_992_u64),
                ]);
            }
            2 => {
                listed[at]["secret"] = {
                    let length = dice.pick(&[31, 32, 63, 64, 65]);
                    let of = URL_SAFE_NO_PAD.encode(dice.bytes(length));
                    dice.pick(&[json!(null), json!("AA"), json!(7), json!("="), json!(of)])
                }
            }
            _ => listed[at]["kid"] = dice.pick(&[json!(null), json!(""), json!(7), json!("k1")]),
        }
    }
    match dice.below(100) {
        0 => None,
        1 => Some((dice.pick(&["", "null", "{", "[]", "{\"keys\":[]}", "{\"keys\":[],\"revocations\":1}"])).to_owned()),
        _ => Some(json!({"keys": listed, "revocations": revocations}).to_string()),
    }
}

/// One request.
pub fn request(dice: &mut Dice) -> Asked {
    let until = NOW.saturating_add_signed(dice.pick(&[-1, 0, 1, 600]));
    let mut key = |kid: &str, byte: u8, until: Option<u64>| RingKey {
        kid: kid.to_owned(),
        secret: vec![byte; dice.pick(&[32, 32, 48, 64])],
        until,
    };
    let keys = [key("k1", 1, None), key("k0", 2, Some(until)), key("kö", 3, None)];
    let which = dice.pick(&keys);
    let length = match dice.below(30) {
        0 => 0,
        1 => 64,
        2 => 65,
        _ => 1 + dice.below(20),
    };
    let (id, subject) = (
        dice.bytes(length),
        if dice.percent(2) { "x".repeat(499 + dice.below(3)) } else { dice.pick(&SUBJECTS).to_owned() },
    );
    let mut payload = claims(dice, &id, &subject);
    if dice.percent(12) {
        for _ in 0..=dice.below(3) {
            dice.spoil(&mut payload);
        }
    }
    let pass = pass(dice, &which, &payload);
    let most = if dice.percent(75) { 1 } else { RESTS.len() };
    let uri = match dice.below(100) {
        0 => (dice.pick(&["/elsewhere/x", "/p/", "/p", "/elsewhere//x", "", "p/x/y"])).to_owned(),
        _ => format!("/p/{pass}{}", RESTS[dice.below(most)]),
    };
    let names = [
        edge_auth::pass::revocation_of_id(&id),
        edge_auth::pass::revocation_of_subject(&subject),
        "c:AA".to_owned(),
        "s:carol".to_owned(),
    ];
    let mut some = |n: usize| names.iter().filter(|_| dice.percent(n)).cloned().collect::<Vec<_>>();
    let (revoked, mut failing) = (some(12), some(8));
    if dice.percent(2) {
        failing.push("ring".to_owned());
    }
    let revocations = dice.percent(50);
    let ring = ring(dice, &keys, revocations);
    let most = if dice.percent(85) { 2 } else { METHODS.len() };
    let method = METHODS[dice.below(most)].to_owned();
    let now = NOW.saturating_add_signed(dice.pick(&[0, 0, 0, -1, 1, 600, 601]));
    Asked { uri, method, address: dice.pick(&ADDRESSES).to_owned(), now, store: Store::new(ring, &revoked, &failing) }
}
