//! The queue from finished uploads to the processors, with fake functions in this process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use catalog::{
    Catalog, Kind, Media, MediaId, NewDelivery, NewMedia, Outcome, Source, SqliteCatalog, Status, WebhookChange,
};
use local::events::{Events, EventsConfig, Invoke};
use local::objects::{ObjectCreated, Objects, ObjectsConfig, client};
use local::runtime::InvokeError;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

const RAW: &str = "stagedoor-raw";

/// What a fake function does with an event, beside its work.
#[derive(Clone)]
enum Act {
    Fail(InvokeError),
    Answer(Value),
    /// Never answers.
    Hang,
}

/// A fake dispatch: the file's stem is the id, its ending the kind.
struct FakeDispatch {
    catalog: Arc<dyn Catalog>,
    acts: Mutex<VecDeque<Act>>,
    events: Mutex<Vec<Value>>,
}

/// A fake processor, which does its work in the catalog as the real ones do.
struct FakeProcessor {
    catalog: Arc<dyn Catalog>,
    acts: Mutex<HashMap<String, VecDeque<Act>>>,
    seen: Mutex<Vec<String>>,
    at_work: Mutex<Vec<String>>,
    /// The most that were at work at the same time.
    most: Mutex<usize>,
    /// Where set, nobody ends before that many are at work at the same time.
    meet: Option<usize>,
    arrived: Notify,
}

fn id(text: &str) -> MediaId {
    MediaId::try_from(text.to_owned()).unwrap()
}

fn source(key: &str) -> Source {
    Source { key: key.to_owned(), bytes: 5, etag: "e".to_owned() }
}

#[async_trait]
impl Invoke for FakeDispatch {
    async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvokeError> {
        let event: Value = serde_json::from_slice(&payload).unwrap();
        self.events.lock().unwrap().push(event.clone());
        let act = self.acts.lock().unwrap().pop_front();
        match act {
            Some(Act::Fail(e)) => return Err(e),
            Some(Act::Answer(answer)) => return Ok(Bytes::from(answer.to_string())),
            Some(Act::Hang) => std::future::pending().await,
            None => {}
        }
        let object = &event["Records"][0]["s3"]["object"];
        let key = match event["media_id"].as_str() {
            Some(media_id) => self.catalog.find(&id(media_id)).await.unwrap().unwrap().source.key,
            None => object["key"].as_str().unwrap().to_owned(),
        };
        let (stem, ending) = key.strip_prefix("in/").unwrap().split_once('.').unwrap();
        let row = NewMedia {
            id: id(stem),
            owner: "ada".to_owned(),
            title: stem.to_owned(),
            source: source(&key),
            status: Status::Uploaded,
        };
        self.catalog.insert(&row, 1).await.unwrap();
        self.catalog.uploaded(&row.id, &row.source, 2).await.unwrap();
        let kind = if ending == "mp4" { "video" } else { "image" };
        Ok(Bytes::from(json!({"items": [{"media_id": stem, "kind": kind}]}).to_string()))
    }
}

#[async_trait]
impl Invoke for FakeProcessor {
    async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvokeError> {
        let event: Value = serde_json::from_slice(&payload).unwrap();
        if let Some(message) = event["Records"].get(0) {
            return self.later(&serde_json::from_str(message["body"].as_str().unwrap()).unwrap()).await;
        }
        let name = event["media_id"].as_str().unwrap().to_owned();
        let act = self.acts.lock().unwrap().get_mut(&name).and_then(VecDeque::pop_front);
        self.seen.lock().unwrap().push(name.clone());
        {
            let mut at_work = self.at_work.lock().unwrap();
            assert!(!at_work.contains(&name), "{name} is worked on twice at a time");
            at_work.push(name.clone());
            let mut most = self.most.lock().unwrap();
            *most = at_work.len().max(*most);
        }
        self.arrived.notify_waiters();
        while self.meet.is_some_and(|count| *self.most.lock().unwrap() < count) {
            let _ = tokio::time::timeout(Duration::from_millis(10), self.arrived.notified()).await;
        }
        tokio::task::yield_now().await;
        if matches!(act, Some(Act::Hang)) {
            std::future::pending::<()>().await;
        }
        let changed = self.catalog.processing(&id(&name), Kind::Image, 3).await.unwrap();
        self.at_work.lock().unwrap().retain(|other| *other != name);
        match act {
            Some(Act::Fail(e)) => return Err(e),
            Some(Act::Answer(answer)) => return Ok(Bytes::from(answer.to_string())),
            Some(Act::Hang) | None => {}
        }
        let later = name.starts_with("waits");
        let ready = Outcome::Ready { renditions: Vec::new(), duration_ms: None, picture: None, later };
        let ended = changed && self.catalog.finish(&id(&name), &ready, 4).await.unwrap();
        let status = if ended { "ready" } else { "ended" };
        Ok(Bytes::from(json!({"media_id": name, "status": status}).to_string()))
    }
}

