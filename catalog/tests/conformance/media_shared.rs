//! Media that people describe, share, search, delete and restore.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{
    Catalog, CatalogError, Change, Filter, Kind, MediaChange, NewMedia, Outcome, RESTORE_MS, Scope, Source, Status,
    Viewer, Visibility, limits,
};

use crate::media::{declared, id};
use crate::stores::{Pair, count, viewer};

fn titled(title: &str) -> MediaChange {
    MediaChange { title: Some(title.to_owned()), ..MediaChange::default() }
}

fn groups(names: &[&str]) -> Visibility {
    Visibility::Groups(names.iter().map(|&n| n.to_owned()).collect())
}

async fn share(store: &Arc<dyn Catalog>, name: &str, visibility: Visibility) {
    let version = store.find(&id(name)).await.unwrap().unwrap().version;
    let change = MediaChange { visibility: Some(visibility), ..MediaChange::default() };
    assert_eq!(store.describe(&id(name), version, &change, 50).await.unwrap(), Change::Made);
}

async fn seen_with(store: &Arc<dyn Catalog>, scope: &Scope, filter: &Filter, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    for _ in 0..200 {
        let page = store.browse(scope, filter, cursor.as_deref(), limit).await.unwrap();
        assert!(page.items.len() <= limit);
        ids.extend(page.items.iter().map(|m| m.id.to_string()));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return ids,
        }
    }
    panic!("no end after {ids:?}");
}

async fn seen_by(store: &Arc<dyn Catalog>, viewer: &Viewer) -> Vec<String> {
    seen_with(store, &Scope::Visible(viewer.clone()), &Filter::default(), 50).await
}

pub async fn a_change_needs_the_rows_version(p: &Pair) {
    p.ours.insert(&declared("a", "ada"), 1).await.unwrap();
    let change = MediaChange {
        title: Some("Sommer".to_owned()),
        comment: Some("am See".to_owned()),
        visibility: Some(groups(&["family"])),
    };
    assert_eq!(p.ours.describe(&id("a"), 1, &change, 7).await.unwrap(), Change::Made);
    let row = p.theirs.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.comment.as_str(), row.version), ("Sommer", "am See", 2));
    assert_eq!((row.visibility.clone(), row.created_at, row.updated_at), (groups(&["family"]), 1, 7));

    assert_eq!(p.ours.describe(&id("a"), 1, &titled("old"), 8).await.unwrap(), Change::Stale);
    assert_eq!(p.ours.describe(&id("a"), 3, &titled("early"), 8).await.unwrap(), Change::Stale);
    assert_eq!(p.ours.describe(&id("nobody"), 1, &titled("x"), 8).await.unwrap(), Change::Missing);
    assert_eq!(p.ours.find(&id("a")).await.unwrap().unwrap(), row);

    assert_eq!(p.ours.describe(&id("a"), 2, &titled("Winter"), 9).await.unwrap(), Change::Made);
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.comment.as_str()), ("Winter", "am See"));
    assert_eq!(row.visibility, groups(&["family"]), "a field that is not named stays");
}

pub async fn of_two_changes_at_once_one_is_made(p: &Pair) {
    p.ours.insert(&declared("a", "ada"), 1).await.unwrap();
    for round in 1..=5 {
        let answers = p
            .race(6, |n, store| async move {
                store.describe(&id("a"), round, &titled(&format!("by {n}")), 9).await.unwrap()
            })
            .await;
        assert_eq!(count(&answers, &Change::Made), 1, "{answers:?}");
        assert_eq!(count(&answers, &Change::Stale), 5, "{answers:?}");
        let winner = answers.iter().position(|a| *a == Change::Made).unwrap();
        let row = p.ours.find(&id("a")).await.unwrap().unwrap();
        assert_eq!((row.title, row.version), (format!("by {winner}"), round + 1));
    }
}

