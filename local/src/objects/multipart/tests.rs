//! What a kill between any two steps leaves behind.

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use futures::stream;
use s3s::dto::{CompleteMultipartUploadInput, CompletedMultipartUpload, CompletedPart, ListPartsInput, StreamingBlob};

use super::steps::Step;
use super::*;

const BUCKET: &str = "stagedoor-raw";
const KEY: &str = "in/film.mp4";
const FIRST: usize = 5 * 1024 * 1024;

/// A store with one upload of two parts.
struct World {
    folder: tempfile::TempDir,
    store: Multipart,
    place: Place,
    parts: Vec<CompletedPart>,
}

fn body(byte: u8, length: usize) -> StreamingBlob {
    let chunks = vec![byte; length].chunks(1 << 20).map(Bytes::copy_from_slice).collect::<Vec<_>>();
    StreamingBlob::wrap(stream::iter(chunks.into_iter().map(Ok::<_, io::Error>)))
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let store = Multipart::new(folder.path());
        let create = CreateMultipartUploadInput {
            bucket: BUCKET.to_owned(),
            key: KEY.to_owned(),
            content_type: Some("video/mp4".to_owned()),
            ..CreateMultipartUploadInput::default()
        };
        let upload_id = store.create(create).await.unwrap().upload_id.unwrap();
        let place = Place { bucket: BUCKET.to_owned(), key: KEY.to_owned(), upload_id };
        let mut parts = Vec::new();
        for (number, byte, length) in [(1, b'a', FIRST), (2, b'b', 7)] {
            let part = store.find(place.clone()).await.unwrap().write(number, body(byte, length)).await.unwrap();
            parts.push(CompletedPart { part_number: Some(number), e_tag: Some(part.etag), ..CompletedPart::default() });
        }
        Self { folder, store, place, parts }
    }

    fn request(&self) -> CompleteMultipartUploadInput {
        let place = self.place.clone();
        let parts = Some(self.parts.clone());
        CompleteMultipartUploadInput {
            bucket: place.bucket,
            key: place.key,
            upload_id: place.upload_id,
            multipart_upload: Some(CompletedMultipartUpload { parts }),
            ..CompleteMultipartUploadInput::default()
        }
    }

    /// Completes as far as the given steps go, and is killed.
    fn complete_until(&self, steps: &[Step]) {
        let found = self.store.found(&self.place).unwrap();
        let parts = found.named_parts(&self.request()).unwrap();
        let finished = found.finished(&self.request(), &parts).unwrap();
        let assembly = steps::Assembly { root: self.folder.path(), found: &found, parts: &parts, finished: &finished };
        for step in steps {
            assembly.take(*step).unwrap();
        }
    }

    fn object(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join(BUCKET).join(KEY)).ok()
    }

    /// Every file below the root, by its path.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.strip_prefix(self.folder.path()).unwrap().to_owned(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }
}

fn whole() -> Vec<u8> {
    [vec![b'a'; FIRST], vec![b'b'; 7]].concat()
}

#[tokio::test]
async fn after_a_kill_there_is_the_whole_upload_or_the_whole_object() {
    let undisturbed = World::new().await;
    let expected = undisturbed.store.complete(undisturbed.request()).await.unwrap();
    let decided = Step::ALL.iter().position(|step| *step == Step::Decide).unwrap();
    for taken in 0..=Step::ALL.len() {
        let world = World::new().await;
        world.complete_until(&Step::ALL[..taken]);
        let recovered = Multipart::new(world.folder.path()).recover().unwrap();
        if taken <= decided {
            assert!(recovered.is_empty(), "{taken}");
            assert_eq!(world.object(), None, "{taken}");
            assert_eq!(world.store.complete(world.request()).await.unwrap().etag, expected.etag);
        } else {
            let [object] = &*recovered else { panic!("{taken}: not one object") };
            assert_eq!((&*object.bucket, &*object.key, &*object.completed.etag), (BUCKET, KEY, &*expected.etag));
            assert_eq!(world.store.complete(world.request()).await.unwrap_err().code(), &S3ErrorCode::NoSuchUpload);
        }
        assert_eq!(world.object(), Some(whole()), "{taken}");
        assert_eq!(world.files(), undisturbed.files(), "{taken}");
    }
}

#[tokio::test]
async fn completing_again_ends_well_wherever_the_first_one_ended() {
    let undisturbed = World::new().await;
    let expected = undisturbed.store.complete(undisturbed.request()).await.unwrap();
    for taken in 0..=Step::ALL.len() {
        let world = World::new().await;
        world.complete_until(&Step::ALL[..taken]);
        let completed = world.store.complete(world.request()).await.unwrap();
        assert_eq!((completed.etag, completed.bytes), (expected.etag.clone(), expected.bytes), "{taken}");
        assert_eq!(world.object(), Some(whole()), "{taken}");
        assert_eq!(world.files(), undisturbed.files(), "{taken}");
    }
}

#[tokio::test]
async fn of_two_who_complete_at_once_one_finds_no_upload() {
    let world = World::new().await;
    let (first, second) = tokio::join!(world.store.complete(world.request()), world.store.complete(world.request()));
    let refused: Vec<_> = [first, second].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.iter().map(|e| e.code().clone()).collect::<Vec<_>>(), [S3ErrorCode::NoSuchUpload]);
    assert_eq!(world.object(), Some(whole()));
}

#[tokio::test]
async fn a_part_that_breaks_off_leaves_nothing() {
    let world = World::new().await;
    let before = world.files();
    let broken = [Ok(Bytes::from_static(b"some bytes")), Err(io::Error::other("cut off"))];
    let body = StreamingBlob::wrap(stream::iter(broken));
    let found = world.store.find(world.place.clone()).await.unwrap();
    assert!(found.write(2, body).await.is_err());
    // Dropped in the middle, as when the client hangs up.
    let endless = StreamingBlob::wrap(stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(b"more"))));
    let found = world.store.find(world.place.clone()).await.unwrap();
    let writing = found.write(2, endless);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(50), writing).await.is_err());
    assert_eq!(world.files(), before);
}

#[tokio::test]
async fn the_next_start_removes_what_no_record_names() {
    let world = World::new().await;
    let before = world.files();
    let uploads = world.folder.path().join(".multipart");
    let upload = uploads.join(&world.place.upload_id);
    // Killed while a part arrived, before it was recorded, before the upload was, and while one was forgotten.
    for name in ["1b4e28ba.tmp", "00003.1b4e28ba", "00001.an-older-one", "object"] {
        fs::write(upload.join(name), "bytes").unwrap();
    }
    fs::create_dir(uploads.join("never-begun")).unwrap();
    fs::create_dir(uploads.join("over.gone")).unwrap();
    fs::copy(upload.join(UPLOAD), uploads.join("over.gone").join(UPLOAD)).unwrap();
    assert!(Multipart::new(world.folder.path()).recover().unwrap().is_empty());
    assert_eq!(world.files(), before);
    assert_eq!(fs::read_dir(&uploads).unwrap().count(), 1);
    let Place { bucket, key, upload_id } = world.place.clone();
    let list = ListPartsInput { bucket, key, upload_id, ..ListPartsInput::default() };
    assert_eq!(world.store.list_parts(list).await.unwrap().parts.unwrap().len(), 2);
}
