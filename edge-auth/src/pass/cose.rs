//! The frame of a pass: `61(17([protected, unprotected, payload, tag]))` (RFC 8392 §6, RFC 9052 §6.2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::LONGEST;
use super::cbor::{Malformed, Reader};
use super::write::Writer;

/// The tag of a CBOR Web Token.
const CWT: u64 = 61;
/// The tag of a `COSE_Mac0`.
const MAC0: u64 = 17;
/// HMAC with SHA-256, tag not cut (RFC 9053 §3.1).
const HMAC_256_256: u64 = 5;
/// The header parameters that a pass has (RFC 9052 §3.1).
const ALG: u64 = 1;
const KID: u64 = 4;

/// A pass taken apart. Nothing of it is proven.
#[derive(Debug)]
pub struct UnverifiedFrame {
    pub kid: Vec<u8>,
    pub payload: Vec<u8>,
    pub tag: [u8; 32],
    /// What the tag has to be of (RFC 9052 §6.3).
    pub authenticated: Vec<u8>,
}

impl UnverifiedFrame {
    /// Reads a pass as it stands in a path.
    pub fn read(pass: &str) -> Result<Self, Malformed> {
        if pass.len() > LONGEST {
            return Err(Malformed);
        }
        // No padding, no other alphabet, and no bits left over: a pass has one spelling.
        let bytes = URL_SAFE_NO_PAD.decode(pass).map_err(|_| Malformed)?;
        let mut reader = Reader::new(&bytes);
        if (reader.tag()?, reader.tag()?, reader.array()?) != (CWT, MAC0, 4) {
            return Err(Malformed);
        }
        let protected = reader.bytes()?;
        let inside = &mut Reader::new(protected);
        let (alg, kid) = headers(inside)?;
        inside.end()?;
        let (no_alg, other_kid) = headers(&mut reader)?;
        if alg != Some(HMAC_256_256) || no_alg.is_some() {
            return Err(Malformed);
        }
        let kid = match (kid, other_kid) {
            (Some(kid), None) | (None, Some(kid)) => kid.to_vec(),
            (None, None) | (Some(_), Some(_)) => return Err(Malformed),
        };
        let payload = reader.bytes()?;
        let tag = reader.bytes()?.try_into().map_err(|_| Malformed)?;
        reader.end()?;
        Ok(Self { kid, payload: payload.to_vec(), tag, authenticated: authenticated(protected, payload) })
    }
}

/// `alg` and `kid` of a header map that holds nothing else.
fn headers<'a>(reader: &mut Reader<'a>) -> Result<(Option<u64>, Option<&'a [u8]>), Malformed> {
    let (mut alg, mut kid, mut before) = (None, None, None);
    for _ in 0..reader.map()? {
        match reader.key(&mut before)? {
            ALG => alg = Some(reader.unsigned()?),
            KID => kid = Some(reader.bytes()?),
            _ => return Err(Malformed),
        }
    }
    Ok((alg, kid))
}

/// The `MAC_structure` of a `COSE_Mac0` (RFC 9052 §6.3), without external data.
fn authenticated(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.array(4);
    writer.text("MAC0");
    writer.bytes(protected);
    writer.bytes(&[]);
    writer.bytes(payload);
    writer.finish()
}

/// A whole pass around a payload; `tag` makes the tag of what it is given.
pub fn write(kid: &[u8], payload: &[u8], tag: impl FnOnce(&[u8]) -> [u8; 32]) -> String {
    let mut header = Writer::default();
    header.map(2);
    header.unsigned(ALG);
    header.unsigned(HMAC_256_256);
    header.unsigned(KID);
    header.bytes(kid);
    let protected = header.finish();
    let mut writer = Writer::default();
    writer.tag(CWT);
    writer.tag(MAC0);
    writer.array(4);
    writer.bytes(&protected);
    writer.map(0);
    writer.bytes(payload);
    writer.bytes(&tag(&authenticated(&protected, payload)));
    URL_SAFE_NO_PAD.encode(writer.finish())
}