pub async fn a_processor_does_not_come_between(p: &Pair) {
    p.ours.insert(&declared("a", "ada"), 1).await.unwrap();
    let read = p.ours.find(&id("a")).await.unwrap().unwrap().version;
    assert!(p.theirs.uploaded(&id("a"), &Source { etag: "e".to_owned(), ..Source::default() }, 2).await.unwrap());
    assert!(p.theirs.processing(&id("a"), Kind::Image, 3).await.unwrap());
    assert_eq!(p.ours.describe(&id("a"), read, &titled("mine"), 4).await.unwrap(), Change::Made);
    assert!(p.theirs.finish(&id("a"), &Outcome::Failed { reason: "no".to_owned() }, 5).await.unwrap());
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.status, row.version), ("mine", Status::Failed, 2));
}

pub async fn what_does_not_fit_is_refused_by_name(p: &Pair) {
    p.ours.insert(&declared("a", "ada"), 1).await.unwrap();
    let before = p.ours.find(&id("a")).await.unwrap();
    let many: Vec<String> = (0..=limits::GROUPS).map(|n| format!("g{n}")).collect();
    let comment = Some("x".repeat(limits::TEXT + 1));
    let table = [
        ("title", titled(" ")),
        ("title", titled(&"ü".repeat(limits::TITLE + 1))),
        ("comment", MediaChange { comment, ..MediaChange::default() }),
        ("visibility.groups", MediaChange { visibility: Some(Visibility::Groups(many)), ..MediaChange::default() }),
        ("visibility.groups", MediaChange { visibility: Some(groups(&[""])), ..MediaChange::default() }),
    ];
    for (wanted, change) in table {
        match p.ours.describe(&id("a"), 1, &change, 2).await {
            Err(CatalogError::Invalid { field, .. }) => assert_eq!(field, wanted),
            other => panic!("{wanted}: {other:?}"),
        }
    }
    assert_eq!(p.ours.find(&id("a")).await.unwrap(), before);
    let fits = titled(&"ü".repeat(limits::TITLE));
    assert_eq!(p.ours.describe(&id("a"), 1, &fits, 2).await.unwrap(), Change::Made);
}

pub async fn a_person_sees_what_is_theirs_shared_or_everyones(p: &Pair) {
    for (n, (name, owner)) in
        [("mine", "ada"), ("bobs", "bob"), ("groups", "bob"), ("others", "bob"), ("all", "bob"), ("both", "ada")]
            .into_iter()
            .enumerate()
    {
        p.ours.insert(&declared(name, owner), 10 + i64::try_from(n).unwrap()).await.unwrap();
    }
    share(&p.ours, "groups", groups(&["x", "family"])).await;
    share(&p.ours, "others", groups(&["Family", "fam"])).await;
    share(&p.ours, "all", Visibility::Everyone).await;
    // One's own, also shared with two groups of one's own: once in the list.
    share(&p.ours, "both", groups(&["family", "friends"])).await;

    let ada = viewer("ada", &["family", "friends"]);
    assert_eq!(seen_by(&p.theirs, &ada).await, ["both", "all", "groups", "mine"]);
    assert_eq!(seen_by(&p.theirs, &viewer("eve", &[])).await, ["all"]);
    assert_eq!(seen_by(&p.theirs, &viewer("eve", &["family"])).await, ["both", "all", "groups"]);
    assert_eq!(seen_by(&p.theirs, &viewer("bob", &[])).await, ["all", "others", "groups", "bobs"]);
    let own = Scope::Owned("ada".to_owned());
    assert_eq!(seen_with(&p.ours, &own, &Filter::default(), 50).await, ["both", "mine"]);
    for name in ["mine", "bobs", "groups", "others", "all", "both"] {
        let row = p.ours.find(&id(name)).await.unwrap().unwrap();
        assert_eq!(row.visible_to(&ada), seen_by(&p.ours, &ada).await.contains(&name.to_owned()), "{name}");
    }
}

