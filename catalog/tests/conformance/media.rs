//! Rows of media: what a row is, and its way forward.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Catalog, Kind, MediaId, NewMedia, Outcome, Picture, Rendition, Source, Status, ThumbHash, Visibility};

use crate::stores::Pair;

pub fn id(text: &str) -> MediaId {
    MediaId::try_from(text.to_owned()).unwrap()
}

pub fn declared(name: &str, owner: &str) -> NewMedia {
    NewMedia {
        id: id(name),
        owner: owner.to_owned(),
        title: format!("{name}.jpg"),
        source: Source { key: format!("{owner}/{name}/original"), bytes: 5, etag: String::new() },
        status: Status::Uploading,
    }
}

fn seen(name: &str) -> Source {
    Source { key: format!("ada/{name}/original"), bytes: 1_234, etag: "abc".to_owned() }
}

fn thumb() -> Rendition {
    Rendition {
        name: "thumb".to_owned(),
        key: "media/ada/a/thumb.webp".to_owned(),
        content_type: "image/webp".to_owned(),
        width: 480,
        height: 320,
        bytes: 9_000,
    }
}

fn picture() -> Picture {
    Picture { width: 3_000, height: 2_000, thumbhash: Some(ThumbHash::try_from(vec![1, 2, 3, 250]).unwrap()) }
}

pub fn ready() -> Outcome {
    Outcome::Ready { renditions: vec![thumb()], duration_ms: Some(24_000), picture: Some(picture()), later: false }
}

pub fn failed() -> Outcome {
    Outcome::Failed { reason: "The file is empty.".to_owned() }
}

async fn status(store: &Arc<dyn Catalog>, name: &str) -> Status {
    store.find(&id(name)).await.unwrap().unwrap().status
}

/// A row brought to `status` by the ordinary way.
pub async fn row_in(store: &Arc<dyn Catalog>, name: &str, status: Status) {
    assert!(store.insert(&declared(name, "ada"), 1).await.unwrap());
    if status >= Status::Uploaded {
        assert!(store.uploaded(&id(name), &seen(name), 2).await.unwrap());
    }
    if status >= Status::Processing {
        assert!(store.processing(&id(name), Kind::Video, 3).await.unwrap());
    }
    match status {
        Status::Ready => assert!(store.finish(&id(name), &ready(), 4).await.unwrap()),
        Status::Failed => assert!(store.finish(&id(name), &failed(), 4).await.unwrap()),
        _ => {}
    }
}

pub async fn a_row_comes_back_as_it_was_written(p: &Pair) {
    assert!(p.ours.insert(&declared("a", "ada"), 17).await.unwrap());
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.id.as_str(), row.owner.as_str(), row.title.as_str()), ("a", "ada", "a.jpg"));
    assert_eq!((row.kind, row.status, &row.reason), (Kind::Unknown, Status::Uploading, &None));
    assert_eq!(row.source, declared("a", "ada").source);
    assert_eq!((row.renditions.len(), row.duration_ms), (0, None));
    assert_eq!((row.comment.as_str(), row.visibility, row.version), ("", Visibility::Owner, 1));
    assert_eq!((row.width, row.height, row.thumbhash, row.deleted_at), (None, None, None, None));
    assert_eq!((row.created_at, row.updated_at), (17, 17));
}

pub async fn a_second_insert_changes_nothing(p: &Pair) {
    assert!(p.ours.insert(&declared("a", "ada"), 1).await.unwrap());
    let before = p.ours.find(&id("a")).await.unwrap();
    let other = NewMedia { status: Status::Uploaded, ..declared("a", "bob") };
    assert!(!p.ours.insert(&other, 2).await.unwrap());
    assert_eq!(p.ours.find(&id("a")).await.unwrap(), before);
}

pub async fn an_unknown_id_is_no_error(p: &Pair) {
    assert_eq!(p.ours.find(&id("nobody")).await.unwrap(), None);
    assert!(!p.ours.uploaded(&id("nobody"), &seen("nobody"), 1).await.unwrap());
    assert!(!p.ours.processing(&id("nobody"), Kind::Image, 1).await.unwrap());
    assert!(!p.ours.finish(&id("nobody"), &ready(), 1).await.unwrap());
    assert_eq!(p.ours.find(&id("nobody")).await.unwrap(), None);
}

