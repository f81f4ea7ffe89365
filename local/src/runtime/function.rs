use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use futures::future::try_join_all;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::environment::{Environment, Invocation, Shared};
use super::{FunctionConfig, InvokeError, RuntimeError};

/// The longest event and the longest answer, in bytes.
pub const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// How many invocations may wait for each process before [`Function::invoke`] itself waits to queue one.
const QUEUED_PER_ENVIRONMENT: usize = 32;

/// A running function. Clones share its processes; they end with [`Function::stop`] or with the last clone.
#[derive(Clone)]
pub struct Function(Arc<Inner>);

struct Inner {
    current: RwLock<Arc<Pool>>,
    stop: CancellationToken,
    /// Of every pool that was ever started.
    environments: TaskTracker,
}

/// The processes of one configuration. Whoever waits for one of them holds it; the last to let go ends them.
struct Pool {
    queue: mpsc::Sender<Invocation>,
    stop: CancellationToken,
    pids: Vec<Arc<AtomicU32>>,
}

impl Function {
    /// Starts every process and waits until each has asked for its first event.
    ///
    /// # Errors
    /// [`RuntimeError::Config`] for a field that cannot be used, [`RuntimeError::Init`] where a process ends or hangs
    /// first; then none is left running.
    pub async fn start(config: FunctionConfig) -> Result<Self, RuntimeError> {
        let (stop, environments) = (CancellationToken::new(), TaskTracker::new());
        environments.close();
        let pool = Pool::start(config, &stop, &environments).await?;
        Ok(Self(Arc::new(Inner { current: RwLock::new(Arc::new(pool)), stop, environments })))
    }

    /// Starts processes anew, as after a deployment, and hands further invocations to them. Those under way end where they are, and
    /// the processes before with the last of them.
    ///
    /// # Errors
    /// As [`Function::start`]; then everything is as it was.
    pub async fn replace(&self, config: FunctionConfig) -> Result<(), RuntimeError> {
        let pool = Pool::start(config, &self.0.stop, &self.0.environments).await?;
        let before =
            std::mem::replace(&mut *self.0.current.write().unwrap_or_else(PoisonError::into_inner), Arc::new(pool));
        drop(before);
        Ok(())
    }

    /// Has a process work on this event and returns its answer. Waits while all processes are busy.
    ///
    /// # Errors
    /// Every [`InvokeError`] says what became of the process.
    pub async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvokeError> {
        if payload.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::TooLarge);
        }
        let pool = self.current();
        let (reply, answer) = oneshot::channel();
        let invocation = Invocation { id: Uuid::new_v4().to_string(), payload, reply };
        let answered = async {
            pool.queue.send(invocation).await.map_err(|_| InvokeError::Stopped)?;
            answer.await.unwrap_or(Err(InvokeError::Stopped))
        };
        tokio::select! {
            biased;
            answer = answered => answer,
            () = self.0.stop.cancelled() => Err(InvokeError::Stopped),
        }
    }

    /// The processes that run now; not those that only end what they have begun.
    pub fn process_ids(&self) -> Vec<u32> {
        self.current().pids.iter().map(|pid| pid.load(Ordering::Acquire)).filter(|pid| *pid != 0).collect()
    }

    /// Kills every process and returns when all are gone. Invocations that wait or run end as [`InvokeError::Stopped`].
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.environments.wait().await;
    }

    fn current(&self) -> Arc<Pool> {
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Pool {
    async fn start(
        config: FunctionConfig,
        stop: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<Self, RuntimeError> {
        config.check()?;
        let name = config.name.clone();
        let pids: Vec<_> = (0..config.concurrency).map(|_| Arc::new(AtomicU32::new(0))).collect();
        let (queue, queued) = mpsc::channel(config.concurrency.saturating_mul(QUEUED_PER_ENVIRONMENT));
        let stop = stop.child_token();
        let shared =
            Arc::new(Shared { config, queued: Mutex::new(queued), stop: stop.clone(), healthy: AtomicUsize::new(0) });
        // Of its own, to wait for where this pool alone is given up.
        let environments = TaskTracker::new();
        let first: Vec<_> = pids
            .iter()
            .enumerate()
            .map(|(index, pid)| {
                let (started, first) = oneshot::channel();
                let environment = Environment::new(Arc::clone(&shared), index, Arc::clone(pid));
                tasks.spawn(environments.track_future(environment.run(started)));
                async { first.await.unwrap_or_else(|_| Err("it was stopped".to_owned())) }
            })
            .collect();
        environments.close();
        // From here on, dropping it stops everything: also when the caller gives up waiting.
        let pool = Self { queue, stop, pids };
        match try_join_all(first).await {
            Ok(_) => Ok(pool),
            Err(message) => {
                pool.stop.cancel();
                environments.wait().await;
                Err(RuntimeError::Init { name, message })
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
