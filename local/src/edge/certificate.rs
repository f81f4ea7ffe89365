//! A certificate for localhost, for browsers that want https.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const CERTIFICATE_FILE: &str = "localhost.crt.pem";
const KEY_FILE: &str = "localhost.key.pem";
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The TLS configuration for `localhost`, `127.0.0.1` and `::1`, HTTP/1.1 only. The self-signed certificate is made the
/// first time and kept in `dir` (made where missing; the key readable by its owner alone), so that an exception made in
/// a browser lasts.
///
/// # Errors
/// `dir` cannot be written, or what it holds cannot be read as a certificate and its key.
pub fn localhost_certificate(dir: &Path) -> Result<Arc<ServerConfig>> {
    let (certificate_path, key_path) = (dir.join(CERTIFICATE_FILE), dir.join(KEY_FILE));
    if !(certificate_path.exists() && key_path.exists()) {
        make(dir, &certificate_path, &key_path)?;
    }
    let certificates = CertificateDer::pem_file_iter(&certificate_path)
        .and_then(Iterator::collect)
        .with_context(|| format!("{}: expected a certificate as PEM", certificate_path.display()))?;
    let key = PrivateKeyDer::from_pem_file(&key_path)
        .with_context(|| format!("{}: expected a private key as PEM", key_path.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .with_context(|| format!("{}: certificate and key do not belong together", dir.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn make(dir: &Path, certificate_path: &Path, key_path: &Path) -> Result<()> {
    let made = rcgen::generate_simple_self_signed(NAMES.map(str::to_owned))?;
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    write(key_path, &made.signing_key.serialize_pem(), 0o600)?;
    write(certificate_path, &made.cert.pem(), 0o644)
}

/// Writes beside the file and renames, so that a crash leaves no half of a key and an old mode is not kept.
fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let beside = path.with_extension("new");
    let write = || {
        if beside.exists() {
            fs::remove_file(&beside)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