pub async fn every_step_forward_is_taken_once(p: &Pair) {
    row_in(&p.ours, "a", Status::Uploading).await;
    assert!(p.ours.uploaded(&id("a"), &seen("a"), 5).await.unwrap());
    let once = p.ours.find(&id("a")).await.unwrap();
    assert!(!p.ours.uploaded(&id("a"), &Source { bytes: 9, ..seen("a") }, 6).await.unwrap());
    assert_eq!(p.ours.find(&id("a")).await.unwrap(), once);
    assert_eq!(once.unwrap().source, seen("a"));

    assert!(p.ours.processing(&id("a"), Kind::Video, 7).await.unwrap());
    assert!(p.ours.finish(&id("a"), &ready(), 8).await.unwrap());
    let done = p.ours.find(&id("a")).await.unwrap();
    assert!(!p.ours.finish(&id("a"), &ready(), 9).await.unwrap());
    assert_eq!(p.ours.find(&id("a")).await.unwrap(), done);
}

pub async fn nothing_moves_backward(p: &Pair) {
    // The status reached, and which of (uploaded, processing, finish) may still act on it.
    let table = [
        (Status::Uploading, [true, false, false]),
        (Status::Uploaded, [false, true, true]),
        (Status::Processing, [false, true, true]),
        (Status::Ready, [false, false, false]),
        (Status::Failed, [false, false, false]),
    ];
    for (reached, allowed) in table {
        for (step, allowed) in allowed.into_iter().enumerate() {
            let name = format!("{reached:?}-{step}").to_lowercase();
            row_in(&p.ours, &name, reached).await;
            let before = p.ours.find(&id(&name)).await.unwrap().unwrap();
            let moved = match step {
                0 => p.ours.uploaded(&id(&name), &seen("other"), 9).await,
                1 => p.ours.processing(&id(&name), Kind::Image, 9).await,
                _ => p.ours.finish(&id(&name), &failed(), 9).await,
            };
            assert_eq!(moved.unwrap(), allowed, "step {step} on {reached:?}");
            let after = p.ours.find(&id(&name)).await.unwrap().unwrap();
            assert!(after.status >= before.status, "step {step} on {reached:?}");
            assert_eq!(after != before, allowed, "step {step} on {reached:?}");
        }
    }
}

pub async fn an_upload_may_fail_before_it_is_processed(p: &Pair) {
    row_in(&p.ours, "a", Status::Uploaded).await;
    assert!(p.ours.finish(&id("a"), &failed(), 9).await.unwrap());
    assert_eq!(status(&p.ours, "a").await, Status::Failed);
}

pub async fn processing_may_be_taken_up_again(p: &Pair) {
    row_in(&p.ours, "a", Status::Processing).await;
    assert!(p.theirs.processing(&id("a"), Kind::Image, 20).await.unwrap());
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.kind, row.status, row.created_at, row.updated_at), (Kind::Image, Status::Processing, 1, 20));
}

pub async fn ready_keeps_every_field(p: &Pair) {
    row_in(&p.ours, "a", Status::Ready).await;
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!(row.rendition("thumb"), Some(&thumb()));
    assert_eq!(row.rendition("poster"), None);
    assert_eq!((row.duration_ms, &row.reason, row.kind), (Some(24_000), &None, Kind::Video));
    assert_eq!((row.width, row.height), (Some(3_000), Some(2_000)));
    assert_eq!(row.thumbhash.as_ref().map(ThumbHash::as_bytes), Some(&[1, 2, 3, 250][..]));
    assert_eq!(serde_json::to_value(&row).unwrap()["thumbhash"], "AQID+g==");
    assert_eq!((row.created_at, row.updated_at), (1, 4));
}

