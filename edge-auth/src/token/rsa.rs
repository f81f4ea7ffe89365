//! RSA signatures, by AWS-LC: the only module of the crate with `unsafe`.
//!
//! Everything else is ring's. ring has no way to keep a key that it has prepared, and prepares it anew for each signature, a
//! quarter of the time of checking one; AWS-LC's safe wrapper keeps it, but brings along every algorithm there is, half a
//! megabyte of a zip that must stay below one. docs/decisions/0005 has the figures.
#![allow(unsafe_code)]

use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

use aws_lc_sys::{BIGNUM, BN_bin2bn, BN_free, RSA, RSA_NO_PADDING, RSA_free, RSA_new_public_key, RSA_verify_raw};
use ring::digest::{SHA256, digest};

/// An RSA public key, ready for use.
#[derive(Debug, Clone)]
pub struct VerifyingKey(Arc<Prepared>);

#[derive(Debug)]
struct Prepared(NonNull<RSA>);

// SAFETY: nothing but `RSA_verify_raw` and `RSA_free` is done with it. AWS-LC says of its `RSA` that functions which use it
// without changing it, and verifying among them, may run in several threads at once; the last owner frees it.
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
        // Room for 8,192 bits, the longest key.
        let (mut encoded, mut length) = ([0; 1024], 0);
        // SAFETY: pointers and lengths are those of slices that live through the call; the key lives as long as `self`.
        let is_done = unsafe {
            RSA_verify_raw(
                self.0.0.as_ptr(),
                &raw mut length,
                encoded.as_mut_ptr(),
                encoded.len(),
                signature.as_ptr(),
                signature.len(),
                RSA_NO_PADDING,
            )
        };
        let encoded = encoded.get(..length).filter(|_| is_done == 1);
        encoded.is_some_and(|encoded| is_encoded(encoded, digest(&SHA256, message).as_ref()))
    }
}

/// What stands before the digest: `DigestInfo` of SHA-256 (RFC 8017 §9.2, note 1).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Whether `encoded` is the digest's one encoding (EMSA-PKCS1-v1_5, RFC 8017 §9.2): 0, 1, as many 255 as there is room for and
/// eight at least, 0, `DigestInfo`. All of it is compared, as §8.2.2 wants it: who parses it instead has been deceived.
fn is_encoded(encoded: &[u8], digest: &[u8]) -> bool {
    let rest = encoded.strip_suffix(digest).and_then(|rest| rest.strip_suffix(&SHA256_INFO));
    let padding = rest.and_then(|rest| rest.strip_prefix(&[0, 1])?.strip_suffix(&[0]));
    padding.is_some_and(|padding| padding.len() >= 8 && padding.iter().all(|byte| *byte == 255))
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
