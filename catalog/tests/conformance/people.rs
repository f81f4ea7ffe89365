use catalog::{
    Answer, CatalogError, Change, LinkId, LinkTarget, Month, NewCollection, NewDelivery, NewLicence, NewLink, Once,
    PersonChange, WatchPosition, WebhookChange, limits,
};
use serde_json::{Map, Value, json};

use crate::media::{declared, id};
use crate::stores::{Pair, count};
use crate::uploads::upload;
use crate::usage::amount;

fn ada(name: &str) -> PersonChange {
    let preferences = json!({"theme": "dark", "speed": 1.5, "rows": [1, 2], "deep": {"a": null, "ü": true}});
    PersonChange {
        name: name.to_owned(),
        bio: "x\ny".to_owned(),
        avatar_key: Some("avatars/ada.webp".to_owned()),
        preferences: preferences.as_object().unwrap().clone(),
    }
}

pub async fn a_person_comes_back_as_written(p: &Pair) {
    assert!(p.ours.add_person("ada", &ada("Ada"), 3).await.unwrap());
    assert!(!p.theirs.add_person("ada", &PersonChange { bio: String::new(), ..ada("Eve") }, 4).await.unwrap());
    let row = p.theirs.person("ada").await.unwrap().unwrap();
    let kept = PersonChange {
        name: row.name.clone(),
        bio: row.bio.clone(),
        avatar_key: row.avatar_key.clone(),
        preferences: row.preferences.clone(),
    };
    assert_eq!(kept, ada("Ada"));
    assert_eq!((row.sub.as_str(), row.version, row.created_at, row.updated_at), ("ada", 1, 3, 3));
    assert_eq!(p.ours.person("bob").await.unwrap(), None);
}

pub async fn of_two_changes_of_a_person_one_is_made(p: &Pair) {
    assert_eq!(p.ours.change_person("ada", 1, &ada("x"), 1).await.unwrap(), Change::Missing);
    assert!(p.ours.add_person("ada", &ada("Ada"), 3).await.unwrap());
    let answers = p
        .race(6, |n, store| async move { store.change_person("ada", 1, &ada(&format!("{n}")), 7).await.unwrap() })
        .await;
    assert_eq!((count(&answers, &Change::Made), count(&answers, &Change::Stale)), (1, 5));
    let row = p.ours.person("ada").await.unwrap().unwrap();
    assert_eq!((row.version, row.created_at, row.updated_at), (2, 3, 7));
    let emptied = PersonChange { name: "A".to_owned(), ..PersonChange::default() };
    assert_eq!(p.ours.change_person("ada", 2, &emptied, 8).await.unwrap(), Change::Made);
    let row = p.ours.person("ada").await.unwrap().unwrap();
    assert_eq!((row.bio.as_str(), row.avatar_key, row.preferences), ("", None, Map::new()));
}

pub async fn what_a_person_may_not_write(p: &Pair) {
    let long = Map::from_iter([("x".to_owned(), Value::from("y".repeat(limits::PREFERENCES)))]);
    for (wanted, person) in [
        ("name", ada("")),
        ("bio", PersonChange { bio: "x".repeat(limits::TEXT + 1), ..ada("a") }),
        ("preferences", PersonChange { preferences: long, ..ada("a") }),
    ] {
        match p.ours.add_person("ada", &person, 1).await {
            Err(CatalogError::Invalid { field, .. }) => assert_eq!(field, wanted),
            other => panic!("{wanted}: {other:?}"),
        }
    }
    assert_eq!(p.ours.person("ada").await.unwrap(), None);
}

