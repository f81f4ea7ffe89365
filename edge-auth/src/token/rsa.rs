//! RSA signatures, by AWS-LC: the only module of the crate with `unsafe`.
//!
//! Everything else is ring's. ring has no way to keep a key that it has prepared, and prepares it anew for each signature, a
//! quarter of the time of checking one; AWS-LC's safe wrapper keeps it, but brings along every algorithm there is, half a
//! megabyte of a zip that must stay below one. docs/decisions/0005 has the figures.
#![allow(unsafe_code)]

use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

use aws_lc_sys::{BIGNUM, BN_bin2bn, BN_free, NID_sha256, RSA, RSA_free, RSA_new_public_key, RSA_verify};
use ring::digest::{SHA256, digest};

/// An RSA public key, ready for use.
#[derive(Debug, Clone)]
pub struct VerifyingKey(Arc<Prepared>);

#[derive(Debug)]
struct Prepared(NonNull<RSA>);

// SAFETY: nothing but `RSA_verify` and `RSA_free` is done with it. AWS-LC says of its `RSA` that functions which take it
// as `const`, and `RSA_verify` among them, may run in several threads at once; the last owner frees it.
unsafe impl Send for Prepared {}
// SAFETY: as above.
unsafe impl Sync for Prepared {}

impl Drop for Prepared {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `RSA_new_public_key` and nobody else frees it.
        unsafe { RSA_free(self.0.as_ptr()) }
    }
}

impl VerifyingKey {
    /// A key of modulus and exponent, big-endian; `None` where AWS-LC does not take them for a key.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (n, e) = (Number::new(modulus)?, Number::new(exponent)?);
        // SAFETY: both numbers live until after the call, which copies them.
        let key = unsafe { RSA_new_public_key(n.0.as_ptr(), e.0.as_ptr()) };
        Some(Self(Arc::new(Prepared(NonNull::new(key)?))))
    }

    /// Whether that is the key's RSASSA-PKCS1-v1_5 signature of the message with SHA-256 (RFC 8017 §8.2.2).
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let digest = digest(&SHA256, message);
        let digest = digest.as_ref();
        // SAFETY: pointers and lengths are those of slices that live through the call; the key lives as long as `self`.
        let verified = unsafe {
            RSA_verify(
                NID_sha256,
                digest.as_ptr(),
                digest.len(),
                signature.as_ptr(),
                signature.len(),
                self.0.0.as_ptr(),
            )
        };
        verified == 1
    }
}

/// A number of AWS-LC's.
struct Number(NonNull<BIGNUM>);

impl Number {
    fn new(bytes: &[u8]) -> Option<Self> {
        // SAFETY: the pointer and the length are those of a slice that lives through the call; null asks for a new number.
        NonNull::new(unsafe { BN_bin2bn(bytes.as_ptr(), bytes.len(), null_mut()) }).map(Self)
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `BN_bin2bn` and nobody else frees it.
        unsafe { BN_free(self.0.as_ptr()) }
    }
}
