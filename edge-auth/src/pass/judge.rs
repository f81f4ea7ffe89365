//! Judging a pass. The order of the checks is part of the contract: it decides which reason a bad pass gets.

use std::fmt;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cose::UnverifiedFrame;
use super::grant::Grant;
use super::ring::{Ring, RingKey};
use super::{LEEWAY_SECONDS, is_authentic};
use crate::path;
use crate::reason::Reason;

/// What a pass is shown for.
#[derive(Debug, Clone, Copy)]
pub struct PassRequest<'r> {
    /// The raw path behind `/p/PASS`, with its `/`.
    pub path: &'r str,
    /// The method, as sent.
    pub method: &'r str,
    /// The client's address, as text.
    pub address: &'r str,
}

/// What is asked of the `KeyValueStore`, or of what stands for it.
pub trait PassStore {
    /// The item `ring`.
    ///
    /// # Errors
    /// [`Unavailable`] also where there is none, or none that can be read.
    fn ring(&self) -> Result<Ring, Unavailable>;

    /// Whether there is an item of that name; its value does not matter.
    ///
    /// # Errors
    /// [`Unavailable`] where nobody knows.
    fn exists(&self, key: &str) -> Result<bool, Unavailable>;
}

/// The store gave no answer, which is not the answer "no".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of passes does not answer")
    }
}

impl std::error::Error for Unavailable {}

/// A pass that holds for a request. Only [`judge()`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPass(Grant);

impl VerifiedPass {
    /// What it grants.
    pub fn grant(&self) -> &Grant {
        &self.0
    }
}

/// Judges a pass as it stands in the path. The store is asked only about what is a pass by its form.
///
/// # Errors
/// The first check that fails, in this order: `pass_malformed` (the frame), `pass_unavailable` (the ring), `pass_key_unknown`,
/// `pass_signature_invalid`, `pass_malformed` (the claims), `pass_expired`, `pass_not_yet_valid`, `pass_path`, `pass_method`,
/// `pass_network`, `pass_unavailable` or `pass_revoked` (revocations).
pub fn judge(pass: &str, request: &PassRequest<'_>, now: u64, store: &dyn PassStore) -> Result<VerifiedPass, Reason> {
    let frame = UnverifiedFrame::read(pass).map_err(|_| Reason::PassMalformed)?;
    let ring = store.ring().map_err(|Unavailable| Reason::PassUnavailable)?;
    let key = ring.key(&frame.kid).filter(|key| key.until.is_none_or(|until| now <= until));
    let grant = granted(&frame, key)?;
    in_time(&grant, now)?;
    fits(&grant, request)?;
    if ring.revocations {
        not_revoked(&grant, store)?;
    }
    Ok(VerifiedPass(grant))
}

/// What a pass says, where its MAC is right by a key of the ring, whatever the moment, and the name of that key. It need not hold any
/// more: this is for looking at a pass, not for letting somebody in.
///
/// # Errors
/// `pass_malformed`, `pass_key_unknown` or `pass_signature_invalid`, in the order of [`judge()`].
pub fn authentic<'r>(pass: &str, ring: &'r Ring) -> Result<(Grant, &'r str), Reason> {
    let frame = UnverifiedFrame::read(pass).map_err(|_| Reason::PassMalformed)?;
    let key = ring.key(&frame.kid);
    let grant = granted(&frame, key)?;
    key.map(|key| (grant, key.kid.as_str())).ok_or(Reason::PassKeyUnknown)
}

fn granted(frame: &UnverifiedFrame, key: Option<&RingKey>) -> Result<Grant, Reason> {
    let key = key.ok_or(Reason::PassKeyUnknown)?;
    if !is_authentic(&key.secret, &frame.authenticated, &frame.tag) {
        return Err(Reason::PassSignatureInvalid);
    }
    Grant::read(&frame.payload).map_err(|_| Reason::PassMalformed)
}

fn in_time(grant: &Grant, now: u64) -> Result<(), Reason> {
    if now >= grant.expires {
        return Err(Reason::PassExpired);
    }
    let latest = now.saturating_add(LEEWAY_SECONDS);
    let early = [grant.not_before, grant.issued_at].into_iter().flatten().any(|time| time > latest);
    if early { Err(Reason::PassNotYetValid) } else { Ok(()) }
}

fn fits(grant: &Grant, request: &PassRequest<'_>) -> Result<(), Reason> {
    // The prefix ends in `/`, so it is whole segments; it is no file itself.
    let inside = request.path.strip_prefix(&grant.prefix).is_some_and(|rest| !rest.is_empty());
    if !inside || !path::is_canonical(request.path, false) {
        return Err(Reason::PassPath);
    }
    let method = request.method;
    let allowed = match grant.methods.as_slice() {
        [] => matches!(method, "GET" | "HEAD"),
        methods => methods.iter().any(|m| m == method),
    };
    if !allowed {
        return Err(Reason::PassMethod);
    }
    let contains = |address: IpAddr| grant.networks.iter().any(|network| network.contains(address));
    if !grant.networks.is_empty() && !request.address.parse().is_ok_and(contains) {
        return Err(Reason::PassNetwork);
    }
    Ok(())
}

fn not_revoked(grant: &Grant, store: &dyn PassStore) -> Result<(), Reason> {
    let subject = grant.subject.as_deref().map(revocation_of_subject);
    for key in [Some(revocation_of_id(&grant.id)), subject].into_iter().flatten() {
        match store.exists(&key) {
            Ok(false) => {}
            Ok(true) => return Err(Reason::PassRevoked),
            Err(Unavailable) => return Err(Reason::PassUnavailable),
        }
    }
    Ok(())
}

/// The key of the `KeyValueStore` that, by being there, revokes one pass. Its value is when the pass ends, Unix seconds, for sweeping.
pub fn revocation_of_id(id: &[u8]) -> String {
    format!("c:{}", URL_SAFE_NO_PAD.encode(id))
}

/// The key that revokes all of a person's passes; value as [`revocation_of_id`].
pub fn revocation_of_subject(subject: &str) -> String {
    format!("s:{subject}")
}
