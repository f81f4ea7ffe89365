//! `require('crypto')` of CloudFront Functions: hashes and HMACs by MD5, SHA-1 and SHA-256, and nothing else.

use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::block_api::BlockSizeUser;
use sha2::{Digest, Sha256};

/// The hash of `data`, or its HMAC where there is a key; `None` for an algorithm that CloudFront lacks.
pub fn digest(algorithm: &str, key: Option<&[u8]>, data: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        "md5" => of::<Md5>(key, data),
        "sha1" => of::<Sha1>(key, data),
        "sha256" => of::<Sha256>(key, data),
        _ => None,
    }
}

fn of<D: Digest + BlockSizeUser>(key: Option<&[u8]>, data: &[u8]) -> Option<Vec<u8>> {
    let Some(key) = key else { return Some(D::digest(data).to_vec()) };
    let mut hmac = SimpleHmac::<D>::new_from_slice(key).ok()?;
    hmac.update(data);
    Some(hmac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::digest;

    fn hex(bytes: Option<Vec<u8>>) -> String {
        bytes.unwrap().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn known_answers() {
        assert_eq!(hex(digest("md5", None, b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(digest("sha1", None, b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        // RFC 4231 §4.3.
        let tag = digest("sha256", Some(b"Jefe"), b"what do ya want for nothing?");
        assert_eq!(hex(tag), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(digest("sha512", None, b""), None);
    }
}