pub async fn sharing_less_hides_it_again(p: &Pair) {
    p.ours.insert(&declared("a", "ada"), 1).await.unwrap();
    let (family, friends) = (viewer("eve", &["family"]), viewer("eve", &["friends"]));
    for (visibility, sees) in [
        (groups(&["family", "friends"]), [true, true]),
        (groups(&["friends"]), [false, true]),
        (Visibility::Everyone, [true, true]),
        (groups(&["family"]), [true, false]),
        (groups(&[]), [false, false]),
        (Visibility::Everyone, [true, true]),
        (Visibility::Owner, [false, false]),
    ] {
        share(&p.ours, "a", visibility.clone()).await;
        for (viewer, sees) in [&family, &friends].into_iter().zip(sees) {
            assert_eq!(!seen_by(&p.theirs, viewer).await.is_empty(), sees, "{visibility:?} {viewer:?}");
        }
        assert_eq!(seen_by(&p.theirs, &viewer("ada", &[])).await, ["a"]);
    }
}

async fn shelf(p: &Pair) {
    for (n, (name, kind)) in
        [("v0", Kind::Video), ("i1", Kind::Image), ("v2", Kind::Video), ("i3", Kind::Image)].into_iter().enumerate()
    {
        let media = NewMedia { status: Status::Uploaded, ..declared(name, "ada") };
        p.ours.insert(&media, 10 + i64::try_from(n).unwrap()).await.unwrap();
        assert!(p.ours.processing(&id(name), kind, 20).await.unwrap());
    }
    let ready = Outcome::Ready { renditions: Vec::new(), duration_ms: None, picture: None, later: false };
    for name in ["v0", "i3"] {
        assert!(p.ours.finish(&id(name), &ready, 30).await.unwrap());
    }
    p.ours.insert(&declared("new", "ada"), 40).await.unwrap();
}

pub async fn filters_hold_together(p: &Pair) {
    shelf(p).await;
    let table = [
        (None, None, vec!["new", "i3", "v2", "i1", "v0"]),
        (Some(Kind::Video), None, vec!["v2", "v0"]),
        (None, Some(Status::Ready), vec!["i3", "v0"]),
        (Some(Kind::Video), Some(Status::Ready), vec!["v0"]),
        (Some(Kind::Image), Some(Status::Failed), vec![]),
        (Some(Kind::Unknown), None, vec!["new"]),
    ];
    for scope in [Scope::Owned("ada".to_owned()), Scope::Visible(viewer("ada", &["g"]))] {
        for (kind, status, wanted) in &table {
            let filter = Filter { kind: *kind, status: *status, search: None };
            assert_eq!(&seen_with(&p.ours, &scope, &filter, 50).await, wanted, "{filter:?}");
        }
    }
}

pub async fn searches_know_no_case(p: &Pair) {
    for (n, title) in ["Ostsee 2026", "AM SEE", "Überfahrt", "100% _wool_"].into_iter().enumerate() {
        let name = format!("m{n}");
        let media = NewMedia { title: title.to_owned(), ..declared(&name, "ada") };
        p.ours.insert(&media, i64::try_from(n).unwrap()).await.unwrap();
    }
    let own = Scope::Owned("ada".to_owned());
    for (search, wanted) in [
        ("see", vec!["m1", "m0"]),
        ("SEE 20", vec!["m0"]),
        ("überf", vec!["m2"]),
        ("ÜBER", vec!["m2"]),
        ("%", vec!["m3"]),
        ("_w", vec!["m3"]),
        ("' or 1=1 --", vec![]),
        ("", vec!["m3", "m2", "m1", "m0"]),
    ] {
        let filter = Filter { search: Some(search.to_owned()), ..Filter::default() };
        assert_eq!(seen_with(&p.ours, &own, &filter, 50).await, wanted, "{search:?}");
    }
    // A title that was changed is found by what it is called now.
    assert_eq!(p.ours.describe(&id("m1"), 1, &titled("Am Meer"), 9).await.unwrap(), Change::Made);
    let filter = Filter { search: Some("meer".to_owned()), ..Filter::default() };
    assert_eq!(seen_with(&p.ours, &own, &filter, 50).await, ["m1"]);
    let filter = Filter { search: Some("am see".to_owned()), ..Filter::default() };
    assert!(seen_with(&p.ours, &own, &filter, 50).await.is_empty());
}

