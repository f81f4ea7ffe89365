//! The cryptography of TLS, as much as a client needs that talks to an identity provider.
//!
//! ring's own set for rustls would bring Curve25519, `ChaCha20` and the signing of client certificates along, an eighth of
//! the zip. What is left is what every TLS 1.3 server has to have (RFC 8446 §9.1) and what TLS 1.2 servers are asked for
//! (RFC 9325 §4.2), with the signatures that public certificate authorities use.

use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::crypto::ring::{cipher_suite, kx_group};
use rustls::crypto::{CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use rustls::{ClientConfig, Error, RootCertStore, SignatureScheme};
use webpki::ring as signature;

/// A client that trusts the public certificate authorities, and has no certificate of its own.
pub fn client() -> Result<ClientConfig, Error> {
    let crypto = CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        ],
        kx_groups: vec![kx_group::SECP256R1, kx_group::SECP384R1],
        signature_verification_algorithms: SIGNATURES,
        secure_random: &System,
        key_provider: &NoKeys,
    };
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(crypto)).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// In TLS 1.2 a scheme does not fix the curve, hence two for each of ECDSA's.
const SIGNATURES: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        signature::ECDSA_P256_SHA256,
        signature::ECDSA_P256_SHA384,
        signature::ECDSA_P384_SHA256,
        signature::ECDSA_P384_SHA384,
        signature::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        signature::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        signature::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        signature::RSA_PKCS1_2048_8192_SHA256,
        signature::RSA_PKCS1_2048_8192_SHA384,
        signature::RSA_PKCS1_2048_8192_SHA512,
    ],
    mapping: &[
        (SignatureScheme::ECDSA_NISTP256_SHA256, &[signature::ECDSA_P256_SHA256, signature::ECDSA_P384_SHA256]),
        (SignatureScheme::ECDSA_NISTP384_SHA384, &[signature::ECDSA_P384_SHA384, signature::ECDSA_P256_SHA384]),
        (SignatureScheme::RSA_PSS_SHA256, &[signature::RSA_PSS_2048_8192_SHA256_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA384, &[signature::RSA_PSS_2048_8192_SHA384_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA512, &[signature::RSA_PSS_2048_8192_SHA512_LEGACY_KEY]),
        (SignatureScheme::RSA_PKCS1_SHA256, &[signature::RSA_PKCS1_2048_8192_SHA256]),
        (SignatureScheme::RSA_PKCS1_SHA384, &[signature::RSA_PKCS1_2048_8192_SHA384]),
        (SignatureScheme::RSA_PKCS1_SHA512, &[signature::RSA_PKCS1_2048_8192_SHA512]),
    ],
};

/// The operating system's randomness.
#[derive(Debug)]
struct System;

impl SecureRandom for System {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        SystemRandom::new().fill(bytes).map_err(|_| GetRandomFailed)
    }
}

/// A client without a certificate has no key to load.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("client certificates are not used".to_owned()))
    }
}
