//! Making a pass.

use std::fmt;

use super::grant::{Grant, GrantProblem};
use super::ring::RingKey;
use super::{LONGEST, authenticate, cose};

/// Why no pass was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MintError {
    /// The grant is none that a pass may hold.
    Grant(GrantProblem),
    /// The pass would have this many characters, more than [`LONGEST`].
    TooLong(usize),
}

impl fmt::Display for MintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant(problem) => problem.fmt(f),
            Self::TooLong(length) => write!(f, "the pass would have {length} characters; at most {LONGEST} are read"),
        }
    }
}

impl std::error::Error for MintError {}

/// Makes a pass: deterministic CBOR (RFC 8949 §4.2.1), `kid` in the protected header.
///
/// # Errors
/// See [`MintError`].
pub fn mint(grant: &Grant, key: &RingKey) -> Result<String, MintError> {
    grant.check().map_err(MintError::Grant)?;
    let tag = |message: &[u8]| authenticate(&key.secret, message);
    let pass = cose::write(key.kid.as_bytes(), &grant.write(), tag);
    if pass.len() > LONGEST { Err(MintError::TooLong(pass.len())) } else { Ok(pass) }
}