pub async fn filtered_pages_cover_every_row_once(p: &Pair) {
    for n in 0..12 {
        let name = format!("m{n:02}");
        let owner = if n % 3 == 0 { "ada" } else { "bob" };
        p.ours.insert(&declared(&name, owner), 100 + n / 2).await.unwrap();
        match n % 4 {
            1 => share(&p.ours, &name, Visibility::Everyone).await,
            2 => share(&p.ours, &name, groups(&["g", "h"])).await,
            _ => {}
        }
    }
    let scope = Scope::Visible(viewer("ada", &["h", "g"]));
    let all = seen_with(&p.ours, &scope, &Filter::default(), 50).await;
    let wanted: Vec<String> =
        (0..12).rev().filter(|n| n % 3 == 0 || [1, 2].contains(&(n % 4))).map(|n| format!("m{n:02}")).collect();
    assert_eq!(all, wanted);
    for limit in [1, 2, 3, 8] {
        assert_eq!(seen_with(&p.ours, &scope, &Filter::default(), limit).await, wanted, "limit {limit}");
        let filter = Filter { search: Some("m0".to_owned()), ..Filter::default() };
        let wanted: Vec<&String> = wanted.iter().filter(|id| id.starts_with("m0")).collect();
        assert_eq!(seen_with(&p.ours, &scope, &filter, limit).await.iter().collect::<Vec<_>>(), wanted);
    }
}

pub async fn a_cursor_is_no_right(p: &Pair) {
    for n in 0..4 {
        p.ours.insert(&declared(&format!("a{n}"), "ada"), n).await.unwrap();
        p.ours.insert(&declared(&format!("b{n}"), "bob"), n).await.unwrap();
    }
    share(&p.ours, "b1", groups(&["g"])).await;
    let bobs = Scope::Visible(viewer("bob", &["g"]));
    let cursor = p.ours.browse(&bobs, &Filter::default(), None, 1).await.unwrap().next.unwrap();
    for scope in [Scope::Visible(viewer("ada", &[])), Scope::Owned("ada".to_owned())] {
        let page = p.ours.browse(&scope, &Filter::default(), Some(&cursor), 50).await.unwrap();
        assert!(!page.items.is_empty() && page.items.iter().all(|m| m.owner == "ada"));
    }
    let eve = Scope::Visible(viewer("eve", &[]));
    assert!(p.ours.browse(&eve, &Filter::default(), Some(&cursor), 50).await.unwrap().items.is_empty());
}

