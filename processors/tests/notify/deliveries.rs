use catalog::{DeliveryStatus, NewDelivery, Outcome, WebhookChange};
use processors::ProcessError;
use processors::notify::{Event, Notified, Secret, notify};
use serde_json::{Value, json};

use crate::receiver::{Receiver, Reply};
use crate::world::{SECRET, World, id};

fn test_delivery(name: &str) -> NewDelivery {
    let (id, webhook, event) = (name.to_owned(), "w".to_owned(), "test".to_owned());
    NewDelivery { id, webhook, event, subject: String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_comes_twice_makes_one_delivery() {
    let (world, receiver) = (World::new("0"), Receiver::start([Reply::Status(200)]).await);
    world.webhook("w", &receiver.url()).await;
    world.ready("film").await;
    assert_eq!(world.tell("film").await, Notified { added: 1, delivered: 1, ..Notified::default() });
    assert_eq!(world.tell("film").await, Notified::default());
    assert_eq!(world.send_due().await, Notified::default());
    let got = receiver.got();
    assert_eq!(got.len(), 1);
    let delivery = world.delivery("w").await;
    assert_eq!((delivery.status, delivery.attempt), (DeliveryStatus::Delivered, 1));
    assert_eq!((delivery.answer.as_deref(), delivery.answered_at.is_some()), (Some("200"), true));

    let message: Value = serde_json::from_str(&got[0].body).unwrap();
    assert_eq!((&message["id"], &message["event"]), (&json!(delivery.id), &json!("media.ready")));
    assert_eq!(got[0].header("webhook-id"), Some(delivery.id.as_str()));
    let timestamp = got[0].header("webhook-timestamp").unwrap();
    let signature = Secret::read(SECRET).unwrap().sign(&delivery.id, timestamp.parse().unwrap(), &got[0].body);
    assert_eq!(got[0].header("webhook-signature"), Some(signature.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_fails_twice_is_told_of_twice() {
    let (world, receiver) = (World::new("0"), Receiver::start([Reply::Status(200)]).await);
    world.webhook("w", &receiver.url()).await;
    world.film("film").await;
    let failed = Outcome::Failed { reason: "Damaged.".to_owned() };
    world.catalog().finish(&id("film"), &failed, 3_000).await.unwrap();
    assert_eq!(world.tell("film").await.delivered, 1);
    assert!(world.catalog().retry(&id("film"), 4_000).await.unwrap());
    assert_eq!(world.tell("film").await, Notified::default(), "it is under way again");
    world.catalog().finish(&id("film"), &failed, 5_000).await.unwrap();
    assert_eq!(world.tell("film").await.delivered, 1);
    let ids = receiver.ids();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_is_tried_again_with_the_same_id() {
    let world = World::new("0,0");
    let receiver = Receiver::start([Reply::Status(500), Reply::Raw(String::new()), Reply::Status(204)]).await;
    world.webhook("w", &receiver.url()).await;
    world.ready("film").await;
    assert_eq!(world.tell("film").await, Notified { added: 1, again: 1, ..Notified::default() });
    let delivery = world.delivery("w").await;
    assert_eq!((delivery.status, delivery.attempt), (DeliveryStatus::Pending, 1));
    assert_eq!(delivery.answer.as_deref(), Some("500"));
    assert_eq!(world.send_due().await, Notified { again: 1, ..Notified::default() });
    assert_eq!(world.delivery("w").await.answer.as_deref(), Some("no_answer"));
    assert_eq!(world.send_due().await, Notified { delivered: 1, ..Notified::default() });
    let delivery = world.delivery("w").await;
    assert_eq!((delivery.status, delivery.attempt), (DeliveryStatus::Delivered, 3));
    assert_eq!(receiver.ids(), vec![delivery.id; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_kept() {
    let (world, receiver) = (World::new("3600"), Receiver::start([Reply::Status(500)]).await);
    world.webhook("w", &receiver.url()).await;
    world.ready("film").await;
    world.tell("film").await;
    assert_eq!(world.send_due().await, Notified::default());
    let delivery = world.delivery("w").await;
    let pause = delivery.next_attempt_at.unwrap() - delivery.answered_at.unwrap();
    assert!((3_600_000..=3_960_000).contains(&pause), "{pause}");
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_last_attempt_a_message_is_given_up() {
    let (world, receiver) = (World::new("0"), Receiver::start([Reply::Status(503)]).await);
    world.webhook("w", &receiver.url()).await;
    world.ready("film").await;
    assert_eq!(world.tell("film").await.again, 1);
    assert_eq!(world.send_due().await, Notified { failed: 1, ..Notified::default() });
    let delivery = world.delivery("w").await;
    assert_eq!((delivery.status, delivery.attempt), (DeliveryStatus::Failed, 2));
    assert_eq!(world.send_due().await, Notified::default());
    assert!(world.catalog().webhook("w").await.unwrap().unwrap().active, "its next message may arrive");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_gets_nothing_any_more() {
    let (world, receiver) = (World::new("0,0"), Receiver::start([Reply::Status(500), Reply::Status(410)]).await);
    world.webhook("w", &receiver.url()).await;
    for name in ["a", "b"] {
        world.ready(name).await;
    }
    world.tell("a").await;
    world.send_due().await;
    let webhook = world.catalog().webhook("w").await.unwrap().unwrap();
    assert_eq!((webhook.active, webhook.version, webhook.url), (false, 2, receiver.url()));
    assert_eq!(world.delivery("w").await.answer.as_deref(), Some("410"));
    assert_eq!(world.tell("b").await, Notified::default());
    assert!(world.catalog().add_delivery(&test_delivery("t"), 9).await.unwrap());
    assert_eq!(world.send_due().await, Notified { failed: 1, ..Notified::default() });
    let told = world.catalog().deliveries("w").await.unwrap().into_iter().find(|d| d.id == "t").unwrap();
    assert_eq!((told.answer.as_deref(), told.attempt), (Some("inactive"), 0));
    assert_eq!(receiver.got().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_title_is_told_while_its_owner_has_it() {
    let (world, receiver) = (World::new("0,0"), Receiver::start([Reply::Status(500)]).await);
    world.webhook("w", &receiver.url()).await;
    world.ready("film").await;
    world.tell("film").await;
    assert!(world.catalog().delete(&id("film"), 9_000).await.unwrap());
    assert_eq!(world.send_due().await, Notified { failed: 1, ..Notified::default() });
    assert_eq!(world.delivery("w").await.answer.as_deref(), Some("title_gone"));
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_arrives_and_is_about_nothing() {
    let (world, receiver) = (World::new("0"), Receiver::start([Reply::Status(200)]).await);
    world.webhook("w", &receiver.url()).await;
    assert!(world.catalog().add_delivery(&test_delivery("t"), 0).await.unwrap());
    assert_eq!(world.send_due().await, Notified { delivered: 1, ..Notified::default() });
    let message: Value = serde_json::from_str(&receiver.got()[0].body).unwrap();
    assert_eq!(message, json!({"id": "t", "event": "test", "created_at": "1970-01-01T00:00:00Z"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_look_at_once_send_once() {
    let (world, receiver) = (World::new("3600"), Receiver::start([Reply::Status(200)]).await);
    world.webhook("w", &receiver.url()).await;
    for n in 0..20 {
        assert!(world.catalog().add_delivery(&test_delivery(&format!("t{n}")), 0).await.unwrap());
    }
    let calls = (0..4).map(|_| {
        let services = world.services.clone();
        tokio::spawn(async move { notify(&services, Event { media_id: None, due: true }).await.unwrap().delivered })
    });
    let mut delivered = 0;
    for call in calls.collect::<Vec<_>>() {
        delivered += call.await.unwrap();
    }
    let mut ids = receiver.ids();
    ids.sort();
    ids.dedup();
    assert_eq!((delivered, receiver.got().len(), ids.len()), (20, 20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_another_form_is_said_and_nothing_is_sent() {
    let (world, receiver) = (World::new("0"), Receiver::start([Reply::Status(200)]).await);
    let (url, events) = (receiver.url(), vec!["media.ready".to_owned()]);
    let webhook = WebhookChange { url, secret: "whsec_short".to_owned(), events, active: true };
    world.catalog().add_webhook("w", "ada", &webhook, 1).await.unwrap();
    world.ready("film").await;
    assert_eq!(world.tell("film").await, Notified { added: 1, failed: 1, ..Notified::default() });
    assert_eq!(world.delivery("w").await.answer.as_deref(), Some("secret_malformed"));
    assert_eq!(receiver.got().len(), 0);
}

#[tokio::test]
async fn an_event_about_nothing_is_refused_and_one_about_nobody_is_not() {
    let world = World::new("0");
    for event in [json!({}), json!({"media": "a"}), json!({"due": false})] {
        let refused = notify(&world.services, serde_json::from_value(event).unwrap()).await.unwrap_err();
        assert!(matches!(refused, ProcessError::Event { field: "media_id", .. }), "{refused}");
    }
    assert_eq!(world.tell("nobody").await, Notified::default());
    assert!(serde_json::from_value::<Event>(json!({"media_id": "a/b"})).is_err());
}
