use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType};

use crate::stores::{PART, Store, code, completed, crc64, sha256};

pub async fn a_part_of_other_bytes_is_refused(s: &Store) {
    let upload = s.begin("a").await;
    let sent = upload.part(1, b"other bytes").checksum_sha256(sha256(b"bytes")).send().await;
    if s.lax {
        // moto looks at no part's checksum.
        assert!(sent.is_ok());
        return;
    }
    assert_eq!(code(&sent.unwrap_err()), "BadDigest");
    assert!(upload.numbers().await.is_empty());
}

pub async fn parts_bring_the_uploads_algorithm(s: &Store) {
    if s.lax {
        // moto looks at no part's checksum.
        return;
    }
    let upload = s.begin("a").await;
    let other = upload.part(1, b"bytes").checksum_crc64_nvme(crc64(b"bytes")).send().await.unwrap_err();
    assert_eq!(code(&other), "InvalidRequest");
    let none = upload.part(1, b"bytes").send().await.unwrap_err();
    assert_eq!(code(&none), "InvalidRequest");
    assert!(upload.numbers().await.is_empty());

    // A checksum of the whole object asks nothing of the parts.
    let create = s.client.create_multipart_upload().bucket(&s.bucket).key("b");
    let begun = create.checksum_algorithm(ChecksumAlgorithm::Crc64Nvme).send().await.unwrap();
    let upload = s.upload("b", begun.upload_id().unwrap());
    upload.send_plain(1, b"bytes").await;
    let other = upload.part(2, b"bytes").checksum_sha256(sha256(b"bytes")).send().await.unwrap_err();
    assert_eq!(code(&other), "InvalidRequest");
    // One that nobody spoke of takes any that is right.
    let upload = s.begin_plain("c").await;
    upload.part(1, b"bytes").checksum_sha256(sha256(b"bytes")).send().await.unwrap();
    let wrong = upload.part(2, b"bytes").checksum_sha256(sha256(b"other")).send().await.unwrap_err();
    assert_eq!(code(&wrong), "BadDigest");
}

pub async fn completion_names_each_parts_checksum(s: &Store) {
    let upload = s.begin("a").await;
    let part = upload.send(1, b"bytes").await;
    let etag = part.e_tag().unwrap().to_owned();
    if !s.lax {
        // moto looks at entity tags alone.
        assert_eq!(upload.refused(vec![completed(1, &etag).build()]).await, "InvalidRequest");
        let wrong = completed(1, &etag).checksum_sha256(sha256(b"other")).build();
        assert_eq!(upload.refused(vec![wrong]).await, "InvalidPart");
        let crc = completed(1, &etag).checksum_sha256(sha256(b"bytes")).checksum_crc64_nvme(crc64(b"bytes")).build();
        assert_eq!(upload.refused(vec![crc]).await, "InvalidRequest");
        let size = upload.complete(vec![part.clone()]).mpu_object_size(6).send().await.unwrap_err();
        assert_eq!(code(&size), "InvalidRequest");
    }
    upload.complete(vec![part]).mpu_object_size(5).send().await.unwrap();
}

pub async fn the_whole_objects_crc_is_checked(s: &Store) {
    let (first, second) = (vec![b'a'; PART], b"and the rest".to_vec());
    let whole = crc64(&[&*first, &*second].concat());
    let create = s.client.create_multipart_upload().bucket(&s.bucket).key("a");
    let begun = create
        .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
        .checksum_type(ChecksumType::FullObject)
        .send()
        .await
        .unwrap();
    let upload = s.upload("a", begun.upload_id().unwrap());
    let mut parts = Vec::new();
    for (number, body) in [(1, &first), (2, &second)] {
        let sent = upload.part(number, body).checksum_crc64_nvme(crc64(body)).send().await.unwrap();
        parts.push(completed(number, sent.e_tag().unwrap()).checksum_crc64_nvme(crc64(body)).build());
    }
    if !s.lax {
        // moto puts the object together without a look at what it should be.
        let wrong = upload.complete(parts.clone()).checksum_crc64_nvme(crc64(b"other")).send().await.unwrap_err();
        assert_eq!(code(&wrong), "BadDigest");
        let composite = upload.complete(parts.clone()).checksum_type(ChecksumType::Composite).send().await;
        assert_eq!(code(&composite.unwrap_err()), "InvalidRequest");
    }
    let done = upload.complete(parts).checksum_crc64_nvme(&whole).checksum_type(ChecksumType::FullObject);
    done.send().await.unwrap();
    let head = s.client.head_object().bucket(&s.bucket).key("a").checksum_mode(ChecksumMode::Enabled);
    let head = head.send().await.unwrap();
    assert_eq!(head.checksum_type(), Some(&ChecksumType::FullObject));
    if s.lax {
        // moto computes another CRC under that name.
        return;
    }
    assert_eq!(head.checksum_crc64_nvme(), Some(&*whole));
    // The SDK compares what it reads with that checksum.
    let get = s.client.get_object().bucket(&s.bucket).key("a").checksum_mode(ChecksumMode::Enabled);
    assert_eq!(get.send().await.unwrap().body.collect().await.unwrap().to_vec().len(), PART + 12);
}

pub async fn kinds_that_cannot_be_are_refused(s: &Store) {
    if s.lax {
        // moto takes any pair.
        return;
    }
    for (algorithm, kind) in
        [(ChecksumAlgorithm::Sha256, ChecksumType::FullObject), (ChecksumAlgorithm::Crc64Nvme, ChecksumType::Composite)]
    {
        let create = s.client.create_multipart_upload().bucket(&s.bucket).key("a").checksum_algorithm(algorithm);
        assert_eq!(code(&create.checksum_type(kind).send().await.unwrap_err()), "InvalidRequest");
    }
}
