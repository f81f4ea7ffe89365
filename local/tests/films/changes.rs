//! Sources that become others while they are read.

use futures::FutureExt as _;
use mp4_front::s3::{Error, ObjectUri, faststart, upload};

use crate::proxy::Fate;
use crate::{MEDIA, RAW, Store, film, options, put, uri};

const CHANGED: &str = "the file changed while it was read; start again with the new one";

/// Moves a film that is replaced, or deleted, before the `nth` request of that name goes through.
async fn changed(store: &Store, places: [&ObjectUri; 2], action: &'static str, nth: usize, deleted: bool) -> Error {
    let (client, place) = (store.direct.clone(), places[0].clone());
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let (proxy, through) = store
        .through(move |asked| {
            if asked.action != action || seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) != nth {
                return Fate::Pass;
            }
            let (client, place) = (client.clone(), place.clone());
            let change = async move {
                if deleted {
                    client.delete_object().bucket(&place.bucket).key(&place.key).send().await.unwrap();
                } else {
                    put(&client, &place, b"something else").await;
                }
            };
            Fate::After(change.boxed())
        })
        .await;
    let error = faststart(&through, places[0], places[1], &options()).await.unwrap_err();
    assert!(proxy.seen().contains(&action), "{:?}", proxy.seen());
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_replaced_is_noticed_and_nothing_stays() {
    let store = Store::open().await;
    let (source, target) = (uri(RAW, "film.mp4"), uri(MEDIA, "front.mp4"));
    let film = film(25);
    for deleted in [false, true] {
        for (action, nth) in [("GetObject", 1), ("GetObject", 2), ("UploadPartCopy", 0), ("UploadPartCopy", 2)] {
            store.put(&source, &film).await;
            let error = changed(&store, [&source, &target], action, nth, deleted).await;
            assert!(matches!(error, Error::Film(mp4_front::Error::Changed)), "{action} {nth}: {error}");
            assert_eq!(error.to_string(), CHANGED);
            store.assert_nothing_at(&target).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_film_in_the_same_place_is_not_written_over() {
    let store = Store::open().await;
    let place = uri(RAW, "film.mp4");
    for (mebibytes, action) in [(20, "CompleteMultipartUpload"), (1, "PutObject")] {
        let film = film(mebibytes);
        store.put(&place, &film).await;
        let error = changed(&store, [&place, &place], action, 0, false).await;
        assert!(matches!(error, Error::Film(mp4_front::Error::Changed)), "{action}: {error}");
        assert_eq!(store.bytes(&place).await, b"something else");
        store.put(&place, &film).await;
        let error = changed(&store, [&place, &place], action, 0, true).await;
        assert!(matches!(error, Error::Film(mp4_front::Error::Changed)), "{action}: {error}");
        store.assert_nothing_at(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_source_that_is_written_to_is_noticed() {
    let store = Store::open().await;
    let (local, target) = (store.folder.path().join("film.mp4"), uri(MEDIA, "front.mp4"));
    std::fs::write(&local, film(25)).unwrap();
    let file = local.clone();
    let (_proxy, client) = store
        .through(move |asked| {
            if asked.action == "UploadPart" {
                std::fs::File::options().append(true).open(&file).unwrap().set_len(50 << 20).unwrap();
            }
            Fate::Pass
        })
        .await;
    let error = upload(&client, &local, &target, &options()).await.unwrap_err();
    assert_eq!(error.to_string(), CHANGED);
    store.assert_nothing_at(&target).await;
}
