//! The numbers of SRP-6a as Cognito counts with them: RFC 5054's 3072-bit group, SHA-256, and numbers that enter a hash as the
//! bytes of a signed one, that is with a zero byte in front where the first bit is set.

use num_bigint::BigUint;
use ring::digest::{Context, SHA256};
use std::sync::LazyLock;

/// The generator.
pub(super) const GENERATOR: u32 = 2;

/// RFC 5054, appendix A, 3072-bit group.
const MODULUS: &str = concat!(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B",
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6",
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D",
    "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718",
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D",
    "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C",
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);

/// The modulus `N`.
pub(super) static N: LazyLock<BigUint> =
    LazyLock::new(|| BigUint::parse_bytes(MODULUS.as_bytes(), 16).unwrap_or_default());

/// SRP-6a's multiplier, the hash of modulus and generator.
pub(super) static K: LazyLock<BigUint> = LazyLock::new(|| hash(&[&padded(&N), &padded(&BigUint::from(GENERATOR))]));

/// `g^exponent mod N`.
pub(super) fn power(exponent: &BigUint) -> BigUint {
    BigUint::from(GENERATOR).modpow(exponent, &N)
}

/// The SHA-256 of all parts one after the other, as a number.
pub(super) fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&digest(parts))
}

/// The SHA-256 of all parts one after the other.
pub(super) fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// A number as it enters a hash.
pub(super) fn padded(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| *first >= 0x80) { [&[0], bytes.as_slice()].concat() } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_that_of_the_rfc() {
        assert_eq!(N.bits(), 3072);
        // The multiplier that every client of Cognito has as a constant or computes.
        assert_eq!(K.to_str_radix(16), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6");
    }

    #[test]
    fn a_number_is_hashed_as_if_it_had_a_sign() {
        assert_eq!(padded(&BigUint::from(0x7f_u32)), [0x7f]);
        assert_eq!(padded(&BigUint::from(0x80_u32)), [0, 0x80]);
        assert_eq!(padded(&BigUint::from(0x123_u32)), [0x01, 0x23]);
    }
}
