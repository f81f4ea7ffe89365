use catalog::{Attempt, Change, Delivery, DeliveryStatus, NewDelivery, UnixMillis, WebhookChange, limits};

use crate::stores::{Pair, count};

fn hook(url: &str) -> WebhookChange {
    WebhookChange {
        url: url.to_owned(),
        secret: "s3cret".to_owned(),
        events: vec!["ready".to_owned(), "failed".to_owned()],
        active: true,
    }
}

fn about(id: &str, webhook: &str, subject: &str) -> NewDelivery {
    let (id, webhook, subject) = (id.to_owned(), webhook.to_owned(), subject.to_owned());
    NewDelivery { id, webhook, event: "ready".to_owned(), subject }
}

fn ended(number: u32, status: DeliveryStatus, next: Option<UnixMillis>, answer: &str, at: UnixMillis) -> Attempt {
    Attempt { number, status, next, answer: answer.to_owned(), at }
}

pub async fn a_webhook_is_changed_by_version(p: &Pair) {
    assert!(p.ours.add_webhook("w", "ada", &hook("https://a.test"), 1).await.unwrap());
    assert!(!p.ours.add_webhook("w", "bob", &hook("https://b.test"), 2).await.unwrap());
    let row = p.theirs.webhook("w").await.unwrap().unwrap();
    assert_eq!((row.owner.as_str(), row.url.as_str(), row.secret.as_str()), ("ada", "https://a.test", "s3cret"));
    assert_eq!((row.events.len(), row.active, row.version), (2, true, 1));
    let off = WebhookChange { active: false, ..hook("https://c.test") };
    let answers = p
        .race(4, |_, store| {
            let off = off.clone();
            async move { store.change_webhook("w", 1, &off, 5).await.unwrap() }
        })
        .await;
    assert_eq!((count(&answers, &Change::Made), count(&answers, &Change::Stale)), (1, 3));
    assert_eq!(p.ours.change_webhook("nobody", 1, &off, 5).await.unwrap(), Change::Missing);
    p.ours.add_webhook("x", "ada", &hook("https://a.test"), 3).await.unwrap();
    let hooks = p.ours.webhooks_of("ada").await.unwrap();
    let found: Vec<_> = hooks.iter().map(|w| (w.id.as_str(), w.active, w.version, w.updated_at)).collect();
    assert_eq!(found, [("x", true, 1, 3), ("w", false, 2, 5)]);
    assert!(p.ours.webhooks_of("bob").await.unwrap().is_empty());
}

pub async fn an_attempt_is_made_once(p: &Pair) {
    p.ours.add_webhook("w", "ada", &hook("https://a.test"), 1).await.unwrap();
    assert!(p.ours.add_delivery(&about("d", "w", "film"), 10).await.unwrap());
    assert!(!p.ours.add_delivery(&about("d", "w", "other"), 11).await.unwrap());
    assert!(!p.ours.add_delivery(&about("d", "nobody", "film"), 11).await.unwrap());
    let wanted = Delivery {
        id: "d".to_owned(),
        webhook: "w".to_owned(),
        event: "ready".to_owned(),
        subject: "film".to_owned(),
        attempt: 0,
        status: DeliveryStatus::Pending,
        next_attempt_at: Some(10),
        answer: None,
        answered_at: None,
        created_at: 10,
    };
    assert_eq!(p.theirs.deliveries("w").await.unwrap(), std::slice::from_ref(&wanted));
    let begin = |number, until| p.ours.begin_attempt("w", "d", number, until);
    let answers = p.race(4, |_, store| async move { store.begin_attempt("w", "d", 1, 40).await.unwrap() }).await;
    assert_eq!(count(&answers, &true), 1);
    let under_way = Delivery { attempt: 1, next_attempt_at: Some(40), ..wanted };
    assert_eq!(p.theirs.deliveries("w").await.unwrap(), std::slice::from_ref(&under_way));
    assert!(p.ours.due_deliveries(39, 9).await.unwrap().is_empty(), "somebody is at it");
    assert_eq!(
        p.ours.due_deliveries(40, 9).await.unwrap(),
        std::slice::from_ref(&under_way),
        "nobody said how it ended"
    );

    let again = ended(1, DeliveryStatus::Pending, Some(70), "500", 20);
    assert!(p.theirs.attempted("w", "d", &again).await.unwrap());
    let waiting =
        Delivery { next_attempt_at: Some(70), answer: Some("500".to_owned()), answered_at: Some(20), ..under_way };
    assert_eq!(p.theirs.deliveries("w").await.unwrap(), std::slice::from_ref(&waiting));
    assert!(!begin(3, 99).await.unwrap() && !begin(1, 99).await.unwrap());
    assert!(begin(2, 99).await.unwrap());
    assert!(!p.ours.attempted("w", "d", &again).await.unwrap(), "a later one has begun");
    let taken = ended(2, DeliveryStatus::Delivered, Some(99), "204", 71);
    assert!(p.ours.attempted("w", "d", &taken).await.unwrap());
    assert!(!p.ours.attempted("w", "d", &taken).await.unwrap() && !begin(3, 99).await.unwrap(), "it has ended");
    assert!(!p.ours.begin_attempt("w", "nobody", 1, 99).await.unwrap());
    let wanted = Delivery {
        attempt: 2,
        status: DeliveryStatus::Delivered,
        next_attempt_at: None,
        answer: Some("204".to_owned()),
        answered_at: Some(71),
        ..waiting
    };
    assert_eq!(p.theirs.deliveries("w").await.unwrap(), [wanted]);
    assert!(p.ours.due_deliveries(UnixMillis::MAX, 9).await.unwrap().is_empty());
}

