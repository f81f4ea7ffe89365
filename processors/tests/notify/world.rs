//! A catalog with titles and webhooks, and what notifies out of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use catalog::{
    Catalog, Delivery, Kind, Media, MediaId, NewMedia, Outcome, Rendition, Source, SqliteCatalog, Status, WebhookChange,
};
use processors::notify::{Event, Notified, Patience, Resolve, Sender, Services, notify};
use rustls::{ClientConfig, RootCertStore};

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub fn id(text: &str) -> MediaId {
    MediaId::try_from(text.to_owned()).unwrap()
}

/// Says of every host that it is at those addresses, and how often it was asked.
pub struct Fixed {
    pub addresses: Vec<SocketAddr>,
    pub asked: AtomicUsize,
}

impl Fixed {
    pub fn new(addresses: impl IntoIterator<Item = SocketAddr>) -> Arc<Self> {
        Arc::new(Self { addresses: addresses.into_iter().collect(), asked: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Resolve for Fixed {
    async fn resolve(&self, _: &str, _: u16) -> std::io::Result<Vec<SocketAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.addresses.clone())
    }
}

/// A client that trusts those roots.
pub fn trusting(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    config.with_root_certificates(roots).with_no_client_auth()
}

pub fn patience(whole: Duration) -> Patience {
    Patience { connection: Duration::from_secs(4), whole }
}

pub struct World {
    pub services: Services,
    _dir: tempfile::TempDir,
}

impl World {
    /// With webhooks to this machine, tried `pauses` times more, at once.
    pub fn new(pauses: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(dir.path().join("catalog.sqlite")).unwrap());
        let sender = Sender::new(true).unwrap();
        let services = Services { catalog, topic: None, sender, pauses: pauses.parse().unwrap() };
        Self { services, _dir: dir }
    }

    pub fn catalog(&self) -> &dyn Catalog {
        self.services.catalog.as_ref()
    }

    pub async fn webhook(&self, name: &str, url: &str) {
        let events = ["media.ready", "media.failed"].map(str::to_owned).to_vec();
        let change = WebhookChange { url: url.to_owned(), secret: SECRET.to_owned(), events, active: true };
        assert!(self.catalog().add_webhook(name, "ada", &change, 1).await.unwrap());
    }

    /// A film of `ada`'s that is being processed.
    pub async fn film(&self, name: &str) -> Media {
        let source = Source { key: format!("ada/{name}/original"), bytes: 7, etag: "e".to_owned() };
        let (owner, title) = ("ada".to_owned(), "Grüße vom See".to_owned());
        let new = NewMedia { id: id(name), owner, title, source, status: Status::Uploaded };
        assert!(self.catalog().insert(&new, 1_000).await.unwrap());
        assert!(self.catalog().processing(&new.id, Kind::Video, 2_000).await.unwrap());
        self.row(name).await
    }

    /// The same, which can be watched.
    pub async fn ready(&self, name: &str) -> Media {
        self.film(name).await;
        let rendition = |file: &str, name: &str, content_type: &str| Rendition {
            name: name.to_owned(),
            key: format!("media/ada/film/{file}"),
            content_type: content_type.to_owned(),
            width: 640,
            height: 360,
            bytes: 9,
        };
        let renditions =
            vec![rendition("poster.webp", "poster", "image/webp"), rendition("video.mp4", "video", "video/mp4")];
        let outcome = Outcome::Ready { renditions, duration_ms: Some(4_200), picture: None, later: false };
        assert!(self.catalog().finish(&id(name), &outcome, 3_000).await.unwrap());
        self.row(name).await
    }

    pub async fn row(&self, name: &str) -> Media {
        self.catalog().find(&id(name)).await.unwrap().unwrap()
    }

    pub async fn tell(&self, name: &str) -> Notified {
        notify(&self.services, Event { media_id: Some(id(name)), due: false }).await.unwrap()
    }

    pub async fn send_due(&self) -> Notified {
        notify(&self.services, Event { media_id: None, due: true }).await.unwrap()
    }

    /// The one delivery of a webhook.
    pub async fn delivery(&self, webhook: &str) -> Delivery {
        let all = self.catalog().deliveries(webhook).await.unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().unwrap()
    }
}
