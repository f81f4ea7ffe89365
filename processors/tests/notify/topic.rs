//! SNS, played by moto, which posts to subscribers as SNS does.

use aws_sdk_sns::Client;
use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region};
use catalog::Outcome;
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
fn notifications(subscriber: &Receiver) -> Vec<Value> {
    let all = subscriber.got().into_iter().map(|got| serde_json::from_str::<Value>(&got.body).unwrap());
    all.filter(|message| message["Type"] == "Notification").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_title_is_published_and_subscribers_can_filter() {
    let client = client().await;
    let arn = client.create_topic().name("ends").send().await.unwrap().topic_arn.unwrap();
    let (all, failures) = (Receiver::start([Reply::Status(200)]).await, Receiver::start([Reply::Status(200)]).await);
    client.subscribe().topic_arn(&arn).protocol("http").endpoint(all.url()).send().await.unwrap();
    let policy = json!({"event": ["media.failed"], "owner": ["ada"]}).to_string();
    let subscribe = client.subscribe().topic_arn(&arn).protocol("http").endpoint(failures.url());
    subscribe.attributes("FilterPolicy", policy).send().await.unwrap();

    let world = World::new("0");
    let services = Services { topic: Some(Topic::new(client, &arn)), ..world.services.clone() };
    let tell = async |name: &str| notify(&services, Event { media_id: Some(id(name)), due: false }).await.unwrap();
    let ready = world.ready("ready").await;
    world.film("failed").await;
    assert!(!tell("failed").await.published, "it is under way");
    world.catalog().finish(&id("failed"), &Outcome::Failed { reason: "Damaged.".to_owned() }, 9).await.unwrap();
    assert!(tell("ready").await.published && tell("failed").await.published);

    let (all, failures) = (notifications(&all), notifications(&failures));
    let events = |messages: &[Value]| -> Vec<Value> {
        messages.iter().map(|message| message["MessageAttributes"]["event"]["Value"].clone()).collect()
    };
    assert_eq!(events(&all), ["media.ready", "media.failed"]);
    assert_eq!(events(&failures), ["media.failed"]);
    assert_eq!(all[0]["MessageAttributes"]["owner"], json!({"Type": "String", "Value": "ada"}));
    assert_eq!(all[0]["Message"], json!(plan(&ready, &[]).unwrap().message));
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
