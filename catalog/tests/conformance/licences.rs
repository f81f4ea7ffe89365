use catalog::NewLicence;

use crate::stores::{Pair, count};
use crate::usage::amount;

fn licence(key: &str, expires_at: Option<i64>) -> NewLicence {
    NewLicence {
        key: key.to_owned(),
        plan: "family".to_owned(),
        quota: amount(1 << 42, 600),
        expires_at,
        issued_by: "root".to_owned(),
    }
}

pub async fn a_licence_goes_from_hand_to_hand(p: &Pair) {
    assert!(p.ours.issue_licence(&licence("L-1", Some(1_000)), 5).await.unwrap());
    assert!(!p.ours.issue_licence(&NewLicence { plan: "other".to_owned(), ..licence("L-1", None) }, 6).await.unwrap());
    let row = p.theirs.licence("L-1").await.unwrap().unwrap();
    assert_eq!((row.plan.as_str(), row.quota, row.expires_at), ("family", amount(1 << 42, 600), Some(1_000)));
    assert_eq!((row.person, row.revoked_at, row.issued_by.as_str(), row.created_at), (None, None, "root", 5));

    assert!(p.ours.assign_licence("L-1", "ada", 7).await.unwrap());
    assert!(!p.ours.assign_licence("L-1", "bob", 8).await.unwrap());
    assert_eq!(p.ours.licences_of("ada").await.unwrap()[0].person.as_deref(), Some("ada"));
    assert!(!p.ours.release_licence("L-1", "bob", 9).await.unwrap());
    assert!(p.ours.release_licence("L-1", "ada", 9).await.unwrap());
    assert!(p.ours.licences_of("ada").await.unwrap().is_empty());
    assert!(p.ours.assign_licence("L-1", "bob", 10).await.unwrap());
    assert_eq!(p.ours.licences_of("bob").await.unwrap()[0].updated_at, 10);
    assert!(p.ours.licence("L-2").await.unwrap().is_none());
}

pub async fn of_two_takers_one_gets_it(p: &Pair) {
    for round in 0..5 {
        let key = format!("L{round}");
        p.ours.issue_licence(&licence(&key, None), 1).await.unwrap();
        let answers = p
            .race(6, |n, store| {
                let key = key.clone();
                async move { store.assign_licence(&key, &format!("p{n}"), 2).await.unwrap() }
            })
            .await;
        assert_eq!(count(&answers, &true), 1);
        let winner = answers.iter().position(|&won| won).unwrap();
        assert_eq!(p.ours.licence(&key).await.unwrap().unwrap().person, Some(format!("p{winner}")));
    }
}

pub async fn what_is_not_valid_is_not_assigned(p: &Pair) {
    p.ours.issue_licence(&licence("old", Some(100)), 1).await.unwrap();
    p.ours.issue_licence(&licence("back", None), 1).await.unwrap();
    assert!(p.ours.revoke_licence("back", 50).await.unwrap());
    assert!(!p.ours.revoke_licence("back", 60).await.unwrap());
    assert!(!p.ours.revoke_licence("nobody", 60).await.unwrap());
    assert!(!p.ours.assign_licence("back", "ada", 60).await.unwrap());
    assert!(!p.ours.assign_licence("nobody", "ada", 60).await.unwrap());
    assert!(!p.ours.assign_licence("old", "ada", 100).await.unwrap());
    assert!(p.ours.assign_licence("old", "ada", 99).await.unwrap());
    let (old, back) = (p.ours.licence("old").await.unwrap().unwrap(), p.ours.licence("back").await.unwrap().unwrap());
    assert_eq!((old.valid(99), old.valid(100), back.valid(1)), (true, false, false));
    assert_eq!((back.revoked_at, back.person), (Some(50), None));
}

pub async fn licences_are_listed_newest_first(p: &Pair) {
    for n in 0..5 {
        p.ours.issue_licence(&licence(&format!("L{n}"), None), 10 + n / 2).await.unwrap();
    }
    let (mut keys, mut cursor) = (Vec::new(), None);
    loop {
        let page = p.ours.licences(cursor.as_deref(), 2).await.unwrap();
        keys.extend(page.items.into_iter().map(|l| l.key));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        assert!(keys.len() < 9, "{keys:?}");
    }
    assert_eq!(keys, ["L4", "L3", "L2", "L1", "L0"]);
}
