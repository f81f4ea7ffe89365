//! A compact JWS (RFC 7515 §7.1), read strictly.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memchr_iter;

use super::keys::PublicKey;
use super::strict_json::{Object, Value};
use crate::reason::Reason;

/// The three parts. Nothing in it is verified.
#[derive(Debug)]
pub struct CompactJws<'t> {
    /// The protected header, as it came.
    pub header: &'t str,
    /// The decoded payload, of any shape.
    pub payload: Vec<u8>,
    /// The decoded signature.
    pub signature: Vec<u8>,
    /// What was signed: the first two parts with the dot, as they came.
    pub signed: &'t str,
}

impl<'t> CompactJws<'t> {
    /// Splits, and decodes all but the header.
    ///
    /// # Errors
    /// [`Reason::TokenMalformed`].
    pub fn parse(token: &'t str) -> Result<Self, Reason> {
        let malformed = Reason::TokenMalformed;
        let mut dots = memchr_iter(b'.', token.as_bytes());
        let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else { return Err(malformed) };
        let (signed, signature) = (token.get(..second), token.get(second + 1..));
        let (signed, signature) = signed.zip(signature).ok_or(malformed)?;
        let (header, payload) = signed.get(..first).zip(signed.get(first + 1..)).ok_or(malformed)?;
        Ok(Self { header, payload: decode(payload)?, signature: decode(signature)?, signed })
    }
}

/// Base64url, canonical and unpadded (RFC 4648 §3.5: trailing bits are zero).
fn decode(part: &str) -> Result<Vec<u8>, Reason> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Reason::TokenMalformed)
}

/// A decoded protected header.
#[derive(Debug)]
pub struct Header(Object);

impl Header {
    /// Decodes it.
    ///
    /// # Errors
    /// [`Reason::TokenMalformed`].
    pub fn read(text: &str) -> Result<Self, Reason> {
        Object::read(decode(text)?).map(Self).ok_or(Reason::TokenMalformed)
    }

    /// What it says.
    pub fn object(&self) -> &Object {
        &self.0
    }

    /// The `kid`, when everything else in the header is allowed. `jwk`, `jku`, `x5u` and `x5c` are never looked at.
    ///
    /// # Errors
    /// [`Reason::AlgNotAllowed`] or [`Reason::HeaderNotAllowed`].
    pub fn key_id(&self) -> Result<&str, Reason> {
        self.check_algorithm()?;
        match self.0.get("typ") {
            None => {}
            Some(Value::Text(t)) if t.eq_ignore_ascii_case("jwt") || t.eq_ignore_ascii_case("at+jwt") => {}
            Some(_) => return Err(Reason::HeaderNotAllowed),
        }
        let kid = self.0.text("kid").filter(|kid| !kid.is_empty());
        kid.ok_or(Reason::HeaderNotAllowed)
    }

    fn check_algorithm(&self) -> Result<(), Reason> {
        if self.0.text("alg") != Some("RS256") {
            return Err(Reason::AlgNotAllowed);
        }
        let changes_the_rules = ["crit", "b64", "zip"].iter().any(|name| self.0.get(name).is_some());
        if changes_the_rules { Err(Reason::HeaderNotAllowed) } else { Ok(()) }
    }
}

/// The last few headers that were allowed, and their keys' names: all tokens of an issuer's key begin with the same text.
#[derive(Debug, Default)]
pub struct KnownHeaders(VecDeque<(Box<str>, Arc<str>)>);

impl KnownHeaders {
    /// An issuer has a key for each kind of token, and two of each while it changes them.
    const MOST: usize = 4;

    /// What [`Header::key_id`] says of a header, as it came.
    ///
    /// # Errors
    /// Those of [`Header::read`] and [`Header::key_id`].
    pub fn key_id(&mut self, header: &str) -> Result<Arc<str>, Reason> {
        if let Some((_, kid)) = self.0.iter().find(|(known, _)| **known == *header) {
            return Ok(Arc::clone(kid));
        }
        let kid: Arc<str> = Header::read(header)?.key_id()?.into();
        self.0.truncate(Self::MOST - 1);
        self.0.push_front((header.into(), Arc::clone(&kid)));
        Ok(kid)
    }
}

/// Checks a compact JWS with a given key, whatever its payload is: what the public test vectors are run against.
///
/// # Errors
/// The same as for a token, up to and including the signature; `typ` and `kid` are not looked at.
pub fn verify_compact(token: &str, key: &PublicKey) -> Result<Vec<u8>, Reason> {
    let jws = CompactJws::parse(token)?;
    Header::read(jws.header)?.check_algorithm()?;
    verify_rs256(key, jws.signed.as_bytes(), &jws.signature)?;
    Ok(jws.payload)
}

/// Whether the key signed the message with RS256 (RFC 7518 §3.3): the one place where a signature is checked.
///
/// # Errors
/// [`Reason::SignatureInvalid`].
pub fn verify_rs256(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), Reason> {
    if key.prepared().has_signed(message, signature) { Ok(()) } else { Err(Reason::SignatureInvalid) }
}