pub async fn due_deliveries_come_longest_due_first(p: &Pair) {
    for hook_id in ["w", "x"] {
        p.ours.add_webhook(hook_id, "ada", &hook("https://a.test"), 1).await.unwrap();
    }
    for (id, webhook, at) in [("late", "w", 30), ("early", "x", 10), ("done", "w", 5), ("again", "w", 6)] {
        assert!(p.ours.add_delivery(&about(id, webhook, "film"), at).await.unwrap());
    }
    for (id, status, next) in [("done", DeliveryStatus::Failed, None), ("again", DeliveryStatus::Pending, Some(20))] {
        assert!(p.ours.begin_attempt("w", id, 1, 99).await.unwrap());
        assert!(p.ours.attempted("w", id, &ended(1, status, next, "timeout", 7)).await.unwrap());
    }
    let ids = |found: Vec<Delivery>| found.into_iter().map(|d| d.id).collect::<Vec<_>>();
    assert!(p.ours.due_deliveries(9, 9).await.unwrap().is_empty());
    assert_eq!(ids(p.ours.due_deliveries(30, 9).await.unwrap()), ["early", "again", "late"]);
    assert_eq!(ids(p.ours.due_deliveries(30, 2).await.unwrap()), ["early", "again"]);
}

pub async fn the_log_is_bounded(p: &Pair) {
    p.ours.add_webhook("w", "ada", &hook("https://a.test"), 1).await.unwrap();
    let most = i64::try_from(limits::DELIVERIES).unwrap();
    for n in 0..most + 5 {
        assert!(p.ours.add_delivery(&about(&format!("d{n}"), "w", "film"), n).await.unwrap());
    }
    let kept = p.ours.deliveries("w").await.unwrap();
    let newest_first: Vec<String> = (5..most + 5).rev().map(|n| format!("d{n}")).collect();
    assert_eq!(kept.into_iter().map(|d| d.id).collect::<Vec<_>>(), newest_first);
}

pub async fn deliveries_go_with_their_webhook(p: &Pair) {
    p.ours.add_webhook("w", "ada", &hook("https://a.test"), 1).await.unwrap();
    for n in 0..30 {
        p.ours.add_delivery(&about(&format!("d{n}"), "w", "film"), n).await.unwrap();
    }
    assert!(p.ours.delete_webhook("w").await.unwrap());
    assert!(!p.ours.delete_webhook("w").await.unwrap());
    assert!(p.ours.deliveries("w").await.unwrap().is_empty());
    assert!(p.ours.due_deliveries(99, 99).await.unwrap().is_empty());
    assert_eq!(p.ours.webhook("w").await.unwrap(), None);
}
