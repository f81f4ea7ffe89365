//! Passphrases of links: PBKDF2 (RFC 8018), its cost as OWASP's cheat sheet for password storage has it.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};

use crate::Problem;
use crate::api::text::random;

/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2>
const ITERATIONS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();

/// The longest passphrase, characters.
const LONGEST: usize = 200;

/// `pbkdf2-sha256$ITERATIONS$SALT$HASH`.
pub async fn hash(passphrase: String) -> Result<String, Problem> {
    if !(1..=LONGEST).contains(&passphrase.chars().count()) {
        let detail = format!("passphrase must have 1 to {LONGEST} characters.");
        return Err(Problem::invalid("passphrase", "out_of_range", detail));
    }
    let salt = random::<16>()?;
    let hash = off_the_threads(move || {
        let mut hash = [0; 32];
        pbkdf2::derive(PBKDF2_HMAC_SHA256, ITERATIONS, &salt, passphrase.as_bytes(), &mut hash);
        hash
    });
    Ok(format!("pbkdf2-sha256${ITERATIONS}${}${}", STANDARD.encode(salt), STANDARD.encode(hash.await?)))
}

/// Whether that is the passphrase.
pub async fn verify(passphrase: String, stored: &str) -> Result<bool, Problem> {
    let unreadable = || Problem::internal(&"a link's passphrase hash cannot be read");
    let mut parts = stored.split('$');
    let (Some("pbkdf2-sha256"), Some(iterations), Some(salt), Some(hash)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(unreadable());
    };
    let iterations: NonZeroU32 = iterations.parse().map_err(|_| unreadable())?;
    let salt = STANDARD.decode(salt).map_err(|_| unreadable())?;
    let hash = STANDARD.decode(hash).map_err(|_| unreadable())?;
    if passphrase.chars().count() > LONGEST {
        return Ok(false);
    }
    off_the_threads(move || pbkdf2::verify(PBKDF2_HMAC_SHA256, iterations, &salt, passphrase.as_bytes(), &hash).is_ok())
        .await
}

async fn off_the_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Problem::internal(&e))
}
