use std::io::SeekFrom;
use std::path::Path;

use futures::StreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::progress::Bar;
use crate::client::Body;

/// A stretch of a file as it goes out; the bar moves with it.
///
/// # Errors
/// Where the file cannot be opened.
pub async fn of(path: &Path, offset: u64, length: u64, bar: Bar) -> std::io::Result<Body> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(offset)).await?;
    let data = ReaderStream::with_capacity(file.take(length), 128 * 1024);
    let frames = data.map(move |data| {
        data.map(|data| {
            bar.advance(data.len() as u64);
            Frame::data(data)
        })
    });
    Ok(StreamBody::new(frames).boxed_unsync())
}
