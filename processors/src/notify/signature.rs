use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ring::hmac;

/// How a secret begins that is one of Standard Webhooks.
const PREFIX: &str = "whsec_";

/// Standard base64; libraries of receivers take it with and without padding.
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What messages to one webhook are signed with. It shows itself nowhere.
pub struct Secret(hmac::Key);

impl Secret {
    /// Reads `whsec_` and base64 of 24 to 64 bytes; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = ANY_PADDING.decode(text.strip_prefix(PREFIX)?).ok()?;
        (24..=64).contains(&bytes.len()).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The header `webhook-signature` of a message that is sent at `timestamp`, Unix seconds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// From the specification's own libraries.
    const PUBLISHED: (&str, &str, i64, &str, &str) = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );

    #[test]
    fn the_published_example_is_signed_as_published() {
        let (secret, id, timestamp, body, signature) = PUBLISHED;
        assert_eq!(Secret::read(secret).unwrap().sign(id, timestamp, body), signature);
    }

    #[test]
    fn everything_that_is_signed_counts() {
        let (secret, id, timestamp, body, signature) = PUBLISHED;
        let key = Secret::read(secret).unwrap();
        let other = Secret::read("whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        for another in [
            other.sign(id, timestamp, body),
            key.sign("msg_p5jXN8AQM9LWM0D4loKWxJeK", timestamp, body),
            key.sign(id, timestamp + 1, body),
            key.sign(id, timestamp, r#"{"test":2432232314}"#),
        ] {
            assert_ne!(another, signature);
        }
    }

    #[test]
    fn a_secret_is_24_to_64_bytes_of_standard_base64() {
        let of = |count: usize| format!("whsec_{}", STANDARD.encode(vec![0xFB; count]));
        for (text, good) in [
            (of(24), true),
            (of(32), true),
            (of(32).trim_end_matches('=').to_owned(), true),
            (of(64), true),
            (of(23), false),
            (of(65), false),
            (of(32).replace(['+', '/'], "_"), false),
            (of(32).replace("whsec_", ""), false),
            ("whsec_".to_owned(), false),
        ] {
            assert_eq!(Secret::read(&text).is_some(), good, "{text}");
        }
    }
}
