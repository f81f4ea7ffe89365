//! What requests and answers of S3 share: fields, but no trait. Each name in a macro is one of the place that calls it.

/// A GET's or HEAD's conditions.
macro_rules! conditions {
    ($input:expr) => {
        Conditions {
            matching: $input.if_match.as_ref(),
            not_matching: $input.if_none_match.as_ref(),
            modified_since: $input.if_modified_since.as_ref(),
            unmodified_since: $input.if_unmodified_since.as_ref(),
        }
    };
}

/// Which upload a request means.
macro_rules! place {
    ($input:expr) => {
        Place { bucket: $input.bucket.clone(), key: $input.key.clone(), upload_id: $input.upload_id.clone() }
    };
}

/// What the request announces of its body.
macro_rules! expected {
    ($req:expr) => {
        Expected {
            length: $req.input.content_length,
            md5: $req.input.content_md5.clone(),
            checksum: Checksum {
                checksum_crc32: $req.input.checksum_crc32.clone(),
                checksum_crc32c: $req.input.checksum_crc32c.clone(),
                checksum_crc64nvme: $req.input.checksum_crc64nvme.clone(),
                checksum_sha1: $req.input.checksum_sha1.clone(),
                checksum_sha256: $req.input.checksum_sha256.clone(),
                ..Checksum::default()
            },
            announced: header(&$req.headers, "x-amz-trailer"),
            trailers: $req.trailing_headers.clone(),
        }
    };
}

/// Makes the body fail where it is not what the request announces; where to ask about it.
macro_rules! verify {
    ($req:expr) => {{
        let expected = expected!($req);
        if expected.names_no_checksum() {
            // An algorithm without a value, as presigned URLs may have it, asks for nothing that could be checked.
            $req.input.checksum_algorithm = None;
        }
        let body = $req.input.body.take().ok_or_else(|| S3Error::new(S3ErrorCode::IncompleteBody))?;
        let (body, failure) = Verified::wrap(body, expected);
        $req.input.body = Some(body);
        failure
    }};
}

/// What the checksum in the answer is one of: that of a multipart upload's parts is followed by their number.
macro_rules! checksum_type {
    ($output:expr) => {
        [&$output.checksum_crc32, &$output.checksum_crc32c, &$output.checksum_sha1, &$output.checksum_sha256]
            .into_iter()
            .chain([&$output.checksum_crc64nvme])
            .flatten()
            .next()
            .map(|value| {
                let composite = value.contains('-');
                let name = if composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT };
                ChecksumType::from_static(name)
            })
    };
}

/// An answer with these checksums in it.
macro_rules! with_checksums {
    ($checksum:expr, $output:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let checksum = $checksum;
        $output {
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            $($field: $value,)*
            ..$output::default()
        }
    }};
}

pub(super) use {checksum_type, conditions, expected, place, verify, with_checksums};
