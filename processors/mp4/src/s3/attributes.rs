//! What is said of an object beside its bytes.

use std::collections::HashMap;

use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};

/// An object's headers and metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// `Content-Type`
    pub content_type: Option<String>,
    /// `Content-Encoding`
    pub content_encoding: Option<String>,
    /// `Content-Disposition`
    pub content_disposition: Option<String>,
    /// `Content-Language`
    pub content_language: Option<String>,
    /// `Cache-Control`
    pub cache_control: Option<String>,
    /// `Expires`, where it is a date.
    pub expires: Option<DateTime>,
    /// `x-amz-meta-…`, by the names that follow the prefix.
    pub metadata: Option<HashMap<String, String>>,
}

// The builders share methods but no trait.
macro_rules! describe {
    ($builder:expr, $attributes:expr) => {
        $builder
            .set_content_type($attributes.content_type.clone())
            .set_content_encoding($attributes.content_encoding.clone())
            .set_content_disposition($attributes.content_disposition.clone())
            .set_content_language($attributes.content_language.clone())
            .set_cache_control($attributes.cache_control.clone())
            .set_expires($attributes.expires)
            .set_metadata($attributes.metadata.clone())
    };
}

impl Attributes {
    pub(super) fn of(answer: &GetObjectOutput) -> Self {
        let expires = answer.expires_string().and_then(|text| DateTime::from_str(text, DateTimeFormat::HttpDate).ok());
        Self {
            content_type: answer.content_type.clone(),
            content_encoding: answer.content_encoding.clone(),
            content_disposition: answer.content_disposition.clone(),
            content_language: answer.content_language.clone(),
            cache_control: answer.cache_control.clone(),
            expires,
            metadata: answer.metadata.clone(),
        }
    }

    pub(super) fn put(&self, request: PutObjectFluentBuilder) -> PutObjectFluentBuilder {
        describe!(request, self)
    }

    pub(super) fn create(&self, request: CreateMultipartUploadFluentBuilder) -> CreateMultipartUploadFluentBuilder {
        describe!(request, self)
    }
}
