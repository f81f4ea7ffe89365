//! SNS, played by moto, which posts to subscribers as SNS does.

use aws_sdk_sns::Client;
use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region};
use catalog::{Media, Outcome};
use processors::ProcessError;
use processors::notify::{Event, Services, Topic, notify, plan};
use serde_json::{Value, json};

use crate::moto_server::endpoint;
use crate::receiver::{Receiver, Reply};
use crate::world::{World, id};

async fn client() -> Client {
    let endpoint = tokio::task::spawn_blocking(endpoint).await.unwrap();
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// What a subscriber was told, but for the confirmation of its subscription.
fn notifications(subscriber: &Receiver) -> Vec<String> {
    let all = subscriber.got().into_iter().map(|got| serde_json::from_str::<Value>(&got.body).unwrap());
    let told = all.filter(|message| message["Type"] == "Notification");
    told.map(|message| message["Message"].as_str().unwrap().to_owned()).collect()
}

/// Subscribes a receiver to what a filter policy lets through.
async fn subscriber(client: &Client, topic: &str, policy: Value) -> Receiver {
    let receiver = Receiver::start([Reply::Status(200)]).await;
    let subscribe = client.subscribe().topic_arn(topic).protocol("http").endpoint(receiver.url());
    subscribe.attributes("FilterPolicy", policy.to_string()).send().await.unwrap();
    receiver
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_title_is_published_and_subscribers_can_filter() {
    let client = client().await;
    let arn = client.create_topic().name("ends").send().await.unwrap().topic_arn.unwrap();
    // moto posts no attributes; that they are there is seen by what its filters let through.
    let of_ada = subscriber(&client, &arn, json!({"owner": ["ada"]})).await;
    let of_bob = subscriber(&client, &arn, json!({"owner": ["bob"]})).await;
    let failures = subscriber(&client, &arn, json!({"event": ["media.failed"]})).await;

    let world = World::new("0");
    let services = Services { topic: Some(Topic::new(client, &arn)), ..world.services.clone() };
    let tell = async |name: &str| notify(&services, Event { media_id: Some(id(name)), due: false }).await.unwrap();
    let ready = world.ready("ready").await;
    world.film("failed").await;
    assert!(!tell("failed").await.published, "it is under way");
    world.catalog().finish(&id("failed"), &Outcome::Failed { reason: "Damaged.".to_owned() }, 9).await.unwrap();
    let failed = world.row("failed").await;
    assert!(tell("ready").await.published && tell("failed").await.published);

    let message = |media: &Media| plan(media, &[]).unwrap().message;
    assert_eq!(notifications(&of_ada), [message(&ready), message(&failed)]);
    assert_eq!(notifications(&failures), [message(&failed)]);
    assert_eq!(notifications(&of_bob), [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_topic_takes_nothing_webhooks_are_told_and_the_event_comes_again() {
    let world = World::new("0");
    let receiver = Receiver::start([Reply::Status(200)]).await;
    world.webhook("w", &receiver.url()).await;
    world.ready("film").await;
    let missing = Topic::new(client().await, "arn:aws:sns:us-east-1:123456789012:nowhere");
    let services = Services { topic: Some(missing), ..world.services.clone() };
    let refused = notify(&services, Event { media_id: Some(id("film")), due: false }).await.unwrap_err();
    assert!(matches!(&refused, ProcessError::Topic(message) if message.contains("NotFound")), "{refused}");
    assert_eq!(world.send_due().await.delivered, 1);
}