pub async fn later_renditions_are_added_once(p: &Pair) {
    let more = |name: &str| Rendition { name: name.to_owned(), key: format!("media/ada/a/{name}.avif"), ..thumb() };
    for name in ["a", "still"] {
        row_in(&p.ours, name, Status::Processing).await;
        assert!(!p.ours.add_later(&id(name), &[more("w320-avif")], 3).await.unwrap(), "{name} is not ready");
    }
    assert!(p.ours.finish(&id("still"), &ready(), 4).await.unwrap());
    assert!(!p.ours.add_later(&id("still"), &[more("w320-avif")], 5).await.unwrap(), "it waits for nothing");
    assert!(!p.ours.add_later(&id("nobody"), &[], 5).await.unwrap());

    let waiting = Outcome::Ready { renditions: vec![thumb()], duration_ms: None, picture: None, later: true };
    assert!(p.ours.finish(&id("a"), &waiting, 4).await.unwrap());
    assert!(p.theirs.find(&id("a")).await.unwrap().unwrap().later);
    let (one, two) = ([more("w640-avif"), more("w320-avif")], [more("w1280-avif")]);
    let a = id("a");
    let (ours, theirs) = tokio::join!(p.ours.add_later(&a, &one, 6), p.theirs.add_later(&a, &two, 6));
    let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
    assert!(ours != theirs, "one of them alone");
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    let expected: Vec<_> = [thumb()].into_iter().chain(if ours { one.to_vec() } else { two.to_vec() }).collect();
    assert_eq!((row.renditions, row.later, row.status, row.updated_at), (expected, false, Status::Ready, 6));
}

pub async fn failed_keeps_its_reason(p: &Pair) {
    row_in(&p.ours, "a", Status::Failed).await;
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!(row.reason.as_deref(), Some("The file is empty."));
    assert_eq!((row.renditions.len(), row.duration_ms), (0, None));
}

/// Every id of `ada`, page by page; fails where a page is longer than asked or the walk does not end.
pub async fn what_failed_may_be_tried_again(p: &Pair) {
    row_in(&p.ours, "a", Status::Failed).await;
    for other in [Status::Uploading, Status::Uploaded, Status::Processing, Status::Ready] {
        let name = format!("{other:?}").to_lowercase();
        row_in(&p.ours, &name, other).await;
        assert!(!p.ours.retry(&id(&name), 9).await.unwrap(), "{name}");
        assert_eq!(status(&p.theirs, &name).await, other);
    }
    assert!(!p.ours.retry(&id("nobody"), 9).await.unwrap());
    assert!(p.ours.retry(&id("a"), 9).await.unwrap());
    assert!(!p.theirs.retry(&id("a"), 10).await.unwrap(), "once");
    let row = p.theirs.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.status, row.reason, row.updated_at), (Status::Uploaded, None, 9));
    assert_eq!(p.theirs.in_status(&[Status::Failed]).await.unwrap(), []);

    assert!(p.ours.finish(&id("a"), &failed(), 11).await.unwrap(), "it may fail again");
    assert!(p.ours.delete(&id("a"), 12).await.unwrap());
    assert!(!p.ours.retry(&id("a"), 13).await.unwrap(), "a deleted one is left alone");
}

async fn walk(store: &Arc<dyn Catalog>, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    for _ in 0..100 {
        let page = store.list("ada", cursor.as_deref(), limit).await.unwrap();
        assert!(page.items.len() <= limit);
        ids.extend(page.items.iter().map(|m| m.id.to_string()));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return ids,
        }
    }
    panic!("no end after {ids:?}");
}

pub async fn pages_cover_every_row_once(p: &Pair) {
    for n in 0..10 {
        p.ours.insert(&declared(&format!("m{n}"), "ada"), 100 + n).await.unwrap();
        p.ours.insert(&declared(&format!("b{n}"), "bob"), 100 + n).await.unwrap();
    }
    let newest_first: Vec<String> = (0..10).rev().map(|n| format!("m{n}")).collect();
    for limit in [1, 3, 9, 10, 11] {
        assert_eq!(walk(&p.ours, limit).await, newest_first, "limit {limit}");
    }
}

pub async fn pages_hold_rows_of_one_instant_apart(p: &Pair) {
    let names: BTreeSet<String> = (0..7).map(|n| format!("m{n}")).collect();
    for name in &names {
        p.ours.insert(&declared(name, "ada"), 100).await.unwrap();
    }
    let walked = walk(&p.ours, 2).await;
    assert_eq!(walked.len(), names.len());
    assert_eq!(walked.into_iter().collect::<BTreeSet<_>>(), names);
}

