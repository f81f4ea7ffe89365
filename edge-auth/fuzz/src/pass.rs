//! Playback passes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::pass::{
    Grant, LONGEST, MintError, PassRequest, PassStore, Ring, RingKey, Unavailable, VerifiedPass, judge, mint,
};
use edge_auth::{Reason, path};

const NOW: u64 = 1_800_000_000;
/// Where each pass is shown.
const REQUEST: PassRequest<'static> = PassRequest { path: "/media/o/1/x.ts", method: "GET", address: "192.0.2.1" };

fn key() -> RingKey {
    RingKey { kid: "k".to_owned(), secret: vec![7; 32], until: None }
}

/// Has the one key, and revoked nothing.
struct Store;

impl PassStore for Store {
    fn ring(&self) -> Result<Ring, Unavailable> {
        Ok(Ring { keys: vec![key()], revocations: false })
    }

    fn exists(&self, _: &str) -> Result<bool, Unavailable> {
        panic!("nothing is looked up where the ring says that nothing was revoked")
    }
}

/// The input is a pass as it stands in a path, the bytes of one, and the claims of one under a right tag.
pub fn pass(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        unproven(text);
    }
    unproven(&URL_SAFE_NO_PAD.encode(data));
    if let Ok(pass) = judged(&sealed(data)) {
        granted(pass.grant());
    }
}

fn judged(pass: &str) -> Result<VerifiedPass, Reason> {
    judge(pass, &REQUEST, NOW, &Store)
}

/// Nobody here can make a tag by mutating bytes.
fn unproven(pass: &str) {
    let reason = judged(pass).expect_err("nobody made a tag for that");
    let expected = [Reason::PassMalformed, Reason::PassKeyUnknown, Reason::PassSignatureInvalid];
    assert!(expected.contains(&reason), "{pass} is {reason}");
    assert!(pass.len() <= LONGEST || reason == Reason::PassMalformed, "{reason}");
}

/// What holds of a pass that was let through: it says so, and says it in one spelling.
fn granted(grant: &Grant) {
    grant.check().expect("what is granted may be granted");
    assert!(NOW < grant.expires && grant.not_before.is_none_or(|time| time <= NOW + 30), "{grant:?}");
    assert!(REQUEST.path.starts_with(&grant.prefix) && REQUEST.path != grant.prefix, "{grant:?}");
    assert!(path::is_canonical(&grant.prefix, false) && grant.prefix.ends_with('/'), "{grant:?}");
    assert!(grant.methods.is_empty() || grant.methods.iter().any(|method| method == "GET"), "{grant:?}");
    let address = REQUEST.address.parse().expect("an address");
    assert!(grant.networks.is_empty() || grant.networks.iter().any(|n| n.contains(address)), "{grant:?}");
    // Claims may come in any order; what we mint of them has one, and means the same.
    match mint(grant, &key()) {
        Ok(again) => assert_eq!(judged(&again).expect("what is minted holds").grant(), grant),
        // We write the version as well, which a pass of the longest kind has no room for.
        Err(MintError::TooLong(_)) => {}
        Err(problem) => panic!("{grant:?} cannot be minted: {problem}"),
    }
}

/// `61(17([<<{1: 5, 4: 'k'}>>, {}, payload, tag]))`.
fn sealed(payload: &[u8]) -> String {
    let protected = [0xa2, 1, 5, 4, 0x41, b'k'];
    let payload = byte_string(payload);
    let message = [&[0x84, 0x64][..], b"MAC0", &[0x46], &protected, &[0x40], &payload].concat();
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key().secret);
    let tag = ring::hmac::sign(&secret, &message);
    let whole = [&[0xd8, 0x3d, 0xd1, 0x84, 0x46][..], &protected, &[0xa0], &payload, &[0x58, 0x20], tag.as_ref()];
    URL_SAFE_NO_PAD.encode(whole.concat())
}

fn byte_string(bytes: &[u8]) -> Vec<u8> {
    let [.., high, low] = bytes.len().to_be_bytes();
    let head = match bytes.len() {
        0..24 => vec![0x40 | low],
        24..256 => vec![0x58, low],
        _ => vec![0x59, high, low],
    };
    [&head[..], bytes].concat()
}
