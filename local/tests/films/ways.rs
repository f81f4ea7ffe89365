//! The ways a film goes: within the store, to it, from it.

use mp4_front::faststart::{Refusal, Verdict, Work};
use mp4_front::s3::{ObjectReader, Options, download, faststart, upload};
use mp4_front::{Limits, Movie, ReadAt};

use crate::proxy::Fate;
use crate::support::atoms::{cut, find};
use crate::support::corpus;
use crate::{MEDIA, MIB, RAW, Store, expected, film, options, uri};

#[tokio::test(flavor = "multi_thread")]
async fn the_store_copies_the_media_data_by_itself() {
    let store = Store::open().await;
    let (proxy, client) = store.through(|_| Fate::Pass).await;
    let film = film(40);
    let (source, target) = (uri(RAW, "a b/ä+1 %?.mp4"), uri(MEDIA, "out/film.mp4"));
    store.put(&source, &film).await;

    // In a task, which asks that the future may move between threads.
    let (from, to) = (source.clone(), target.clone());
    let outcome = tokio::spawn(async move { faststart(&client, &from, &to, &options()).await }).await.unwrap().unwrap();
    let Verdict::Move(plan) = &outcome.verdict else { panic!("{:?}", outcome.verdict) };
    assert_eq!(store.bytes(&target).await, expected(&film));
    assert_eq!(store.bytes(&source).await, film);
    store.assert_no_uploads().await;

    let Work { bytes_read, bytes_written, bytes_copied, requests, parts } = outcome.work;
    assert_eq!((bytes_written, bytes_written + bytes_copied), (5 * MIB, plan.size()));
    // The first MiB of the film beside the index, and blocks of it.
    assert!((5 * MIB..5 * MIB + 6 * 65_536).contains(&bytes_read), "{bytes_read} bytes read");
    assert_eq!((parts, proxy.count("UploadPart"), proxy.count("UploadPartCopy")), (5, 1, 4));
    assert_eq!(requests, proxy.requests());
    assert!(proxy.count("GetObject") <= 4, "{:?}", proxy.seen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_may_take_its_own_place() {
    let store = Store::open().await;
    for (mebibytes, key) in [(1, "small.mp4"), (20, "large.mp4")] {
        let (film, place) = (film(mebibytes), uri(RAW, key));
        store.put(&place, &film).await;
        let first = faststart(&store.direct, &place, &place, &options()).await.unwrap();
        assert!(matches!(first.verdict, Verdict::Move(_)));
        assert_eq!(store.bytes(&place).await, expected(&film));
        let again = faststart(&store.direct, &place, &place, &options()).await.unwrap();
        assert_eq!((again.verdict, again.work.bytes_written), (Verdict::AlreadyFront, 0));
    }
    store.assert_no_uploads().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_film_goes_in_one_request() {
    let store = Store::open().await;
    let (proxy, client) = store.through(|_| Fate::Pass).await;
    let (film, source, target) = (film(2), uri(RAW, "film.mp4"), uri(RAW, "front.mp4"));
    store.put(&source, &film).await;
    let outcome = faststart(&client, &source, &target, &options()).await.unwrap();
    assert_eq!(store.bytes(&target).await, expected(&film));
    let work = outcome.work;
    assert_eq!((work.bytes_written, work.bytes_copied, work.parts), (expected(&film).len() as u64, 0, 0));
    assert_eq!((proxy.count("PutObject"), work.requests), (1, proxy.requests()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_the_source_is_kept() {
    let store = Store::open().await;
    for mebibytes in [1, 20] {
        let source = uri(RAW, "film.mov");
        let put = store.direct.put_object().bucket(RAW).key(&source.key).body(film(mebibytes).into());
        let put = put.content_type("video/quicktime").cache_control("private, max-age=60");
        let put = put.content_disposition("attachment; filename=\"a.mov\"").content_language("de");
        put.metadata("owner", "ada").metadata("title", "A film").send().await.unwrap();
        let target = uri(MEDIA, "film.mov");
        faststart(&store.direct, &source, &target, &options()).await.unwrap();
        let reader = ObjectReader::open(&store.direct, &source).await.unwrap();
        let before = reader.attributes().clone();
        assert_eq!(before.content_type.as_deref(), Some("video/quicktime"));
        assert_eq!(before.cache_control.as_deref(), Some("private, max-age=60"));
        assert_eq!(before.content_disposition.as_deref(), Some("attachment; filename=\"a.mov\""));
        assert_eq!(before.metadata.as_ref().unwrap()["owner"], "ada");
        let after = ObjectReader::open(&store.direct, &target).await.unwrap();
        assert_eq!(*after.attributes(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_need_not_or_must_not_be_moved_is_left() {
    let store = Store::open().await;
    let plain = corpus::bytes("plain.mp4");
    let twice = [&plain[..], cut(&plain, "moov")].concat();
    let target = uri(MEDIA, "out.mp4");
    let refused = Verdict::Refused(Refusal::SeveralMovies);
    for (film, verdict) in [
        (corpus::bytes("front.mp4"), Verdict::AlreadyFront),
        (corpus::bytes("fragments.mp4"), Verdict::Fragmented),
        (twice, refused),
    ] {
        let source = uri(RAW, "film.mp4");
        store.put(&source, &film).await;
        let (proxy, client) = store.through(|_| Fate::Pass).await;
        let outcome = faststart(&client, &source, &target, &options()).await.unwrap();
        assert_eq!(outcome.verdict, verdict);
        assert!(proxy.seen().iter().all(|action| *action == "GetObject"), "{:?}", proxy.seen());
        assert_eq!((outcome.work.requests, outcome.work.bytes_written), (proxy.requests(), 0));
        let outcome = download(&client, &source, &store.folder.path().join("out.mp4"), &options()).await.unwrap();
        assert_eq!(outcome.verdict, verdict);
        let local = store.folder.path().join("in.mp4");
        std::fs::write(&local, &film).unwrap();
        assert_eq!(upload(&client, &local, &target, &options()).await.unwrap().verdict, verdict);
    }
    assert!(!store.folder.path().join("out.mp4").exists());
    store.assert_nothing_at(&target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_local_file() {
    let store = Store::open().await;
    for (mebibytes, parts) in [(2, 0), (40, 5)] {
        let (film, target) = (film(mebibytes), uri(MEDIA, "film.mp4"));
        let local = store.folder.path().join("film.mp4");
        std::fs::write(&local, &film).unwrap();
        let outcome = upload(&store.direct, &local, &target, &options()).await.unwrap();
        let expected = expected(&film);
        assert_eq!(store.bytes(&target).await, expected);
        let work = outcome.work;
        assert_eq!((work.bytes_written, work.bytes_copied), (expected.len() as u64, 0));
        assert_eq!(work.parts, parts);
        let reader = ObjectReader::open(&store.direct, &target).await.unwrap();
        assert_eq!(reader.attributes().content_type.as_deref(), Some("video/mp4"));
    }
    let target = uri(MEDIA, "film.mov");
    upload(&store.direct, &corpus::path("plain.mov"), &target, &Options::default()).await.unwrap();
    let reader = ObjectReader::open(&store.direct, &target).await.unwrap();
    assert_eq!(reader.attributes().content_type.as_deref(), Some("video/quicktime"));
}

#[tokio::test(flavor = "multi_thread")]
async fn to_a_local_file() {
    let store = Store::open().await;
    let (film, source) = (film(20), uri(RAW, "film.mp4"));
    store.put(&source, &film).await;
    let local = store.folder.path().join("front.mp4");
    let outcome = download(&store.direct, &source, &local, &options()).await.unwrap();
    let expected = expected(&film);
    assert_eq!(std::fs::read(&local).unwrap(), expected);
    let work = outcome.work;
    assert_eq!((work.bytes_written, work.bytes_copied, work.parts), (expected.len() as u64, 0, 0));
    assert!(work.bytes_read >= film.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_come_from_a_few_ranges() {
    let store = Store::open().await;
    let (proxy, client) = store.through(|_| Fate::Pass).await;
    let (film, source) = (film(20), uri(RAW, "film.mp4"));
    store.put(&source, &film).await;
    let reader = ObjectReader::open(&client, &source).await.unwrap();
    assert_eq!(reader.size(), film.len() as u64);
    let cached = mp4_front::Cached::new(&reader);
    let facts = Movie::open(&cached, Limits::default()).await.unwrap().facts().unwrap();
    let mut plain = crate::support::facts(&corpus::path("plain.mp4"));
    (plain.size_bytes, plain.moov) = (facts.size_bytes, facts.moov.clone());
    assert_eq!(facts, plain);
    assert_eq!(facts.moov.offset, find(&film, "moov").start as u64);
    let traffic = reader.traffic();
    assert_eq!(traffic.requests, proxy.requests());
    assert!(traffic.requests <= 3 && traffic.bytes <= 4 * 65_536, "{traffic:?}");
}