pub async fn pages_stay_whole_while_rows_arrive(p: &Pair) {
    for n in 0..4 {
        p.ours.insert(&declared(&format!("m{n}"), "ada"), 100 + n).await.unwrap();
    }
    let first = p.ours.list("ada", None, 2).await.unwrap();
    p.theirs.insert(&declared("newer", "ada"), 999).await.unwrap();
    let second = p.ours.list("ada", first.next.as_deref(), 2).await.unwrap();
    let ids: Vec<&str> = first.items.iter().chain(&second.items).map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["m3", "m2", "m1", "m0"]);
}

pub async fn a_page_that_just_fits_is_the_last(p: &Pair) {
    assert!(p.ours.list("ada", None, 3).await.unwrap().next.is_none());
    for n in 0..3 {
        p.ours.insert(&declared(&format!("m{n}"), "ada"), n).await.unwrap();
    }
    let page = p.ours.list("ada", None, 3).await.unwrap();
    assert_eq!((page.items.len(), page.next), (3, None));
    assert!(p.ours.list("ada", None, 2).await.unwrap().next.is_some());
}

pub async fn a_foreign_cursor_finds_nothing_of_others(p: &Pair) {
    for n in 0..3 {
        p.ours.insert(&declared(&format!("m{n}"), "ada"), n).await.unwrap();
        p.ours.insert(&declared(&format!("b{n}"), "bob"), n).await.unwrap();
    }
    let bobs = p.ours.list("bob", None, 1).await.unwrap().next.unwrap();
    for cursor in [bobs.as_str(), "", ".", "x.y", "' or 1=1 --", "99999999999999999999.a"] {
        let page = p.ours.list("ada", Some(cursor), 50).await.unwrap();
        assert!(page.items.iter().all(|m| m.owner == "ada"), "{cursor:?}");
    }
    assert!(p.ours.list("ada", Some("nonsense"), 50).await.unwrap().items.is_empty());
    assert!(p.ours.list("' or '1'='1", None, 50).await.unwrap().items.is_empty());
}

pub async fn in_status_finds_the_oldest_first(p: &Pair) {
    for (name, reached) in [("u", Status::Uploaded), ("w", Status::Uploading), ("r", Status::Ready)] {
        row_in(&p.ours, name, reached).await;
    }
    p.ours.insert(&NewMedia { status: Status::Uploaded, ..declared("old", "bob") }, 0).await.unwrap();
    row_in(&p.ours, "z", Status::Processing).await;
    let found = p.theirs.in_status(&[Status::Processing, Status::Uploaded]).await.unwrap();
    let ids: Vec<&str> = found.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["old", "u", "z"]);
    assert!(p.ours.in_status(&[Status::Failed]).await.unwrap().is_empty());
    assert!(p.ours.in_status(&[]).await.unwrap().is_empty());
}

pub async fn both_handles_see_one_store(p: &Pair) {
    row_in(&p.ours, "a", Status::Uploading).await;
    assert!(p.theirs.uploaded(&id("a"), &seen("a"), 5).await.unwrap());
    assert_eq!(status(&p.ours, "a").await, Status::Uploaded);
    assert!(p.ours.processing(&id("a"), Kind::Image, 6).await.unwrap());
    assert!(p.theirs.finish(&id("a"), &failed(), 7).await.unwrap());
    assert!(!p.ours.finish(&id("a"), &ready(), 8).await.unwrap());
    assert_eq!(p.ours.find(&id("a")).await.unwrap(), p.theirs.find(&id("a")).await.unwrap());
}

pub async fn one_of_many_finishers_wins(p: &Pair) {
    for round in 0..10 {
        let name = format!("m{round}");
        row_in(&p.ours, &name, Status::Processing).await;
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let store = Arc::clone(if n % 2 == 0 { &p.ours } else { &p.theirs });
                let id = id(&name);
                tokio::spawn(async move {
                    let outcome = if n % 3 == 0 { ready() } else { failed() };
                    store.finish(&id, &outcome, n).await.unwrap()
                })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            winners += usize::from(task.await.unwrap());
        }
        assert_eq!(winners, 1, "round {round}");
    }
}

pub async fn text_survives_as_it_is(p: &Pair) {
    let title = "Ünïcödé \"quotes\" 'n' \\ back\u{1F3AC}\nline.jpg";
    let media = NewMedia { title: title.to_owned(), owner: "o'\"x".to_owned(), ..declared("a", "ada") };
    p.ours.insert(&media, 1).await.unwrap();
    let row = p.theirs.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.owner.as_str()), (title, "o'\"x"));
}
