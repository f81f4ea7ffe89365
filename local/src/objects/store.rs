use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use http::header::{ETAG, HeaderMap};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, ChecksumType, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CopyPartResult, CopySource,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
    DeleteObjectsOutput, DeletedObject, ETag, GetBucketLocationInput, GetBucketLocationOutput, GetObjectInput,
    GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput,
    ListBucketsOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsInput, ListObjectsOutput,
    ListObjectsV2Input, ListObjectsV2Output, ListPartsInput, ListPartsOutput, PutObjectInput, PutObjectOutput,
    Timestamp, UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};
use s3s_fs::FileSystem;
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::ObjectCreated;
use super::conditions::{Conditions, Verdict};
use super::fields::{checksum_type, conditions, expected, place, verify, with_checksums};
use super::keys;
use super::multipart::{Multipart, Place, source};
use super::verified::{Expected, Verified};

/// `s3s-fs` with what it leaves out.
#[derive(Clone)]
pub(super) struct Store {
    files: Arc<FileSystem>,
    multipart: Multipart,
    root: PathBuf,
    created: mpsc::UnboundedSender<ObjectCreated>,
}

impl Store {
    pub(super) fn open(root: &Path, created: mpsc::UnboundedSender<ObjectCreated>) -> Result<Self, String> {
        let files = FileSystem::new(root).map_err(|e| format!("{e:?}"))?;
        let multipart = Multipart::new(root);
        for object in multipart.recover().map_err(|e| format!("{e:?}"))? {
            let (bytes, etag) = (object.completed.bytes, object.completed.etag);
            let _ = created.send(ObjectCreated { bucket: object.bucket, key: object.key, bytes, etag });
        }
        Ok(Self { files: Arc::new(files), multipart, root: root.to_owned(), created })
    }

    /// Asks for an object that is really there; a directory is none.
    async fn head(&self, bucket: &str, key: &str) -> S3Result<HeadObjectOutput> {
        let is_file = match keys::path(&self.root, bucket, key) {
            Some(path) => tokio::fs::metadata(path).await.is_ok_and(|found| found.is_file()),
            None => false,
        };
        if !is_file {
            let has_bucket = tokio::fs::metadata(self.root.join(bucket)).await.is_ok();
            return Err(S3Error::new(if has_bucket { S3ErrorCode::NoSuchKey } else { S3ErrorCode::NoSuchBucket }));
        }
        let input = HeadObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..HeadObjectInput::default() };
        let request = S3Request {
            input,
            method: http::Method::HEAD,
            uri: http::Uri::default(),
            headers: HeaderMap::default(),
            extensions: http::Extensions::default(),
            credentials: None,
            region: None,
            service: None,
            trailing_headers: None,
        };
        Ok(self.files.head_object(request).await?.output)
    }

    /// The object, if the conditions let it be read.
    async fn read(&self, bucket: &str, key: &str, conditions: &Conditions<'_>) -> S3Result<HeadObjectOutput> {
        let head = self.head(bucket, key).await?;
        match judge(conditions, &head) {
            Verdict::Proceed => Ok(head),
            Verdict::Failed => Err(S3Error::new(S3ErrorCode::PreconditionFailed)),
            Verdict::NotModified => {
                let mut answer = S3Error::new(S3ErrorCode::NotModified);
                let etag = head.e_tag.as_ref().and_then(|etag| etag.to_http_header().ok());
                answer.set_headers(etag.into_iter().map(|etag| (ETAG, etag)).collect());
                Err(answer)
            }
        }
    }

    /// `If-Match` and `If-None-Match` of a request that would replace an object.
    async fn check_replacement(&self, input: &CompleteMultipartUploadInput) -> S3Result<()> {
        if input.if_match.is_none() && input.if_none_match.is_none() {
            return Ok(());
        }
        let conditions = Conditions {
            matching: input.if_match.as_ref(),
            not_matching: input.if_none_match.as_ref(),
            ..Conditions::default()
        };
        let fits = match self.head(&input.bucket, &input.key).await {
            Ok(head) => judge(&conditions, &head) == Verdict::Proceed,
            Err(e) if *e.code() == S3ErrorCode::NoSuchKey => input.if_match.is_none(),
            Err(e) => return Err(e),
        };
        if fits { Ok(()) } else { Err(S3Error::new(S3ErrorCode::PreconditionFailed)) }
    }

    async fn announce(&self, bucket: String, key: String) -> S3Result<()> {
        let head = self.head(&bucket, &key).await?;
        let bytes = head.content_length.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
        let etag = head.e_tag.map(ETag::into_value).unwrap_or_default();
        // Nobody listens while everything is being stopped; what starts next looks into the bucket.
        let _ = self.created.send(ObjectCreated { bucket, key, bytes, etag });
        Ok(())
    }
}

/// Runs to its end even when the client has hung up: it would leave an object half written or unannounced.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = S3Result<T>> + Send + 'static) -> S3Result<T> {
    let task = tokio::spawn(work.with_subscriber(NoSubscriber::new()));
    task.await.unwrap_or_else(|e| Err(S3Error::internal_error(e)))
}

