//! Tokens that were signed out here. A JSON Web Token cannot be taken back; this instance at least no longer takes it.

use std::collections::VecDeque;

use ring::digest::{SHA256, digest};

/// SHA-256 of a whole token.
type TokenDigest = [u8; 32];

/// At most so many are kept; only tokens that verified get in, so that nobody can push others out with made-up ones.
const MOST: usize = 1024;

#[derive(Debug, Default)]
pub struct SignedOut(VecDeque<(TokenDigest, u64)>);

impl SignedOut {
    pub fn insert(&mut self, token: &str, expires_at: u64) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back((digest_of(token), expires_at));
    }

    /// Whether the token was signed out; forgotten once it has expired anyway.
    pub fn holds(&mut self, token: &str, now: u64, leeway: u64) -> bool {
        while self.0.front().is_some_and(|(_, expires_at)| expires_at.saturating_add(leeway) <= now) {
            self.0.pop_front();
        }
        // Most functions never see a sign-out, and need no digest.
        !self.0.is_empty() && {
            let token = digest_of(token);
            self.0.iter().any(|(other, _)| *other == token)
        }
    }
}

fn digest_of(token: &str) -> TokenDigest {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(digest(&SHA256, token.as_bytes()).as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}
