//! What a start has to take up again, read from the catalog and the raw bucket alone:
//!
//! - every row that is `uploaded` or `processing`;
//! - every row that is `ready` and waits for what takes longer;
//! - every row that is `uploading` although its object is there: the event between the two was lost;
//! - every object that no row names: somebody put it there, and its event was lost.

use std::collections::HashMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use catalog::{Catalog, Media, Status};

use super::delivery::Work;
use crate::objects::ObjectCreated;

/// All statuses: a row of any of them names its object.
const EVERY: [Status; 5] = [Status::Uploading, Status::Uploaded, Status::Processing, Status::Ready, Status::Failed];

/// Oldest rows first, objects without a row last.
pub(super) async fn read(catalog: &dyn Catalog, objects: &Client, bucket: &str) -> Result<Vec<Work>, String> {
    // Rows before objects: an object that comes between the two reads has its row or its event, and twice does no harm.
    let rows = catalog.in_status(&EVERY).await.map_err(|e| e.to_string())?;
    let mut stored = list(objects, bucket).await?;
    let mut work = Vec::new();
    for Media { id, status, source, later, .. } in rows {
        let object = stored.remove(&source.key);
        match (status, object) {
            (Status::Uploaded | Status::Processing, _) => work.push(Work::Media(id)),
            (Status::Ready, _) if later => work.push(Work::Later(id)),
            (Status::Uploading, Some(bytes)) => work.extend(object_work(objects, bucket, source.key, bytes).await?),
            (Status::Uploading, None) | (Status::Ready | Status::Failed, _) => {}
        }
    }
    let mut strays: Vec<_> = stored.into_iter().collect();
    strays.sort();
    for (key, bytes) in strays {
        work.extend(object_work(objects, bucket, key, bytes).await?);
    }
    Ok(work)
}

/// Every key with its length.
async fn list(objects: &Client, bucket: &str) -> Result<HashMap<String, u64>, String> {
    let mut stored = HashMap::new();
    let mut pages = objects.list_objects_v2().bucket(bucket).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| DisplayErrorContext(e).to_string())?;
        stored.extend(page.contents.into_iter().flatten().filter_map(|object| {
            Some((object.key?, object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default()))
        }));
    }
    Ok(stored)
}

/// The event that was lost; none where the object has gone since.
async fn object_work(objects: &Client, bucket: &str, key: String, bytes: u64) -> Result<Option<Work>, String> {
    match objects.head_object().bucket(bucket).key(&key).send().await {
        Ok(head) => {
            let etag = head.e_tag.unwrap_or_default().trim_matches('"').to_owned();
            Ok(Some(Work::Object(ObjectCreated { bucket: bucket.to_owned(), key, bytes, etag })))
        }
        Err(e) if e.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
        Err(e) => Err(DisplayErrorContext(e).to_string()),
    }
}