pub async fn deleted_is_gone_from_lists_and_can_be_restored(p: &Pair) {
    for name in ["a", "b"] {
        p.ours.insert(&declared(name, "ada"), 1).await.unwrap();
        share(&p.ours, name, Visibility::Everyone).await;
    }
    let day = RESTORE_MS / 7;
    assert!(p.ours.delete(&id("a"), day).await.unwrap());
    assert!(!p.theirs.delete(&id("a"), 2 * day).await.unwrap(), "the first deletion counts");
    assert!(!p.ours.delete(&id("nobody"), day).await.unwrap());
    for viewer in [viewer("ada", &[]), viewer("eve", &[])] {
        assert_eq!(seen_by(&p.theirs, &viewer).await, ["b"]);
    }
    assert_eq!(p.ours.list("ada", None, 9).await.unwrap().items.len(), 1);
    let bin = |who: &str| Scope::Deleted(who.to_owned());
    let deleted = p.theirs.browse(&bin("ada"), &Filter::default(), None, 9).await.unwrap();
    assert_eq!(deleted.items.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(p.theirs.browse(&bin("eve"), &Filter::default(), None, 9).await.unwrap().items, []);
    let row = p.ours.find(&id("a")).await.unwrap().unwrap();
    assert_eq!((row.deleted_at, row.visible_to(&viewer("ada", &[]))), (Some(day), false));
    assert_eq!(p.ours.describe(&id("a"), row.version, &titled("x"), 9).await.unwrap(), Change::Missing);

    assert!(!p.ours.restore(&id("b"), day).await.unwrap(), "it is not deleted");
    assert!(!p.ours.restore(&id("nobody"), day).await.unwrap());
    assert!(!p.ours.restore(&id("a"), day + RESTORE_MS + 1).await.unwrap(), "too late");
    assert!(p.ours.restore(&id("a"), day + RESTORE_MS).await.unwrap());
    assert!(!p.ours.restore(&id("a"), 2 * day).await.unwrap());
    for viewer in [viewer("ada", &[]), viewer("eve", &[])] {
        let seen: BTreeSet<String> = seen_by(&p.theirs, &viewer).await.into_iter().collect();
        assert_eq!(seen.len(), 2);
    }
    assert_eq!(p.ours.find(&id("a")).await.unwrap().unwrap().deleted_at, None);
    assert_eq!(p.theirs.browse(&bin("ada"), &Filter::default(), None, 9).await.unwrap().items, []);
}

pub async fn what_cannot_be_restored_can_be_purged(p: &Pair) {
    for (name, deleted) in [("late", 300), ("early", 100), ("kept", 0)] {
        p.ours.insert(&declared(name, "ada"), 1).await.unwrap();
        share(&p.ours, name, groups(&["g"])).await;
        if deleted > 0 {
            assert!(p.ours.delete(&id(name), deleted).await.unwrap());
        }
    }
    let ids = |rows: Vec<catalog::Media>| rows.into_iter().map(|m| m.id.to_string()).collect::<Vec<_>>();
    assert!(p.ours.purgeable(100 + RESTORE_MS, 9).await.unwrap().is_empty(), "it can still be restored");
    assert_eq!(ids(p.ours.purgeable(101 + RESTORE_MS, 9).await.unwrap()), ["early"]);
    assert_eq!(ids(p.ours.purgeable(500 + RESTORE_MS, 9).await.unwrap()), ["early", "late"]);
    assert_eq!(ids(p.ours.purgeable(500 + RESTORE_MS, 1).await.unwrap()), ["early"]);

    assert!(!p.ours.purge(&id("early"), 100 + RESTORE_MS).await.unwrap());
    assert!(!p.ours.purge(&id("kept"), i64::MAX).await.unwrap());
    let answers = p.race(4, |_, store| async move { store.purge(&id("early"), 101 + RESTORE_MS).await.unwrap() }).await;
    assert_eq!(count(&answers, &true), 1);
    assert_eq!(p.ours.find(&id("early")).await.unwrap(), None);
    assert_eq!(ids(p.ours.purgeable(500 + RESTORE_MS, 9).await.unwrap()), ["late"]);
    assert!(p.ours.find(&id("kept")).await.unwrap().is_some());
}

pub async fn processing_goes_on_behind_a_deletion(p: &Pair) {
    let media = NewMedia { status: Status::Uploaded, ..declared("a", "ada") };
    p.ours.insert(&media, 1).await.unwrap();
    assert!(p.ours.delete(&id("a"), 2).await.unwrap());
    assert_eq!(p.ours.in_status(&[Status::Uploaded]).await.unwrap().len(), 1);
    assert!(p.ours.processing(&id("a"), Kind::Image, 3).await.unwrap());
    let ready = Outcome::Ready { renditions: Vec::new(), duration_ms: None, picture: None, later: false };
    assert!(p.ours.finish(&id("a"), &ready, 4).await.unwrap());
    assert!(p.ours.list("ada", None, 9).await.unwrap().items.is_empty());
    assert!(p.ours.restore(&id("a"), 5).await.unwrap());
    assert_eq!(p.ours.list("ada", None, 9).await.unwrap().items[0].status, Status::Ready);
}
