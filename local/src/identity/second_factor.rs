//! Authenticator apps: keys, and the codes that they make (RFC 6238: SHA-1, six digits, 30 seconds).

use super::IdentityError;
use super::directory::{Factor, Factors};
use super::secrets::random_bytes;
use totp_rs::{Builder, Secret, Totp};

/// A fresh key, base32.
pub(super) fn new_key() -> Result<String, IdentityError> {
    Ok(Secret::from(random_bytes::<20>()?.as_slice()).to_base32())
}

/// The step of 30 seconds that the code belongs to, if the key makes it now or one step to either side.
pub(super) fn accepts(key: &str, code: &str, now: u64) -> Option<u64> {
    totp(key)?.check(code.trim(), now)
}

fn totp(key: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(key).ok()?).build().ok()
}

impl Factors {
    /// Whether the code is one of the app's that was not taken before; it is not taken again.
    pub(super) fn takes(&mut self, code: &str, now: u64) -> bool {
        let step = self.totp_key.as_deref().and_then(|key| accepts(key, code, now));
        let fresh = step.filter(|step| *step > self.totp_last_step);
        self.totp_last_step = fresh.unwrap_or(self.totp_last_step);
        fresh.is_some()
    }

    /// The factors that are on, in Cognito's names.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let all = [(self.sms_enabled, Factor::Sms), (self.totp_enabled, Factor::Totp)];
        all.into_iter().filter(|(on, _)| *on).map(|(_, factor)| factor.as_str()).collect()
    }
}

impl Factor {
    /// Cognito's name of it, as a challenge and as a choice.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::Totp => "SOFTWARE_TOKEN_MFA",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base32 of `12345678901234567890`, RFC 6238's key for SHA-1.
    const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_the_rfc() {
        // Its appendix B, the last six of eight digits.
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(accepts(KEY, code, at), Some(at / 30));
            assert!(accepts(KEY, code, at + 30).is_some() && accepts(KEY, code, at + 61).is_none());
        }
        assert_eq!(accepts(KEY, "000000", 59), None);
    }

    #[test]
    fn a_code_is_taken_once() {
        let mut factors = Factors { totp_key: Some(KEY.to_owned()), ..Factors::default() };
        assert!(factors.takes("287082", 59) && !factors.takes("287082", 59) && !factors.takes("287082", 61));
        assert!(!Factors::default().takes("287082", 59));
    }
}
