//! Requests that their holder may send to the object store.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use catalog::UnixMillis;

use super::{Buckets, unavailable};
use crate::Problem;

/// How long an upload may take to begin. S3 looks at the clock when the request arrives, not when it ends.
const SIGNED_FOR: Duration = Duration::from_mins(15);

/// How long a part may take to begin: many are signed at once, and sent a few at a time.
const PART_SIGNED_FOR: Duration = Duration::from_hours(1);

/// A request that the holder may send once or more until it expires, as it is and in no other way.
pub struct Presigned {
    pub url: String,
    /// To be sent with it, besides `host` and `content-length`, which every client sends by itself.
    pub headers: BTreeMap<String, String>,
    pub expires_at: UnixMillis,
}

impl Buckets {
    /// Signs a PUT of exactly that many bytes of that type, and with that CRC64NVME where one is known.
    pub async fn presign_put(
        &self,
        key: &str,
        bytes: u64,
        content_type: &str,
        crc64nvme: Option<&str>,
        now: UnixMillis,
    ) -> Result<Presigned, Problem> {
        let put = self.client.put_object().bucket(&self.raw).key(key);
        let put = put.content_length(length(bytes)).content_type(content_type);
        let put = put.set_checksum_crc64_nvme(crc64nvme.map(str::to_owned));
        let request = put.presigned(signing(now, SIGNED_FOR)?).await.map_err(unavailable)?;
        Ok(presigned(&request, now, SIGNED_FOR))
    }

    /// Signs one part of exactly that many bytes with exactly that SHA-256 (base64).
    pub async fn presign_part(
        &self,
        (key, upload_id): (&str, &str),
        number: u32,
        bytes: u64,
        sha256: &str,
        now: UnixMillis,
    ) -> Result<Presigned, Problem> {
        let part = self.client.upload_part().bucket(&self.raw).key(key).upload_id(upload_id);
        let part = part.part_number(i32::try_from(number).unwrap_or(i32::MAX));
        let part = part.content_length(length(bytes)).checksum_sha256(sha256);
        let request = part.presigned(signing(now, PART_SIGNED_FOR)?).await.map_err(unavailable)?;
        Ok(presigned(&request, now, PART_SIGNED_FOR))
    }

    /// Signs a GET of a raw object as a file to be saved under that name.
    pub async fn presign_download(&self, key: &str, name: &str, now: UnixMillis) -> Result<String, Problem> {
        let get = self.client.get_object().bucket(&self.raw).key(key);
        let get = get.response_content_disposition(attachment(name));
        let request = get.presigned(signing(now, SIGNED_FOR)?).await.map_err(unavailable)?;
        Ok(request.uri().to_owned())
    }
}

fn signing(now: UnixMillis, life: Duration) -> Result<PresigningConfig, Problem> {
    let start = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
    PresigningConfig::builder().start_time(start).expires_in(life).build().map_err(|e| Problem::internal(&e))
}

fn presigned(request: &PresignedRequest, now: UnixMillis, life: Duration) -> Presigned {
    let by_itself = |name: &str| name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case("content-length");
    let headers = request.headers().filter(|(name, _)| !by_itself(name));
    let life = UnixMillis::try_from(life.as_millis()).unwrap_or(0);
    Presigned {
        url: request.uri().to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        expires_at: now.saturating_add(life),
    }
}

fn length(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// `content-disposition` with a name of any characters (RFC 6266, RFC 8187).
pub fn attachment(name: &str) -> String {
    use std::fmt::Write as _;
    let mut text = "attachment; filename*=UTF-8''".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_name_of_any_characters_stays_one_value() {
        assert_eq!(attachment("pier 1.jpg"), "attachment; filename*=UTF-8''pier%201.jpg");
        assert_eq!(attachment("a\"; x=\"b\r\n"), "attachment; filename*=UTF-8''a%22%3B%20x%3D%22b%0D%0A");
        assert_eq!(attachment("é'*"), "attachment; filename*=UTF-8''%C3%A9%27%2A");
    }
}