fn judge(conditions: &Conditions<'_>, head: &HeadObjectOutput) -> Verdict {
    match (&head.e_tag, &head.last_modified) {
        (Some(etag), Some(modified)) => conditions.judge(etag, modified),
        _ => Verdict::Failed,
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
}

#[async_trait]
impl S3 for Store {
    async fn get_object(&self, mut req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = &mut req.input;
        let conditions = conditions!(input);
        self.read(&input.bucket, &input.key, &conditions).await?;
        let mut response = self.files.get_object(req).await?;
        let output = &mut response.output;
        output.accept_ranges = Some("bytes".to_owned());
        output.checksum_type = checksum_type!(output);
        Ok(response)
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = &req.input;
        let conditions = conditions!(input);
        let mut output = self.read(&input.bucket, &input.key, &conditions).await?;
        output.accept_ranges = Some("bytes".to_owned());
        output.checksum_type = checksum_type!(output);
        Ok(S3Response::new(output))
    }

    async fn put_object(&self, mut req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        keys::check(&self.root, &req.input.bucket, &req.input.key).await?;
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        let failure = verify!(req);
        let store = self.clone();
        to_the_end(async move {
            let response = store.files.put_object(req).await.map_err(|e| failure.or(e))?;
            store.announce(bucket, key).await?;
            Ok(response)
        })
        .await
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = &req.input;
        keys::check(&self.root, &input.bucket, &input.key).await?;
        if let CopySource::Bucket { bucket, key, .. } = &input.copy_source {
            self.head(bucket, key).await?;
        }
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        let store = self.clone();
        to_the_end(async move {
            let response = store.files.copy_object(req).await?;
            store.announce(bucket, key).await?;
            Ok(response)
        })
        .await
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        keys::check(&self.root, &req.input.bucket, &req.input.key).await?;
        Ok(S3Response::new(self.multipart.create(req.input).await?))
    }

    async fn upload_part(&self, mut req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let input = &req.input;
        let upload = self.multipart.find(place!(input)).await?;
        upload.check_part(&expected!(req))?;
        let failure = verify!(req);
        let body = req.input.body.take().ok_or_else(|| S3Error::new(S3ErrorCode::IncompleteBody))?;
        let part = upload.write(req.input.part_number, body).await.map_err(|e| failure.or(e))?;
        Ok(S3Response::new(with_checksums!(part.checksum, UploadPartOutput { e_tag: Some(part.etag) })))
    }

    async fn upload_part_copy(
        &self,
        req: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let input = &req.input;
        let upload = self.multipart.find(place!(input)).await?;
        let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
            return Err(S3Error::new(S3ErrorCode::NotImplemented));
        };
        let conditions = Conditions {
            matching: input.copy_source_if_match.as_ref(),
            not_matching: input.copy_source_if_none_match.as_ref(),
            modified_since: input.copy_source_if_modified_since.as_ref(),
            unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
        };
        if judge(&conditions, &self.head(bucket, key).await?) != Verdict::Proceed {
            return Err(S3Error::new(S3ErrorCode::PreconditionFailed));
        }
        let path = keys::path(&self.root, bucket, key).ok_or_else(|| S3Error::new(S3ErrorCode::NoSuchKey))?;
        let body = source(&path, input.copy_source_range.as_deref()).await?;
        let part = upload.write(input.part_number, body).await?;
        let mut result = with_checksums!(part.checksum, CopyPartResult { e_tag: Some(part.etag) });
        result.last_modified = Some(Timestamp::from(OffsetDateTime::now_utc()));
        let output = UploadPartCopyOutput { copy_part_result: Some(result), ..UploadPartCopyOutput::default() };
        Ok(S3Response::new(output))
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = req.input;
        keys::check(&self.root, &input.bucket, &input.key).await?;
        self.check_replacement(&input).await?;
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        let store = self.clone();
        to_the_end(async move {
            let completed = store.multipart.complete(input).await?;
            store.announce(bucket.clone(), key.clone()).await?;
            let mut output = with_checksums!(
                completed.checksum,
                CompleteMultipartUploadOutput {
                    location: Some(format!("/{bucket}/{key}")),
                    bucket: Some(bucket),
                    key: Some(key),
                    e_tag: Some(ETag::Strong(completed.etag)),
                }
            );
            output.checksum_type = checksum_type!(output);
            Ok(S3Response::new(output))
        })
        .await
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        match self.head(&req.input.bucket, &req.input.key).await {
            Err(e) if *e.code() == S3ErrorCode::NoSuchKey => Ok(S3Response::new(DeleteObjectOutput::default())),
            Err(e) => Err(e),
            Ok(_) => self.files.delete_object(req).await,
        }
    }

    async fn delete_objects(
        &self,
        mut req: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let mut there = Vec::new();
        let mut absent = Vec::new();
        for object in std::mem::take(&mut req.input.delete.objects) {
            if self.head(&req.input.bucket, &object.key).await.is_ok() {
                there.push(object);
            } else {
                absent.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() });
            }
        }
        req.input.delete.objects = there;
        let mut response = self.files.delete_objects(req).await?;
        response.output.deleted.get_or_insert_default().extend(absent);
        Ok(response)
    }

    async fn list_objects(&self, mut req: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        // s3s-fs says that it has encoded the keys, and hasn't.
        req.input.encoding_type = None;
        self.files.list_objects(req).await
    }

    async fn list_objects_v2(
        &self,
        mut req: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        req.input.encoding_type = None;
        self.files.list_objects_v2(req).await
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        Ok(S3Response::new(self.multipart.list_parts(req.input).await?))
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        Ok(S3Response::new(self.multipart.list(req.input).await?))
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.multipart.abort(req.input).await?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.files.head_bucket(req).await
    }

    async fn list_buckets(&self, req: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        self.files.list_buckets(req).await
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.files.get_bucket_location(req).await
    }
}
