use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

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
    queue: mpsc::Sender<Invocation>,
    stop: CancellationToken,
    environments: TaskTracker,
    pids: Vec<Arc<AtomicU32>>,
}

impl Function {
    /// Starts every process and waits until each has asked for its first event.
    ///
    /// # Errors
    /// [`RuntimeError::Config`] for a field that cannot be used, [`RuntimeError::Init`] where a process ends or hangs
    /// first; then none is left running.
    pub async fn start(config: FunctionConfig) -> Result<Self, RuntimeError> {
        config.check()?;
        let name = config.name.clone();
        let pids: Vec<_> = (0..config.concurrency).map(|_| Arc::new(AtomicU32::new(0))).collect();
        let (queue, queued) = mpsc::channel(config.concurrency.saturating_mul(QUEUED_PER_ENVIRONMENT));
        let stop = CancellationToken::new();
        let shared =
            Arc::new(Shared { config, queued: Mutex::new(queued), stop: stop.clone(), healthy: AtomicUsize::new(0) });
        let environments = TaskTracker::new();
        let first: Vec<_> = pids
            .iter()
            .enumerate()
            .map(|(index, pid)| {
                let (started, first) = oneshot::channel();
                environments.spawn(Environment::new(Arc::clone(&shared), index, Arc::clone(pid)).run(started));
                async { first.await.unwrap_or_else(|_| Err("it was stopped".to_owned())) }
            })
            .collect();
        environments.close();
        // From here on, dropping it stops everything: also when the caller gives up waiting.
        let function = Self(Arc::new(Inner { queue, stop, environments, pids }));
        match try_join_all(first).await {
            Ok(_) => Ok(function),
            Err(message) => {
                function.stop().await;
                Err(RuntimeError::Init { name, message })
            }
        }
    }

    /// Has a process work on this event and returns its answer. Waits while all processes are busy.
    ///
    /// # Errors
    /// Every [`InvokeError`] says what became of the process.
    pub async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvokeError> {
        if payload.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::TooLarge);
        }
        let (reply, answer) = oneshot::channel();
        let invocation = Invocation { id: Uuid::new_v4().to_string(), payload, reply };
        let answered = async {
            self.0.queue.send(invocation).await.map_err(|_| InvokeError::Stopped)?;
            answer.await.unwrap_or(Err(InvokeError::Stopped))
        };
        tokio::select! {
            biased;
            answer = answered => answer,
            () = self.0.stop.cancelled() => Err(InvokeError::Stopped),
        }
    }

    /// The processes that run now.
    pub fn process_ids(&self) -> Vec<u32> {
        self.0.pids.iter().map(|pid| pid.load(Ordering::Acquire)).filter(|pid| *pid != 0).collect()
    }

    /// Kills every process and returns when all are gone. Invocations that wait or run end as [`InvokeError::Stopped`].
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.environments.wait().await;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
