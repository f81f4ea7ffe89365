use std::sync::Arc;
use std::time::Duration;

use catalog::{Catalog, MediaId};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::backlog;
use super::delivery::{Delivery, Titles, Work};
use super::due;
use super::invoke::Invoke;
use crate::objects::ObjectCreated;

/// How many processors work at once.
const PARALLEL: usize = 2;

/// What the queue connects.
pub struct EventsConfig {
    /// Where the rows are.
    pub catalog: Arc<dyn Catalog>,
    /// The bucket that uploads arrive in; objects in other buckets are nobody's upload.
    pub raw_bucket: String,
    /// Makes the row, and says what an object is.
    pub dispatch: Arc<dyn Invoke>,
    /// Processes one image.
    pub image: Arc<dyn Invoke>,
    /// Processes one video.
    pub video: Arc<dyn Invoke>,
    /// Tells of titles that have ended.
    pub notify: Arc<dyn Invoke>,
    /// How often an event is delivered until its title ends as failed.
    pub max_attempts: u32,
    /// The pause before the second attempt; it doubles before each further one, up to a minute.
    pub redelivery: Duration,
}

/// The running queue. Dropping it stops it as [`Events::stop`] does, without waiting.
pub struct Events {
    uploaded: mpsc::UnboundedSender<MediaId>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Events {
    /// Takes up what an earlier run has left, and then every object that `created` tells of.
    pub fn start(
        config: EventsConfig,
        created: mpsc::UnboundedReceiver<ObjectCreated>,
        objects: aws_sdk_s3::Client,
    ) -> Self {
        let (sender, uploaded) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let delivery = Arc::new(Delivery {
            config,
            titles: Titles::default(),
            workers: Semaphore::new(PARALLEL),
            stop: stop.clone(),
        });
        let intake = Intake { delivery, tasks: tasks.clone(), stop: stop.clone() };
        tasks.spawn(intake.clone().take_up(objects));
        tasks.spawn(due::run(Arc::clone(&intake.delivery), stop.clone()));
        tasks.spawn(intake.run(created, uploaded));
        Self { uploaded: sender, stop, tasks }
    }

    /// The change feed: the row has become `uploaded`.
    pub fn uploaded(&self, id: MediaId) {
        let _ = self.uploaded.send(id);
    }

    /// Takes nothing more and gives up what is being done; the next start takes it up again. Functions keep running.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[derive(Clone)]
struct Intake {
    delivery: Arc<Delivery>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Intake {
    async fn run(
        self,
        mut created: mpsc::UnboundedReceiver<ObjectCreated>,
        mut uploaded: mpsc::UnboundedReceiver<MediaId>,
    ) {
        loop {
            let work = tokio::select! {
                () = self.stop.cancelled() => return,
                Some(object) = created.recv() => Work::Object(object),
                Some(id) = uploaded.recv() => Work::Media(id),
                else => return,
            };
            self.deliver(work);
        }
    }

    /// Reads the backlog, however long it takes until catalog and bucket can be read.
    async fn take_up(self, objects: aws_sdk_s3::Client) {
        let config = &self.delivery.config;
        let mut pause = config.redelivery;
        loop {
            let read = backlog::read(config.catalog.as_ref(), &objects, &config.raw_bucket);
            match self.stop.run_until_cancelled(read).await {
                None => return,
                Some(Ok(backlog)) => {
                    if !backlog.is_empty() {
                        let count = backlog.len();
                        tracing::info!(count, "events: {count} uploads of an earlier run are taken up");
                    }
                    for work in backlog {
                        self.deliver(work);
                    }
                    return;
                }
                Some(Err(message)) => {
                    tracing::warn!("events: what an earlier run has left cannot be read yet: {message}");
                    if self.stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                        return;
                    }
                    pause = super::delivery::longer(pause);
                }
            }
        }
    }

    fn deliver(&self, work: Work) {
        if matches!(&work, Work::Object(object) if object.bucket != self.delivery.config.raw_bucket) {
            return;
        }
        let (delivery, stop) = (Arc::clone(&self.delivery), self.stop.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                // First, unlike in `run_until_cancelled`: what waits behind a title that is given up must not begin now.
                biased;
                () = stop.cancelled() => {}
                () = delivery.run(work) => {}
            }
        });
    }
}
