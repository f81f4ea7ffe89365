use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::stores::{Store, sha256};

/// As a browser gets it: length and SHA-256 are signed.
pub async fn a_presigned_part_takes_the_signed_bytes_alone(s: &Store) {
    let upload = s.begin("a").await;
    let part = s.client.upload_part().bucket(&s.bucket).key("a").upload_id(&upload.id).part_number(1);
    let part = part.content_length(5).checksum_sha256(sha256(b"bytes"));
    let hour = PresigningConfig::expires_in(Duration::from_hours(1)).unwrap();
    let presigned = part.presigned(hour).await.unwrap();
    assert!(presigned.uri().starts_with(&s.endpoint));
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let put = async |body: &'static [u8], checksum: &str| {
        let mut request = Request::put(presigned.uri());
        for (name, value) in presigned.headers() {
            let name = name.to_ascii_lowercase();
            let value = if name == "x-amz-checksum-sha256" { checksum } else { value };
            if name != "content-length" && name != "host" {
                request = request.header(name, value);
            }
        }
        let answer = client.request(request.body(Full::from(body)).unwrap()).await.unwrap();
        answer.status().as_u16()
    };
    if !s.lax {
        // moto checks neither signatures nor parts' checksums.
        assert_eq!(put(b"other", &sha256(b"bytes")).await, 400, "other bytes");
        assert_eq!(put(b"other", &sha256(b"other")).await, 403, "another checksum than was signed");
        assert_eq!(put(b"more bytes", &sha256(b"bytes")).await, 403, "another length than was signed");
        assert!(upload.numbers().await.is_empty());
    }
    assert_eq!(put(b"bytes", &sha256(b"bytes")).await, 200);
    assert_eq!(upload.numbers().await, [1]);
}
