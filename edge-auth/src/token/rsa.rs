//! RSA signatures, with AWS-LC's numbers: the only module of the crate with `unsafe`.
//!
//! Everything else is ring's. ring has no way to keep a key that it has prepared, and prepares it anew for each signature, a
//! quarter of the time of checking one; AWS-LC's safe wrapper keeps it, but brings along every algorithm there is, half a
//! megabyte of a zip that must stay below one. docs/decisions/0005 has the figures.
//!
//! Nothing here is secret: a public key, and signatures that somebody sent. So nothing has to take the same time always.
#![allow(unsafe_code)]

use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

use aws_lc_sys::{
    BIGNUM, BN_CTX, BN_CTX_free, BN_CTX_new, BN_MONT_CTX, BN_MONT_CTX_free, BN_MONT_CTX_new_for_modulus, BN_bin2bn,
    BN_bn2bin_padded, BN_free, BN_mod_exp_mont, BN_mod_mul_montgomery, BN_to_montgomery, BN_ucmp,
};
use ring::digest::{SHA256, digest};

/// An RSA public key, ready for use.
#[derive(Debug, Clone)]
pub struct VerifyingKey(Arc<Prepared>);

#[derive(Debug)]
struct Prepared {
    modulus: Number,
    /// In bytes, as long as every signature.
    length: usize,
    exponent: Number,
    /// The exponent is 65,537, as nearly everybody's.
    is_usual: bool,
    montgomery: Montgomery,
}

// SAFETY: once made, its numbers are only read: AWS-LC takes them as `const`, and keeps nothing of its own in them. The last owner
// frees them.
unsafe impl Send for Prepared {}
// SAFETY: as above.
unsafe impl Sync for Prepared {}

impl VerifyingKey {
    /// A key of modulus and exponent, big-endian without leading zeros, the modulus odd and of at most 8,192 bits; `None` where
    /// AWS-LC does not take them.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (length, is_usual) = (modulus.len(), exponent == [1, 0, 1]);
        let (modulus, exponent) = (Number::new(modulus)?, Number::new(exponent)?);
        let montgomery = Montgomery::new(&modulus)?;
        Some(Self(Arc::new(Prepared { modulus, length, exponent, is_usual, montgomery })))
    }

    /// Whether that is the key's RSASSA-PKCS1-v1_5 signature of the message with SHA-256 (RFC 8017 §8.2.2).
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = &*self.0;
        // Room for 8,192 bits.
        let mut encoded = [0; 1024];
        let Some(encoded) = encoded.get_mut(..key.length).filter(|encoded| encoded.len() == signature.len()) else {
            return false;
        };
        let Some(raised) = key.raise(signature) else { return false };
        // SAFETY: pointer and length are those of a slice that lives through the call; the number is made.
        let is_written = unsafe { BN_bn2bin_padded(encoded.as_mut_ptr(), encoded.len(), raised.0.as_ptr()) } == 1;
        is_written && is_encoded(encoded, digest(&SHA256, message).as_ref())
    }
}

impl Prepared {
    /// The signature to the power of the exponent; `None` where it is not below the modulus (RFC 8017 §5.2.2).
    fn raise(&self, signature: &[u8]) -> Option<Number> {
        let (signature, result, scratch) = (Number::new(signature)?, Number::new(&[])?, Scratch::new()?);
        let (base, power, scratch) = (signature.0.as_ptr(), result.0.as_ptr(), scratch.0.as_ptr());
        let (modulus, montgomery) = (self.modulus.0.as_ptr(), self.montgomery.0.as_ptr());
        // SAFETY: all of them are made and live until the end of this function; nobody else has the three that are written to.
        let is_done = unsafe {
            if BN_ucmp(base, modulus) >= 0 {
                return None;
            }
            if self.is_usual {
                // Sixteen squares are the 65,536th power; the last factor is taken as it is, so that the product is, too: each
                // product is divided by R, which only the power still has in it.
                let mut is_done = BN_to_montgomery(power, base, montgomery, scratch) == 1;
                for _ in 0..16 {
                    is_done &= BN_mod_mul_montgomery(power, power, power, montgomery, scratch) == 1;
                }
                is_done & (BN_mod_mul_montgomery(power, power, base, montgomery, scratch) == 1)
            } else {
                BN_mod_exp_mont(power, base, self.exponent.0.as_ptr(), modulus, scratch, montgomery) == 1
            }
        };
        is_done.then_some(result)
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
#[derive(Debug)]
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

/// What is computed once of a modulus (Montgomery's R and its like).
#[derive(Debug)]
struct Montgomery(NonNull<BN_MONT_CTX>);

impl Montgomery {
    fn new(modulus: &Number) -> Option<Self> {
        let scratch = Scratch::new()?;
        // SAFETY: both live through the call, which copies the modulus.
        NonNull::new(unsafe { BN_MONT_CTX_new_for_modulus(modulus.0.as_ptr(), scratch.0.as_ptr()) }).map(Self)
    }
}

impl Drop for Montgomery {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `BN_MONT_CTX_new_for_modulus` and nobody else frees it.
        unsafe { BN_MONT_CTX_free(self.0.as_ptr()) }
    }
}

/// Room for what is computed on the way.
struct Scratch(NonNull<BN_CTX>);

impl Scratch {
    fn new() -> Option<Self> {
        // SAFETY: it takes nothing, and gives null where there is no memory.
        NonNull::new(unsafe { BN_CTX_new() }).map(Self)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `BN_CTX_new` and nobody else frees it.
        unsafe { BN_CTX_free(self.0.as_ptr()) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::{any, proptest};
    use rsa::BigUint;

    use super::*;

    /// Numbers below and above the modulus, by both ways, against another library's power.
    fn raised(exponent: u32, modulus: &[u8; 256], base: &[u8]) {
        let bytes = exponent.to_be_bytes();
        let exponent = bytes.get(bytes.iter().position(|byte| *byte != 0).unwrap()..).unwrap();
        let key = VerifyingKey::new(modulus, exponent).unwrap();
        let [base, n, e] = [base, modulus, exponent].map(BigUint::from_bytes_be);
        let ours = key.0.raise(&base.to_bytes_be()).map(|number| {
            let mut bytes = [0; 256];
            // SAFETY: pointer and length are those of the array.
            assert_eq!(unsafe { BN_bn2bin_padded(bytes.as_mut_ptr(), bytes.len(), number.0.as_ptr()) }, 1);
            BigUint::from_bytes_be(&bytes)
        });
        assert_eq!(ours, (base < n).then(|| base.modpow(&e, &n)));
    }

    proptest! {
        #[test]
        fn a_power_is_what_another_library_makes_it(
            modulus in any::<[[u8; 32]; 8]>(), base in any::<[[u8; 32]; 8]>(), width in 0..=256_usize, other in any::<u16>(),
        ) {
            let (mut modulus, base) = (modulus.concat(), base.concat());
            modulus[0] |= 0x80;
            modulus[255] |= 1;
            let modulus: &[u8; 256] = modulus.first_chunk().unwrap();
            for exponent in [65_537, u32::from(other) | 3] {
                raised(exponent, modulus, &base[256 - width..]);
            }
        }
    }

    #[test]
    fn the_smallest_and_the_largest() {
        let modulus: &[u8; 256] = &[0xff; 256];
        let mut below = *modulus;
        below[255] = 0xfe;
        for base in [&[][..], &[1], modulus, &below] {
            raised(65_537, modulus, base);
            raised(3, modulus, base);
        }
    }
}
