use catalog::Upload;

use crate::media::id;
use crate::stores::{Pair, count};

pub fn upload(name: &str, created_at: i64) -> Upload {
    Upload {
        id: name.to_owned(),
        media: id(name),
        owner: "ada".to_owned(),
        key: format!("ada/{name}/original"),
        multipart_id: "2~x.y/z+".to_owned(),
        bytes: 50_000_000_000,
        part_bytes: 16 << 20,
        created_at,
        expires_at: created_at + 1_000,
    }
}

pub async fn an_upload_comes_back_as_it_began(p: &Pair) {
    assert!(p.ours.begin_upload(&upload("u", 5)).await.unwrap());
    assert!(!p.theirs.begin_upload(&Upload { owner: "bob".to_owned(), ..upload("u", 6) }).await.unwrap());
    assert_eq!(p.theirs.upload("u", 6).await.unwrap().unwrap(), upload("u", 5));
    assert_eq!(p.ours.upload("nobody", 6).await.unwrap(), None);
    assert!(p.ours.begin_upload(&upload("v", 7)).await.unwrap());
    assert_eq!(p.ours.uploads_of("ada", 8).await.unwrap(), [upload("v", 7), upload("u", 5)]);
    assert!(p.ours.uploads_of("bob", 8).await.unwrap().is_empty());
}

pub async fn an_expired_upload_is_none(p: &Pair) {
    p.ours.begin_upload(&upload("u", 5)).await.unwrap();
    assert!(p.ours.upload("u", 1_004).await.unwrap().is_some());
    assert!(p.ours.upload("u", 1_005).await.unwrap().is_none());
    assert!(p.ours.uploads_of("ada", 1_005).await.unwrap().is_empty());
}

pub async fn an_upload_is_ended_once(p: &Pair) {
    p.ours.begin_upload(&upload("u", 5)).await.unwrap();
    let answers = p.race(4, |_, store| async move { store.end_upload("u").await.unwrap() }).await;
    assert_eq!(count(&answers, &true), 1);
    assert!(p.ours.upload("u", 6).await.unwrap().is_none());
    assert!(p.ours.begin_upload(&upload("u", 7)).await.unwrap());
    assert_eq!(p.ours.upload("u", 8).await.unwrap().unwrap(), upload("u", 7));
}

pub async fn expired_ones_are_told_oldest_first(p: &Pair) {
    for (name, created) in [("late", 50), ("early", 10), ("live", 9_000)] {
        p.ours.begin_upload(&upload(name, created)).await.unwrap();
    }
    let ids = |found: Vec<Upload>| found.into_iter().map(|u| u.id).collect::<Vec<_>>();
    assert!(p.ours.expired_uploads(1_009, 9).await.unwrap().is_empty());
    assert_eq!(ids(p.ours.expired_uploads(1_010, 9).await.unwrap()), ["early"]);
    assert_eq!(ids(p.ours.expired_uploads(2_000, 9).await.unwrap()), ["early", "late"]);
    assert_eq!(ids(p.ours.expired_uploads(2_000, 1).await.unwrap()), ["early"]);
    assert!(p.ours.end_upload("early").await.unwrap(), "an expired one can be ended");
}
