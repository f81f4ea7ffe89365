//! The key of an authenticator app as a picture for the app's camera.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcodegen::{QrCode, QrCodeEcc};

const ISSUER: &str = "Stagedoor";
/// White around it, in modules, without which cameras do not find it.
const QUIET: i32 = 4;

/// What a page shows of a key.
pub struct Qr {
    /// Width and height of the picture in modules.
    pub size: i32,
    /// An SVG path of the dark modules.
    pub path: String,
    /// The key in groups of four, to be typed.
    pub key: String,
    /// The link that an app on the same device opens.
    pub link: String,
}

/// The picture of a key (base32) for an account; `None` where name and key are too long for one.
pub fn qr(account: &str, key: &str) -> Option<Qr> {
    let encoded = utf8_percent_encode(account, NON_ALPHANUMERIC);
    let link = format!("otpauth://totp/{ISSUER}:{encoded}?secret={key}&issuer={ISSUER}");
    let code = QrCode::encode_text(&link, QrCodeEcc::Medium).ok()?;
    let path = (0..code.size())
        .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
        .filter(|(x, y)| code.get_module(*x, *y))
        .map(|(x, y)| format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET))
        .collect();
    let letters: Vec<char> = key.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Some(Qr { size: code.size() + 2 * QUIET, path, key: groups.join(" "), link })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::qr;

    #[test]
    fn the_picture_has_its_corners_and_the_key_its_groups() {
        let picture = qr("ada@example.com", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(picture.key, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            picture.link,
            "otpauth://totp/Stagedoor:ada%40example%2Ecom?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Stagedoor"
        );
        // The finder pattern's first row: seven dark modules, then a light one.
        assert!((4..11).all(|x| picture.path.contains(&format!("M{x},4h1v1h-1z"))));
        assert!(!picture.path.contains("M11,4h") && !picture.path.contains("M3,4h"));
        assert!(qr(&"x".repeat(5000), "A").is_none());
    }
}
