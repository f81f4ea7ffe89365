//! Playback passes: who holds the link may play what it is for, until it ends.
//!
//! A pass is a Common Access Token (CTA-5007-B): a CBOR Web Token (RFC 8392) under `COSE_Mac0` (RFC 9052 §6.2) with HMAC 256/256
//! (RFC 9053 §3.1), in base64url, as a segment of the path: `/p/PASS/media/…`. [`judge()`] here and `function/viewer-request.js` at
//! the edge are the same verifier twice; tests hold them to one answer for every input.

mod cbor;
mod cose;
mod grant;
mod judge;
mod mint;
mod network;
mod ring;
mod rotation;
mod secret;
mod write;

pub use grant::{Grant, GrantProblem};
pub use judge::{
    PassRequest, PassStore, Unavailable, VerifiedPass, authentic, judge, revocation_of_id, revocation_of_subject,
};
pub use mint::{MintError, mint};
pub use network::{Network, NetworkError};
pub use ring::{Ring, RingError, RingKey};
pub use rotation::{MOST_KEYS, RotateError, Rotation, SETTLE, SWITCH_OVER, Step};
pub use secret::{KeyState, Secret, SecretError};

use crate::policy::PASS_PREFIX;

/// The longest pass, in characters: CloudFront's own reader of such tokens takes 1 KB, and the path has other parts.
pub const LONGEST: usize = 1024;
/// The one issuer (claim 1).
pub const ISSUER: &str = "stagedoor";
/// How far a minter's clock may be ahead of the edge's, seconds. An end is an end: `exp` has no leeway.
pub const LEEWAY_SECONDS: u64 = 30;
/// The latest time a pass can hold, Unix seconds: the greatest integer that JavaScript's numbers count up to without gaps.
pub const LATEST: u64 = (1 << 53) - 1;
/// The longest `sub`, bytes: a key of the `KeyValueStore` has at most 512, and `s:` stands before it.
pub const LONGEST_SUBJECT: usize = 500;
/// The longest that a pass may be good for, seconds: it goes round in links, and a replaced key has to outlive it.
pub const LONGEST_TTL: u64 = 7 * 86_400;
/// The longest `cti`, bytes.
pub const LONGEST_ID: usize = 64;

/// The pass and the rest of a path `/p/PASS/REST`; the rest begins with its `/`. `None` where the path has no such form.
pub fn split(path: &str) -> Option<(&str, &str)> {
    let behind = path.strip_prefix(PASS_PREFIX)?;
    behind.find('/').and_then(|at| behind.split_at_checked(at))
}

/// HMAC-SHA-256 of the parts in a row. Both functions that know the library are here.
fn authenticate(secret: &[u8], message: &[u8]) -> [u8; 32] {
    let key = ::ring::hmac::Key::new(::ring::hmac::HMAC_SHA256, secret);
    let mut tag = [0; 32];
    tag.iter_mut().zip(::ring::hmac::sign(&key, message).as_ref()).for_each(|(to, from)| *to = *from);
    tag
}

/// Whether the tag is the message's; takes as long for a wrong one as for a right one.
fn is_authentic(secret: &[u8], message: &[u8], tag: &[u8; 32]) -> bool {
    let key = ::ring::hmac::Key::new(::ring::hmac::HMAC_SHA256, secret);
    ::ring::hmac::verify(&key, message, tag).is_ok()
}
