//! How far the processor of a title is.

use catalog::{Change, Kind, MediaChange, Progress, Status};

use crate::media::{failed, id, ready, row_in};
use crate::stores::Pair;

fn at(step: &str, done: u32) -> Progress {
    Progress { step: step.to_owned(), done, of: 3, ..Progress::default() }
}

async fn progress(p: &Pair, name: &str) -> Option<Progress> {
    p.theirs.find(&id(name)).await.unwrap().unwrap().progress
}

pub async fn how_far_a_processor_is_comes_back(p: &Pair) {
    row_in(&p.ours, "a", Status::Processing).await;
    let before = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!(before.progress, None, "it has not said so");
    assert!(p.ours.progress(&id("a"), &at("copy", 0), 7).await.unwrap());
    let row = p.theirs.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.progress.clone(), row.version, row.updated_at), (Some(at("copy", 0)), before.version, 7));
    assert_eq!(row.status, Status::Processing);
    assert_eq!(p.ours.in_status(&[Status::Processing]).await.unwrap(), std::slice::from_ref(&row));
    assert_eq!(p.ours.list("ada", None, 9).await.unwrap().items, [row]);

    // It does not come between a person and what that person writes.
    let change = MediaChange { title: Some("Pier".to_owned()), ..MediaChange::default() };
    assert_eq!(p.ours.describe(&id("a"), before.version, &change, 8).await.unwrap(), Change::Made);
    assert_eq!(progress(p, "a").await, Some(at("copy", 0)));
}

pub async fn progress_only_goes_on(p: &Pair) {
    row_in(&p.ours, "a", Status::Processing).await;
    assert!(p.ours.progress(&id("a"), &at("poster", 1), 5).await.unwrap());
    let row = p.ours.find(&id("a")).await.unwrap();
    for older in [at("copy", 0), at("poster", 1), at("other", 1)] {
        assert!(!p.theirs.progress(&id("a"), &older, 6).await.unwrap(), "{older:?}");
    }
    assert_eq!(p.ours.find(&id("a")).await.unwrap(), row);
    // Another processor that takes it up begins anew, and says something once it is further.
    assert!(p.theirs.processing(&id("a"), Kind::Video, 7).await.unwrap());
    assert!(!p.theirs.progress(&id("a"), &at("copy", 0), 8).await.unwrap());
    assert_eq!(progress(p, "a").await, Some(at("poster", 1)));
    assert!(p.theirs.progress(&id("a"), &at("previews", 2), 9).await.unwrap());
    assert_eq!(progress(p, "a").await, Some(at("previews", 2)));
}

pub async fn progress_is_said_while_processing_alone(p: &Pair) {
    for other in [Status::Uploading, Status::Uploaded, Status::Ready, Status::Failed] {
        let name = format!("{other:?}").to_lowercase();
        row_in(&p.ours, &name, other).await;
        let row = p.ours.find(&id(&name)).await.unwrap();
        assert!(!p.ours.progress(&id(&name), &at("copy", 2), 9).await.unwrap(), "{name}");
        assert_eq!(p.ours.find(&id(&name)).await.unwrap(), row);
    }
    assert!(!p.ours.progress(&id("nobody"), &at("copy", 0), 9).await.unwrap());
    assert_eq!(p.ours.find(&id("nobody")).await.unwrap(), None);
}

pub async fn progress_ends_with_its_processing(p: &Pair) {
    for (name, outcome) in [("ready", ready()), ("failed", failed())] {
        row_in(&p.ours, name, Status::Processing).await;
        assert!(p.ours.progress(&id(name), &at("previews", 2), 5).await.unwrap());
        assert!(p.ours.finish(&id(name), &outcome, 6).await.unwrap());
        assert_eq!(progress(p, name).await, None, "{name}");
    }
    // The next try begins at the first step.
    assert!(p.ours.retry(&id("failed"), 7).await.unwrap());
    assert_eq!(progress(p, "failed").await, None);
    assert!(p.ours.processing(&id("failed"), Kind::Video, 8).await.unwrap());
    assert_eq!(progress(p, "failed").await, None);
    assert!(p.ours.progress(&id("failed"), &at("copy", 0), 9).await.unwrap());
    assert_eq!(progress(p, "failed").await, Some(at("copy", 0)));
}

pub async fn of_many_deliveries_the_furthest_stays(p: &Pair) {
    row_in(&p.ours, "a", Status::Processing).await;
    let said = p
        .race(6, |n, store| async move {
            let done = u32::try_from(n).unwrap() / 2;
            store.progress(&id("a"), &at("copy", done), 9).await.unwrap()
        })
        .await;
    assert!((1..=3).contains(&said.iter().filter(|made| **made).count()), "{said:?}");
    assert_eq!(progress(p, "a").await, Some(at("copy", 2)));
}
