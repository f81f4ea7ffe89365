use catalog::{CatalogError, Part, PartRecord, Upload};

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
        parts: Vec::new(),
        idempotency_key: Some("k\"1".to_owned()),
        created_at,
        expires_at: created_at + 1_000,
    }
}

fn part(number: u32) -> Part {
    Part { number, etag: format!("e{number}"), sha256: "q1MKE+Rz=".to_owned(), bytes: 16 << 20 }
}

pub async fn parts_come_back_in_order(p: &Pair) {
    assert!(p.ours.begin_upload(&upload("u", 5)).await.unwrap());
    assert!(!p.theirs.begin_upload(&Upload { owner: "bob".to_owned(), ..upload("u", 6) }).await.unwrap());
    for number in [10_000, 2, 1, 10, 300] {
        assert_eq!(p.ours.record_part("u", &part(number), 6).await.unwrap(), PartRecord::Recorded);
    }
    let parts: Vec<Part> = [1, 2, 10, 300, 10_000].map(part).to_vec();
    assert_eq!(p.theirs.upload("u", 6).await.unwrap().unwrap(), Upload { parts, ..upload("u", 5) });
    assert_eq!(p.ours.upload("nobody", 6).await.unwrap(), None);
    assert!(p.ours.begin_upload(&upload("v", 7)).await.unwrap());
    assert_eq!(p.ours.uploads_of("ada", 8).await.unwrap(), [upload("v", 7), upload("u", 5)]);
    assert!(p.ours.uploads_of("bob", 8).await.unwrap().is_empty());
}

pub async fn a_part_is_recorded_once(p: &Pair) {
    p.ours.begin_upload(&upload("u", 5)).await.unwrap();
    assert_eq!(p.ours.record_part("u", &part(1), 6).await.unwrap(), PartRecord::Recorded);
    assert_eq!(p.theirs.record_part("u", &part(1), 6).await.unwrap(), PartRecord::Same);
    let other = Part { sha256: "other".to_owned(), ..part(1) };
    assert_eq!(p.ours.record_part("u", &other, 6).await.unwrap(), PartRecord::Different);
    assert_eq!(p.ours.upload("u", 6).await.unwrap().unwrap().parts, [part(1)]);
    assert_eq!(p.ours.record_part("nobody", &part(1), 6).await.unwrap(), PartRecord::NoUpload);
    for number in [0, 10_001] {
        let refused = p.ours.record_part("u", &part(number), 6).await;
        assert!(matches!(refused, Err(CatalogError::Invalid { field: "number", .. })), "{refused:?}");
    }
}

pub async fn of_many_writers_of_a_part_one_records_it(p: &Pair) {
    p.ours.begin_upload(&upload("u", 5)).await.unwrap();
    for number in 1..=4 {
        let answers = p
            .race(6, |n, store| async move {
                let part = Part { etag: format!("by {n}"), ..part(number) };
                store.record_part("u", &part, 6).await.unwrap()
            })
            .await;
        assert_eq!(count(&answers, &PartRecord::Recorded), 1, "{answers:?}");
        assert_eq!(count(&answers, &PartRecord::Different), 5, "{answers:?}");
    }
}

pub async fn an_expired_upload_takes_no_part(p: &Pair) {
    p.ours.begin_upload(&upload("u", 5)).await.unwrap();
    assert_eq!(p.ours.record_part("u", &part(1), 1_004).await.unwrap(), PartRecord::Recorded);
    assert_eq!(p.ours.record_part("u", &part(2), 1_005).await.unwrap(), PartRecord::NoUpload);
    assert_eq!(p.ours.record_part("u", &part(1), 1_005).await.unwrap(), PartRecord::NoUpload);
    assert!(p.ours.upload("u", 1_004).await.unwrap().is_some());
    assert!(p.ours.upload("u", 1_005).await.unwrap().is_none());
    assert!(p.ours.uploads_of("ada", 1_005).await.unwrap().is_empty());
}

pub async fn an_ended_upload_is_gone_with_its_parts(p: &Pair) {
    p.ours.begin_upload(&upload("u", 5)).await.unwrap();
    for number in 1..=40 {
        p.ours.record_part("u", &part(number), 6).await.unwrap();
    }
    let answers = p.race(4, |_, store| async move { store.end_upload("u").await.unwrap() }).await;
    assert_eq!(count(&answers, &true), 1);
    assert!(p.ours.upload("u", 6).await.unwrap().is_none());
    assert!(p.ours.begin_upload(&upload("u", 7)).await.unwrap());
    assert!(p.ours.upload("u", 8).await.unwrap().unwrap().parts.is_empty());
}

pub async fn expired_ones_are_told_oldest_first(p: &Pair) {
    for (name, created) in [("late", 50), ("early", 10), ("live", 9_000)] {
        p.ours.begin_upload(&upload(name, created)).await.unwrap();
    }
    p.ours.record_part("early", &part(1), 20).await.unwrap();
    let ids = |found: Vec<Upload>| found.into_iter().map(|u| u.id).collect::<Vec<_>>();
    assert!(p.ours.expired_uploads(1_009, 9).await.unwrap().is_empty());
    assert_eq!(ids(p.ours.expired_uploads(1_010, 9).await.unwrap()), ["early"]);
    assert_eq!(ids(p.ours.expired_uploads(2_000, 9).await.unwrap()), ["early", "late"]);
    assert_eq!(ids(p.ours.expired_uploads(2_000, 1).await.unwrap()), ["early"]);
    assert!(p.ours.end_upload("early").await.unwrap(), "an expired one can be ended");
}
