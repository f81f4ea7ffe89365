//! A store that fails, and what is said of it.

use mp4_front::faststart::{PartRules, Verdict};
use mp4_front::s3::{Error, ObjectProblem, ObjectReader, Options, download, faststart, upload};
use mp4_front::{Limits, Movie};

use crate::proxy::{Asked, Fate};
use crate::support::corpus;
use crate::{MEDIA, RAW, Store, expected, film, options, quick, uri};

#[tokio::test(flavor = "multi_thread")]
async fn every_third_request_fails() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    let film = film(30);
    store.put(&source, &film).await;
    for (status, code) in [(503, "SlowDown"), (500, "InternalError")] {
        let rule = move |asked: Asked| match (asked.again, asked.number % 3) {
            (false, 2) => Fate::Refuse(status, code),
            _ => Fate::Pass,
        };
        let (proxy, client) = store.through(rule).await;
        let outcome = faststart(&client, &source, &target, &options()).await.unwrap();
        assert!(matches!(outcome.verdict, Verdict::Move(_)));
        assert_eq!(store.bytes(&target).await, expected(&film), "{code}");
        let (requests, attempts) = (proxy.requests(), proxy.seen().len() as u64);
        assert_eq!((outcome.work.requests, attempts), (requests, requests + requests / 3));
        assert!(requests >= 9, "{:?}", proxy.seen());
    }
    store.assert_no_uploads().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_cut_off_are_continued() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    let film = film(20);
    store.put(&source, &film).await;
    let rule = |asked: Asked| match (asked.action, asked.number % 2) {
        ("GetObject", 0) => Fate::Cut(1000),
        _ => Fate::Pass,
    };
    let (proxy, client) = store.through(rule).await;
    let outcome = faststart(&client, &source, &target, &options()).await.unwrap();
    assert_eq!(store.bytes(&target).await, expected(&film));
    assert!(proxy.count("GetObject") >= 4, "{:?}", proxy.seen());
    assert_eq!(outcome.work.requests, proxy.requests());

    // Every body, at the same byte: the film comes in steps, until there have been too many.
    let (proxy, client) =
        store.through(|asked: Asked| if asked.action == "GetObject" { Fate::Cut(30_000) } else { Fate::Pass }).await;
    let reader = ObjectReader::open(&client, &source).await.unwrap();
    let movie = Movie::open(&reader, Limits::default()).await.unwrap();
    assert!(matches!(movie.faststart().unwrap(), Verdict::Move(_)));
    let error = download(&client, &source, &store.folder.path().join("front.mp4"), &options()).await.unwrap_err();
    let text = error.to_string();
    let expected = "the file could not be read: GetObject s3://stagedoor-raw/film.mp4: the body broke off: ";
    assert!(text.starts_with(expected), "{text}");
    assert!(!store.folder.path().join("front.mp4").exists());
    assert!(proxy.count("GetObject") < 20, "{:?}", proxy.seen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_keeps_failing_is_said_and_nothing_stays() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    store.put(&source, &film(30)).await;
    for failing in ["GetObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"] {
        let rule = move |asked: Asked| if asked.action == failing { Fate::Refuse(503, "SlowDown") } else { Fate::Pass };
        let (proxy, client) = store.through(rule).await;
        let few = Options { at_once: 2, ..options() };
        let error = faststart(&client, &source, &target, &few).await.unwrap_err();
        let place = if failing == "GetObject" { &source } else { &target };
        assert_eq!(error.to_string(), format!("{failing} {place}: SlowDown: Not now, says the proxy"));
        assert!(matches!(error, Error::Object(_)));
        store.assert_nothing_at(&target).await;
        // What is under way ends, and nothing further is begun: of two at once each is tried three times.
        assert!(proxy.count(failing) <= 6, "{:?}", proxy.seen());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_tried_again() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    let film = film(20);
    store.put(&source, &film).await;
    let cut = std::sync::atomic::AtomicBool::new(false);
    let rule = move |asked: Asked| {
        let first = asked.action == "UploadPartCopy" && !cut.swap(true, std::sync::atomic::Ordering::SeqCst);
        if first { Fate::Cut(0) } else { Fate::Pass }
    };
    let (proxy, client) = store.through(rule).await;
    faststart(&client, &source, &target, &options()).await.unwrap();
    assert_eq!(store.bytes(&target).await, expected(&film));
    assert_eq!(proxy.count("UploadPartCopy"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_cannot_be_aborted_is_named() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    store.put(&source, &film(20)).await;
    let rule = |asked: Asked| match asked.action {
        "UploadPartCopy" => Fate::Refuse(500, "InternalError"),
        "AbortMultipartUpload" => Fate::Refuse(403, "AccessDenied"),
        _ => Fate::Pass,
    };
    let (_proxy, client) = store.through(rule).await;
    let error = faststart(&client, &source, &target, &options()).await.unwrap_err();
    let list = store.direct.list_multipart_uploads().bucket(MEDIA).send().await.unwrap();
    let id = list.uploads()[0].upload_id().unwrap();
    let expected = format!(
        "UploadPartCopy {target}: InternalError: Not now, says the proxy; the unfinished upload {id} could not be aborted \
         (AbortMultipartUpload {target}: access was refused (AccessDenied: Not now, says the proxy); see that the \
         credentials are right and allow this): abort it, or let a lifecycle rule of the bucket do so"
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_allowed_is_said() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    let problem = |error: Error| match error {
        Error::Object(error) => error.problem,
        other => panic!("{other}"),
    };
    let missing = faststart(&store.direct, &source, &target, &options()).await.unwrap_err();
    assert!(
        missing.to_string().starts_with("GetObject s3://stagedoor-raw/film.mp4: it is not there (NoSuchKey: "),
        "{missing}"
    );
    let missing = faststart(&store.direct, &uri("no-such", "film.mp4"), &target, &options()).await.unwrap_err();
    assert!(missing.to_string().contains("it is not there (NoSuchBucket: "), "{missing}");
    store.put(&source, &film(20)).await;
    let missing = faststart(&store.direct, &source, &uri("no-such", "film.mp4"), &options()).await.unwrap_err();
    assert!(
        missing.to_string().starts_with("CreateMultipartUpload s3://no-such/film.mp4: it is not there"),
        "{missing}"
    );

    let stranger = quick(store.address, "another secret");
    let denied = faststart(&stranger, &source, &target, &options()).await.unwrap_err();
    let text = denied.to_string();
    assert!(text.contains("access was refused (") && !text.contains("another secret"), "{text}");
    assert!(matches!(problem(denied), ObjectProblem::Denied(_)));
    let denied = upload(&stranger, &corpus::path("plain.mp4"), &target, &options()).await.unwrap_err();
    assert!(denied.to_string().starts_with("PutObject s3://stagedoor-media/front.mp4: access was refused"), "{denied}");

    // A port where nobody listens.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = faststart(&quick(nobody, "x"), &source, &target, &options()).await.unwrap_err();
    assert!(matches!(problem(error), ObjectProblem::Other(text) if text.contains("dispatch failure")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_film_is_said() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    for bytes in [&b""[..], b"<html>", &[0; 100]] {
        store.put(&source, bytes).await;
        let error = faststart(&store.direct, &source, &target, &options()).await.unwrap_err();
        assert!(matches!(error, Error::Film(mp4_front::Error::NotAFilm)), "{error}");
    }
    store.put(&source, &film(20)).await;
    let rules = PartRules { smallest: 1000, largest: 2 << 20, parts: 9, copy: 5000, whole_below: 0 };
    let error = faststart(&store.direct, &source, &target, &Options { rules, ..Options::default() }).await.unwrap_err();
    assert!(error.to_string().contains("more than 9 parts of 2097152 bytes hold"), "{error}");
    store.assert_nothing_at(&target).await;
    let gone = store.folder.path().join("none.mp4");
    let error = upload(&store.direct, &gone, &target, &options()).await.unwrap_err();
    assert!(error.to_string().starts_with("the file could not be read: "), "{error}");
    let nowhere = store.folder.path().join("none/front.mp4");
    let error = download(&store.direct, &source, &nowhere, &options()).await.unwrap_err();
    assert!(error.to_string().contains("none/front.mp4 could not be written: "), "{error}");
}