async fn fill(p: &Pair, sub: &str) {
    let named = |what: &str| format!("{sub}-{what}");
    let month = Month::try_from("2026-11".to_owned()).unwrap();
    p.ours.add_person(sub, &ada(sub), 1).await.unwrap();
    p.ours.insert(&declared(&named("m"), sub), 2).await.unwrap();
    p.ours.insert(&declared(&named("gone"), sub), 3).await.unwrap();
    p.ours.delete(&id(&named("gone")), 4).await.unwrap();
    let begun = catalog::Upload { owner: sub.to_owned(), ..upload(&named("u"), 5) };
    p.ours.begin_upload(&begun).await.unwrap();
    let licence = NewLicence {
        key: named("l"),
        plan: "p".to_owned(),
        quota: amount(9, 9),
        expires_at: None,
        issued_by: "root".to_owned(),
    };
    p.ours.issue_licence(&licence, 6).await.unwrap();
    assert!(p.ours.assign_licence(&named("l"), sub, 7).await.unwrap());
    assert!(p.ours.reserve(sub, &month, amount(5, 1), amount(9, 9)).await.unwrap());
    let collection = NewCollection { id: named("c"), owner: sub.to_owned(), title: "c".to_owned() };
    p.ours.add_collection(&collection, 8).await.unwrap();
    let link = NewLink {
        id: LinkId::of(&named("secret")),
        target: LinkTarget::Media(id(&named("m"))),
        owner: sub.to_owned(),
        expires_at: 999,
        view_limit: None,
        passphrase_hash: Some("$argon2$hidden".to_owned()),
    };
    p.ours.add_link(&link, 9).await.unwrap();
    let position = WatchPosition { person: sub.to_owned(), media: id("film"), seconds: 7, updated_at: 10 };
    p.ours.watch(&position).await.unwrap();
    let webhook = WebhookChange {
        url: "https://x.test".to_owned(),
        secret: "hidden".to_owned(),
        events: vec!["e".to_owned()],
        active: true,
    };
    p.ours.add_webhook(&named("w"), sub, &webhook, 11).await.unwrap();
    let delivery =
        NewDelivery { id: "d".to_owned(), webhook: named("w"), event: "e".to_owned(), subject: "film".to_owned() };
    p.ours.add_delivery(&delivery, 12).await.unwrap();
    p.ours.begin_once(sub, "k", 13).await.unwrap();
    p.ours.answer_once(sub, "k", 13, &Answer { status: 201, body: "x".to_owned() }).await.unwrap();
}

pub async fn all_that_is_kept_is_exported_and_deleted(p: &Pair) {
    fill(p, "ada").await;
    fill(p, "bob").await;
    let bobs = p.ours.export_person("bob").await.unwrap();

    let export = p.theirs.export_person("ada").await.unwrap();
    assert_eq!(export.person.as_ref().unwrap().sub, "ada");
    let ids: Vec<&str> = export.media.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["ada-gone", "ada-m"]);
    let counts = [
        export.uploads.len(),
        export.licences.len(),
        export.usage.len(),
        export.collections.len(),
        export.links.len(),
        export.watch.len(),
        export.webhooks.len(),
    ];
    assert_eq!(counts, [1; 7]);
    let text = serde_json::to_string(&export).unwrap();
    assert!(!text.contains("hidden") && !text.contains("bob"), "{text}");

    assert!(p.ours.delete_person("ada", 20).await.unwrap());
    let left = p.theirs.export_person("ada").await.unwrap();
    assert!(left.media.iter().all(|m| m.deleted_at == Some(0)) && left.media.len() == 2, "for the purge");
    let nothing = catalog::Export {
        person: None,
        media: left.media.clone(),
        uploads: vec![],
        licences: vec![],
        usage: vec![],
        collections: vec![],
        links: vec![],
        watch: vec![],
        webhooks: vec![],
    };
    assert_eq!(left, nothing);
    assert_eq!(p.ours.stored("ada").await.unwrap(), amount(0, 0));
    assert_eq!(p.ours.collection("ada-c").await.unwrap(), None);
    assert_eq!(p.ours.link(&LinkId::of("ada-secret")).await.unwrap(), None);
    assert!(p.ours.deliveries("ada-w").await.unwrap().is_empty());
    assert!(p.ours.due_deliveries(99, 9).await.unwrap().iter().all(|d| d.webhook == "bob-w"));
    assert_eq!(p.ours.begin_once("ada", "k", 21).await.unwrap(), Once::Begun);
    assert_eq!(p.ours.licence("ada-l").await.unwrap().unwrap().person, None);
    assert!(!p.ours.restore(&id("ada-gone"), catalog::RESTORE_MS + 1).await.unwrap());
    let purgeable = p.ours.purgeable(catalog::RESTORE_MS + 1, 9).await.unwrap();
    assert_eq!(purgeable.iter().filter(|m| m.owner == "ada").count(), 2);
    for media in purgeable {
        assert!(p.ours.purge(&media.id, catalog::RESTORE_MS + 1).await.unwrap());
    }
    assert!(p.ours.abandon_once("ada", "k", 21).await.unwrap());
    assert!(!p.ours.delete_person("ada", 22).await.unwrap());

    assert_eq!(p.ours.export_person("bob").await.unwrap(), bobs);
}
