use catalog::{CatalogError, Change, CollectionChange, MediaId, NewCollection, Sharing, Viewer, limits};

use crate::media::id;
use crate::stores::{Pair, count, viewer};

fn new(name: &str, owner: &str) -> NewCollection {
    NewCollection { id: name.to_owned(), owner: owner.to_owned(), title: format!("The {name}") }
}

fn order(ids: &[&str]) -> CollectionChange {
    CollectionChange { items: Some(ids.iter().map(|i| id(i)).collect()), ..CollectionChange::default() }
}

fn sharing(people: &[&str], groups: &[&str], everyone: bool) -> CollectionChange {
    let owned = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect();
    let sharing = Sharing { people: owned(people), groups: owned(groups), everyone };
    CollectionChange { sharing: Some(sharing), ..CollectionChange::default() }
}

async fn seen(p: &Pair, viewer: &Viewer, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    for _ in 0..50 {
        let page = p.theirs.collections(viewer, cursor.as_deref(), limit).await.unwrap();
        assert!(page.items.len() <= limit && page.items.iter().all(|c| c.visible_to(viewer)));
        ids.extend(page.items.into_iter().map(|c| c.id));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return ids,
        }
    }
    panic!("no end after {ids:?}");
}

pub async fn a_collection_keeps_its_order(p: &Pair) {
    assert!(p.ours.add_collection(&new("c", "ada"), 1).await.unwrap());
    assert!(!p.ours.add_collection(&new("c", "bob"), 2).await.unwrap());
    assert_eq!(p.ours.change_collection("c", 1, &order(&["z", "a", "m"]), 5).await.unwrap(), Change::Made);
    let titled = CollectionChange { title: Some("Reise".to_owned()), ..CollectionChange::default() };
    assert_eq!(p.ours.change_collection("c", 2, &titled, 6).await.unwrap(), Change::Made);
    let row = p.theirs.collection("c").await.unwrap().unwrap();
    assert_eq!(row.items.iter().map(MediaId::as_str).collect::<Vec<_>>(), ["z", "a", "m"]);
    assert_eq!((row.owner.as_str(), row.title.as_str(), row.version), ("ada", "Reise", 3));
    assert_eq!((row.created_at, row.updated_at, row.sharing), (1, 6, Sharing::default()));
    assert_eq!(p.ours.collection("nobody").await.unwrap(), None);

    let many: Vec<String> = (0..=limits::COLLECTION_ITEMS).map(|n| format!("m{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for wrong in [order(&["a", "b", "a"]), order(&many)] {
        let refused = p.ours.change_collection("c", 3, &wrong, 7).await;
        assert!(matches!(refused, Err(CatalogError::Invalid { field: "items", .. })), "{refused:?}");
    }
    assert_eq!(p.ours.change_collection("c", 3, &order(&many[1..]), 7).await.unwrap(), Change::Made);
    assert_eq!(p.ours.collection("c").await.unwrap().unwrap().items.len(), limits::COLLECTION_ITEMS);
}

pub async fn of_two_orders_one_is_kept(p: &Pair) {
    assert_eq!(p.ours.change_collection("c", 1, &order(&[]), 1).await.unwrap(), Change::Missing);
    p.ours.add_collection(&new("c", "ada"), 1).await.unwrap();
    for version in 1..=4 {
        let answers = p
            .race(6, |n, store| async move {
                store.change_collection("c", version, &order(&[&format!("by{n}"), "x"]), 5).await.unwrap()
            })
            .await;
        assert_eq!((count(&answers, &Change::Made), count(&answers, &Change::Stale)), (1, 5), "{answers:?}");
        let winner = answers.iter().position(|a| *a == Change::Made).unwrap();
        assert_eq!(p.ours.collection("c").await.unwrap().unwrap().items[0], id(&format!("by{winner}")));
    }
}

pub async fn a_collection_is_seen_by_whom_it_is_shared_with(p: &Pair) {
    p.ours.add_collection(&new("c", "ada"), 1).await.unwrap();
    p.ours.add_collection(&new("own", "ada"), 2).await.unwrap();
    let everybody = [viewer("ada", &[]), viewer("bob", &[]), viewer("eve", &["family"]), viewer("family", &["bob"])];
    for (version, (change, sees)) in (1..).zip([
        (sharing(&[], &[], false), [true, false, false, false]),
        (sharing(&["bob"], &[], false), [true, true, false, false]),
        (sharing(&["bob"], &["family"], false), [true, true, true, false]),
        (sharing(&[], &["family", "x"], true), [true, true, true, true]),
        (sharing(&["eve", "x"], &[], false), [true, false, true, false]),
    ]) {
        assert_eq!(p.ours.change_collection("c", version, &change, 5).await.unwrap(), Change::Made);
        for (viewer, sees) in everybody.iter().zip(sees) {
            assert_eq!(seen(p, viewer, 9).await.contains(&"c".to_owned()), sees, "{change:?} {viewer:?}");
        }
    }
    assert_eq!(seen(p, &everybody[0], 9).await, ["own", "c"]);
}

pub async fn a_collection_goes_for_all(p: &Pair) {
    p.ours.add_collection(&new("c", "ada"), 1).await.unwrap();
    p.ours.change_collection("c", 1, &sharing(&["bob"], &["g"], true), 5).await.unwrap();
    let answers = p.race(4, |_, store| async move { store.delete_collection("c").await.unwrap() }).await;
    assert_eq!(count(&answers, &true), 1);
    for viewer in [viewer("ada", &[]), viewer("bob", &["g"])] {
        assert!(seen(p, &viewer, 9).await.is_empty());
    }
    assert_eq!(p.ours.collection("c").await.unwrap(), None);
}

pub async fn collections_come_in_pages(p: &Pair) {
    for n in 0..7 {
        let name = format!("c{n}");
        p.ours.add_collection(&new(&name, if n % 2 == 0 { "ada" } else { "bob" }), 10 + n / 3).await.unwrap();
        p.ours.change_collection(&name, 1, &sharing(&["ada"], &["g"], n == 3), 50).await.unwrap();
    }
    let all: Vec<String> = (0..7).rev().map(|n| format!("c{n}")).collect();
    for limit in [1, 2, 3, 7, 8] {
        assert_eq!(seen(p, &viewer("ada", &["g"]), limit).await, all, "limit {limit}");
    }
    let cursor = p.ours.collections(&viewer("ada", &[]), None, 1).await.unwrap().next;
    let eves = p.ours.collections(&viewer("eve", &[]), cursor.as_deref(), 9).await.unwrap();
    assert_eq!(eves.items.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["c3"]);
}