impl FakeProcessor {
    /// Makes what takes longer, or fails as often as it is told.
    async fn later(&self, event: &Value) -> Result<Bytes, InvokeError> {
        assert_eq!(event["later"], true, "{event}");
        let name = event["media_id"].as_str().unwrap();
        let act = format!("later {name}");
        self.seen.lock().unwrap().push(act.clone());
        match self.acts.lock().unwrap().get_mut(&act).and_then(VecDeque::pop_front) {
            Some(Act::Fail(e)) => return Err(e),
            Some(Act::Answer(answer)) => return Ok(Bytes::from(answer.to_string())),
            Some(Act::Hang) | None => {}
        }
        assert!(self.catalog.add_later(&id(name), &[], 5).await.unwrap(), "{name} waited");
        Ok(Bytes::from_static(br#"{"batchItemFailures":[]}"#))
    }
}

/// A fake notify function.
#[derive(Default)]
struct FakeNotify {
    acts: Mutex<VecDeque<Act>>,
    events: Mutex<Vec<Value>>,
}

#[async_trait]
impl Invoke for FakeNotify {
    async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvokeError> {
        self.events.lock().unwrap().push(serde_json::from_slice(&payload).unwrap());
        match self.acts.lock().unwrap().pop_front() {
            Some(Act::Fail(e)) => Err(e),
            _ => Ok(Bytes::from_static(br#"{"added":0}"#)),
        }
    }
}

impl FakeNotify {
    /// Waits until it has been called with each of those, in any order.
    async fn hears(&self, events: &[Value]) {
        let heard = async {
            while !events.iter().all(|event| self.events.lock().unwrap().contains(event)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let heard = tokio::time::timeout(Duration::from_secs(20), heard).await;
        assert!(heard.is_ok(), "{events:?}, not {:?}", self.events.lock().unwrap());
    }
}

struct House {
    _folder: tempfile::TempDir,
    catalog: Arc<dyn Catalog>,
    objects: Client,
    dispatch: Arc<FakeDispatch>,
    processor: Arc<FakeProcessor>,
    notify: Arc<FakeNotify>,
}

impl House {
    async fn build() -> Self {
        Self::where_processors_meet(None).await
    }

    async fn where_processors_meet(meet: Option<usize>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(folder.path().join("catalog.sqlite")).unwrap());
        let config = ObjectsConfig {
            root: folder.path().join("objects"),
            access_key: "AKID".to_owned(),
            secret_key: "secret".to_owned(),
            buckets: vec![RAW.to_owned()],
            allow_origins: Vec::new(),
        };
        let (sender, _) = mpsc::unbounded_channel();
        let objects = Objects::open(config, sender).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(objects.serve(listener));
        let dispatch = FakeDispatch { catalog: Arc::clone(&catalog), acts: Mutex::default(), events: Mutex::default() };
        let processor = FakeProcessor {
            catalog: Arc::clone(&catalog),
            acts: Mutex::default(),
            seen: Mutex::default(),
            at_work: Mutex::default(),
            most: Mutex::default(),
            meet,
            arrived: Notify::new(),
        };
        Self {
            _folder: folder,
            catalog,
            objects: client(&endpoint, "AKID", "secret"),
            dispatch: Arc::new(dispatch),
            processor: Arc::new(processor),
            notify: Arc::default(),
        }
    }

    fn start(&self) -> (Events, mpsc::UnboundedSender<ObjectCreated>) {
        let (sender, created) = mpsc::unbounded_channel();
        let config = EventsConfig {
            catalog: Arc::clone(&self.catalog),
            raw_bucket: RAW.to_owned(),
            dispatch: self.dispatch.clone(),
            image: self.processor.clone(),
            video: self.processor.clone(),
            notify: self.notify.clone(),
            max_attempts: 5,
            redelivery: Duration::from_millis(5),
        };
        (Events::start(config, created, self.objects.clone()), sender)
    }

    async fn row(&self, name: &str, status: Status) {
        let source = source(&format!("in/{name}.jpg"));
        let media = NewMedia { id: id(name), owner: "ada".to_owned(), title: name.to_owned(), source, status };
        assert!(self.catalog.insert(&media, 1).await.unwrap());
    }

    async fn put(&self, name: &str) {
        let put = self.objects.put_object().bucket(RAW).key(format!("in/{name}.jpg"));
        put.body(ByteStream::from_static(b"bytes")).send().await.unwrap();
    }

    /// The processor's next acts for that title.
    fn acts(&self, name: &str, acts: impl IntoIterator<Item = Act>) {
        self.processor.acts.lock().unwrap().insert(name.to_owned(), acts.into_iter().collect());
    }

    fn invocations(&self, name: &str) -> usize {
        self.processor.seen.lock().unwrap().iter().filter(|seen| *seen == name).count()
    }

    async fn find(&self, name: &str) -> Option<Media> {
        self.catalog.find(&id(name)).await.unwrap()
    }

    /// The row once it has ended and waits for nothing.
    async fn complete(&self, name: &str) -> Media {
        let wait = async {
            loop {
                match self.find(name).await {
                    Some(media) if media.status == Status::Ready && !media.later => return media,
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("{name} waits for ever"))
    }

    /// The row once it has ended.
    async fn ended(&self, name: &str) -> Media {
        let wait = async {
            loop {
                match self.find(name).await {
                    Some(media) if matches!(media.status, Status::Ready | Status::Failed) => return media,
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("{name} does not end"))
    }
}

fn object(name: &str) -> ObjectCreated {
    ObjectCreated { bucket: RAW.to_owned(), key: format!("in/{name}.jpg"), bytes: 5, etag: "e".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_nobody_announced_gets_its_row_and_is_processed() {
    let house = House::build().await;
    let (events, created) = house.start();
    created.send(ObjectCreated { bucket: "stagedoor-media".to_owned(), ..object("rendition") }).unwrap();
    created.send(object("a")).unwrap();
    assert_eq!(house.ended("a").await.status, Status::Ready);
    assert!(house.find("rendition").await.is_none(), "what is put in other buckets is no upload");
    let seen = house.dispatch.events.lock().unwrap()[0]["Records"][0].clone();
    assert_eq!(seen["eventSource"], "aws:s3");
    assert_eq!(seen["s3"]["object"], json!({"key": "in/a.jpg", "size": 5, "eTag": "e"}));
    events.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_title_told_of_many_times_is_worked_on_once_at_a_time() {
    let house = House::build().await;
    house.row("a", Status::Uploading).await;
    let (events, created) = house.start();
    for _ in 0..10 {
        created.send(object("a")).unwrap();
    }
    assert_eq!(house.ended("a").await.status, Status::Ready);
    for _ in 0..10 {
        events.uploaded(id("a"));
    }
    // The fake processor fails the test where a title is given to it twice at a time; a failed task would be a row
    // that does not end. Another title, told of last, shows that all went through.
    created.send(object("b")).unwrap();
    assert_eq!(house.ended("b").await.status, Status::Ready);
    events.stop().await;
    assert_eq!(house.invocations("a"), 1, "what has ended needs no processor");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processors_work_at_once_and_no_more() {
    let house = House::where_processors_meet(Some(2)).await;
    let (events, created) = house.start();
    let names = ["a", "b", "c", "d", "e", "f"];
    for name in names {
        created.send(object(name)).unwrap();
    }
    for name in names {
        assert_eq!(house.ended(name).await.status, Status::Ready);
    }
    assert_eq!(*house.processor.most.lock().unwrap(), 2);
    events.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_invocation_is_delivered_again() {
    let house = House::build().await;
    let failed = InvokeError::Function { error_type: "E".to_owned(), message: "m".to_owned() };
    house.acts(
        "a",
        [
            Act::Fail(InvokeError::Crashed),
            Act::Fail(InvokeError::Timeout),
            Act::Answer(json!({"status": 1})),
            Act::Fail(failed),
        ],
    );
    house
        .dispatch
        .acts
        .lock()
        .unwrap()
        .extend([Act::Fail(InvokeError::Crashed), Act::Answer(json!({"items": [{"media_id": "a", "kind": "song"}]}))]);
    let (events, created) = house.start();
    created.send(object("a")).unwrap();
    assert_eq!(house.ended("a").await.status, Status::Ready);
    assert_eq!(house.invocations("a"), 5);
    events.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_each_time_ends_as_failed() {
    let house = House::build().await;
    house.acts("a", vec![Act::Fail(InvokeError::Crashed); 5]);
    let (events, created) = house.start();
    created.send(object("a")).unwrap();
    let media = house.ended("a").await;
    assert_eq!(media.status, Status::Failed);
    assert_eq!(media.reason.as_deref(), Some("Processing failed repeatedly; the original is kept."));
    assert_eq!(house.invocations("a"), 5);
    created.send(object("b")).unwrap();
    assert_eq!(house.ended("b").await.status, Status::Ready, "the others go on");
    events.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_that_fails_each_time_ends_its_title_as_failed() {
    let house = House::build().await;
    house.row("fed", Status::Uploaded).await;
    house.row("dropped", Status::Uploading).await;
    house.dispatch.acts.lock().unwrap().extend(vec![Act::Fail(InvokeError::Crashed); 10]);
    let (events, created) = house.start();
    created.send(object("dropped")).unwrap();
    for name in ["fed", "dropped"] {
        let media = house.ended(name).await;
        assert_eq!((media.status, media.reason.is_some()), (Status::Failed, true), "{name}");
    }
    assert_eq!(house.processor.seen.lock().unwrap().len(), 0);
    events.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_takes_up_what_was_left() {
    let house = House::build().await;
    for name in ["uploaded", "processing", "done"] {
        house.row(name, Status::Uploaded).await;
        house.put(name).await;
    }
    house.row("arrived", Status::Uploading).await;
    house.row("expected", Status::Uploading).await;
    house.put("arrived").await;
    house.put("stray").await;
    assert!(house.catalog.processing(&id("processing"), Kind::Image, 2).await.unwrap());
    let ready = Outcome::Ready { renditions: Vec::new(), duration_ms: Some(7), picture: None, later: false };
    assert!(house.catalog.finish(&id("done"), &ready, 2).await.unwrap());

    let (events, _created) = house.start();
    for name in ["uploaded", "processing", "arrived", "stray"] {
        assert_eq!(house.ended(name).await.status, Status::Ready, "{name}");
    }
    events.stop().await;
    assert_eq!(house.find("expected").await.unwrap().status, Status::Uploading);
    assert_eq!(house.find("done").await.unwrap().duration_ms, Some(7));
    assert_eq!(house.dispatch.events.lock().unwrap().len(), 4, "nothing that has ended or is not there is told of");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_in_the_middle_becomes_ready_after_the_next_start() {
    let house = House::build().await;
    house.put("a").await;
    house.acts("a", [Act::Hang]);
    let (events, created) = house.start();
    created.send(object("a")).unwrap();
    let at_work = async {
        while house.processor.at_work.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), at_work).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), events.stop()).await.expect("stop waits for no processor");
    assert_eq!(house.find("a").await.unwrap().status, Status::Uploaded);

    house.processor.at_work.lock().unwrap().clear();
    let (events, _created) = house.start();
    assert_eq!(house.ended("a").await.status, Status::Ready);
    events.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_are_being_stopped_fail_no_title() {
    let house = House::build().await;
    house.acts("a", [Act::Fail(InvokeError::Stopped)]);
    house.row("left", Status::Uploaded).await;
    let (events, created) = house.start();
    // Once what was left is ready, the backlog has been read, and "a" is told of once only.
    assert_eq!(house.ended("left").await.status, Status::Ready);
    created.send(object("a")).unwrap();
    created.send(object("b")).unwrap();
    assert_eq!(house.ended("b").await.status, Status::Ready);
    let told = async {
        while house.invocations("a") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.unwrap();
    events.stop().await;
    assert_eq!(house.find("a").await.unwrap().status, Status::Processing);
    assert_eq!(house.invocations("a"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_title_has_ended_in_whatever_way_notify_hears_of_it() {
    let house = House::build().await;
    house.acts("given-up", vec![Act::Fail(InvokeError::Crashed); 5]);
    let unsupported = json!({"items": [{"media_id": "unsupported", "kind": "unsupported"}]});
    let (events, created) = house.start();
    house.dispatch.acts.lock().unwrap().push_back(Act::Answer(unsupported));
    events.uploaded(id("unsupported"));
    house.notify.hears(&[json!({"media_id": "unsupported"})]).await;
    // What notify fails at is delivered again, as everything is.
    house.notify.acts.lock().unwrap().extend([Act::Fail(InvokeError::Crashed), Act::Fail(InvokeError::Timeout)]);
    created.send(object("ready")).unwrap();
    house.notify.hears(&[json!({"media_id": "ready"})]).await;
    created.send(object("given-up")).unwrap();
    house.notify.hears(&[json!({"media_id": "given-up"})]).await;
    assert_eq!(house.find("given-up").await.unwrap().status, Status::Failed, "it is told once it is so");
    house.dispatch.acts.lock().unwrap().extend(vec![Act::Fail(InvokeError::Crashed); 5]);
    house.row("undispatched", Status::Uploaded).await;
    events.uploaded(id("undispatched"));
    house.notify.hears(&[json!({"media_id": "undispatched"})]).await;
    events.stop().await;
    let times = |name: &str| {
        house.notify.events.lock().unwrap().iter().filter(|event| **event == json!({"media_id": name})).count()
    };
    assert_eq!(["unsupported", "ready", "given-up", "undispatched"].map(times), [1, 3, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn notify_is_called_as_long_as_a_delivery_is_due() {
    let house = House::build().await;
    let events = vec!["media.ready".to_owned()];
    let webhook = WebhookChange { url: "https://x.test".to_owned(), secret: "s".to_owned(), events, active: true };
    assert!(house.catalog.add_webhook("w", "ada", &webhook, 1).await.unwrap());
    let (id, webhook, event) = ("d".to_owned(), "w".to_owned(), "test".to_owned());
    let delivery = NewDelivery { id, webhook, event, subject: String::new() };
    assert!(house.catalog.add_delivery(&delivery, 5).await.unwrap());
    // A call that fails ends nothing: the next comes all the same.
    house.notify.acts.lock().unwrap().push_back(Act::Fail(InvokeError::Crashed));
    let (running, _created) = house.start();
    let called = async {
        while house.notify.events.lock().unwrap().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), called).await.unwrap();
    assert!(house.notify.events.lock().unwrap().iter().all(|event| *event == json!({"due": true})));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_longer_is_made_when_the_title_is_ready() {
    let house = House::build().await;
    let failure = json!({"batchItemFailures": [{"itemIdentifier": "waits"}]});
    house.acts("later waits", [Act::Answer(failure.clone()), Act::Fail(InvokeError::Crashed)]);
    let (events, created) = house.start();
    created.send(object("waits")).unwrap();
    created.send(object("done")).unwrap();
    house.complete("waits").await;
    assert_eq!(house.ended("done").await.status, Status::Ready);
    events.stop().await;
    assert_eq!(house.invocations("later waits"), 3, "until no message has failed");
    assert_eq!(house.invocations("later done"), 0, "it waits for nothing");

    // What is left over by an earlier run is taken up, and a title that is ready is never given up.
    let house = House::build().await;
    house.row("waits", Status::Uploaded).await;
    let ready = Outcome::Ready { renditions: Vec::new(), duration_ms: None, picture: None, later: true };
    assert!(house.catalog.finish(&id("waits"), &ready, 4).await.unwrap());
    house.acts("later waits", [Act::Answer(failure)]);
    let (events, _created) = house.start();
    assert_eq!(house.complete("waits").await.status, Status::Ready);
    events.stop().await;
    assert_eq!(house.invocations("later waits"), 2);
}
