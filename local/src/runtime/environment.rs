use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::api::{Api, Call, Event, Report};
use super::process::Process;
use super::{FunctionConfig, InvokeError};

/// How long a process may take until it asks for its first event: three times what Lambda grants, since this machine
/// may be busy building.
const INIT: Duration = Duration::from_secs(30);
/// The pause after a process that never asked for an event; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// An event that waits for a process.
pub(super) struct Invocation {
    pub id: String,
    pub payload: Bytes,
    pub reply: oneshot::Sender<Result<Bytes, InvokeError>>,
}

/// What all environments of a function share.
pub(super) struct Shared {
    pub config: FunctionConfig,
    pub queued: Mutex<mpsc::Receiver<Invocation>>,
    pub stop: CancellationToken,
    /// Environments whose process has asked for an event and lives.
    pub healthy: AtomicUsize,
}

/// One execution environment: a process after the other, each with its own Runtime API.
pub(super) struct Environment {
    shared: Arc<Shared>,
    index: usize,
    pid: Arc<AtomicU32>,
    /// Taken from the queue for a process that turned out to be dead: the next one has it.
    held: Option<Invocation>,
}

/// How one process ended.
enum End {
    Stopped,
    /// It had asked for an event before.
    Served,
    /// It never asked for an event.
    Init(String),
}

/// What one process is doing.
#[derive(Default)]
struct Session {
    /// It has asked for an event at least once.
    initialised: bool,
    /// What it said of its failed start.
    init_error: Option<String>,
    /// Its open question for the next event.
    next: Option<oneshot::Sender<Event>>,
    running: Option<Running>,
}

struct Running {
    id: String,
    reply: oneshot::Sender<Result<Bytes, InvokeError>>,
    deadline: Instant,
}

impl Environment {
    pub(super) fn new(shared: Arc<Shared>, index: usize, pid: Arc<AtomicU32>) -> Self {
        Self { shared, index, pid, held: None }
    }

    /// Keeps a process running until the function is stopped; `started` hears how the first one came up.
    pub(super) async fn run(mut self, started: oneshot::Sender<Result<(), String>>) {
        let mut started = Some(started);
        let mut failures = 0;
        loop {
            let function = self.shared.config.name.clone();
            match self.one_process(&mut started).await {
                End::Stopped => return,
                End::Served => failures = 0,
                End::Init(message) => {
                    tracing::error!(
                        function,
                        environment = self.index,
                        "function {function} does not start: {message}"
                    );
                    if let Some(started) = started.take() {
                        let _ = started.send(Err(message.clone()));
                    }
                    if !self.pause(failures, message).await {
                        return;
                    }
                    failures += 1;
                }
            }
        }
    }

    async fn one_process(&mut self, started: &mut Option<oneshot::Sender<Result<(), String>>>) -> End {
        let mut api = match Api::bind(&self.shared.config.name).await {
            Ok(api) => api,
            Err(e) => return End::Init(format!("no port for its Runtime API: {e}")),
        };
        let command = self.shared.config.process(api.address(), self.index);
        let mut process = match Process::spawn(command, &self.shared.config.name).await {
            Ok(process) => process,
            Err(e) => return End::Init(e.to_string()),
        };
        self.pid.store(process.pid(), Ordering::Release);
        let mut session = Session::default();
        let end = self.serve(&mut session, &mut process, &mut api, started).await;
        if session.initialised {
            self.shared.healthy.fetch_sub(1, Ordering::AcqRel);
        }
        if let Some(running) = session.running {
            let why = if matches!(end, End::Stopped) { InvokeError::Stopped } else { InvokeError::Crashed };
            let _ = running.reply.send(Err(why));
        }
        process.kill().await;
        self.pid.store(0, Ordering::Release);
        end
    }

    async fn serve(
        &mut self,
        session: &mut Session,
        process: &mut Process,
        api: &mut Api,
        started: &mut Option<oneshot::Sender<Result<(), String>>>,
    ) -> End {
        let shared = Arc::clone(&self.shared);
        let function = &shared.config.name;
        let init_deadline = Instant::now() + INIT;
        loop {
            let deadline = session.running.as_ref().map_or(init_deadline, |running| running.deadline);
            let wants_event = session.next.is_some() && session.running.is_none();
            tokio::select! {
                () = shared.stop.cancelled() => return End::Stopped,
                how = process.ended() => {
                    if session.initialised {
                        tracing::warn!(function, environment = self.index, "function {function}: {how}; starting another");
                        return End::Served;
                    }
                    return End::Init(session.init_error.take().unwrap_or(how));
                }
                () = sleep_until(deadline), if !session.initialised => {
                    return End::Init(format!("it asked for no event in {} s", INIT.as_secs()));
                }
                () = sleep_until(deadline), if session.running.is_some() => {
                    tracing::warn!(function, environment = self.index, "function {function} ran out of time; killed");
                    if let Some(running) = session.running.take() {
                        let _ = running.reply.send(Err(InvokeError::Timeout));
                    }
                    return End::Served;
                }
                call = api.call() => {
                    let asked = matches!(call, Call::Next(_));
                    session.take(call);
                    if asked && !session.initialised {
                        session.initialised = true;
                        shared.healthy.fetch_add(1, Ordering::AcqRel);
                        started.take().map(|started| started.send(Ok(())));
                    }
                }
                () = session.next_abandoned() => session.next = None,
                invocation = self.invocation(), if wants_event => match invocation {
                    None => return End::Stopped,
                    // A process that was killed a moment ago has not been seen to end yet: don't let it have the event.
                    Some(invocation) if process.has_ended() => self.held = Some(invocation),
                    Some(invocation) => self.held = session.hand_out(invocation, shared.config.timeout),
                },
            }
        }
    }

    /// The next invocation that somebody still waits for; `None` when the function is gone.
    async fn invocation(&mut self) -> Option<Invocation> {
        if let Some(held) = self.held.take().filter(|held| !held.reply.is_closed()) {
            return Some(held);
        }
        let mut queued = self.shared.queued.lock().await;
        loop {
            match queued.recv().await {
                Some(invocation) if invocation.reply.is_closed() => {}
                other => return other,
            }
        }
    }

    /// Waits before the next try. Meanwhile nobody is kept waiting for a function of which no process starts.
    /// `false`: the function is stopped.
    async fn pause(&mut self, failures: u32, why: String) -> bool {
        let pause = PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE);
        let until = Instant::now() + pause;
        let stop = self.shared.stop.clone();
        loop {
            let nobody_serves = self.shared.healthy.load(Ordering::Acquire) == 0;
            tokio::select! {
                () = stop.cancelled() => return false,
                () = sleep_until(until) => return true,
                invocation = self.invocation(), if nobody_serves => match invocation {
                    None => return false,
                    Some(invocation) => { let _ = invocation.reply.send(Err(InvokeError::Init(why.clone()))); }
                },
            }
        }
    }
}

impl Session {
    fn take(&mut self, call: Call) {
        match call {
            Call::Next(reply) => self.next = Some(reply),
            Call::InitError(message) => self.init_error = Some(message),
            Call::Report(Report { id, result, known }) => {
                let running = self.running.take_if(|running| running.id == id);
                let _ = known.send(running.is_some());
                if let Some(running) = running {
                    let _ = running.reply.send(result);
                }
            }
        }
    }

    /// Answers the open question. An invocation comes back where nobody is there to hear the answer.
    fn hand_out(&mut self, invocation: Invocation, timeout: Duration) -> Option<Invocation> {
        let Some(next) = self.next.take() else { return Some(invocation) };
        let Invocation { id, payload, reply } = invocation;
        match next.send(Event { id: id.clone(), payload, timeout }) {
            Ok(()) => {
                self.running = Some(Running { id, reply, deadline: Instant::now() + timeout });
                None
            }
            Err(event) => Some(Invocation { id, payload: event.payload, reply }),
        }
    }

    async fn next_abandoned(&mut self) {
        match &mut self.next {
            Some(next) => next.closed().await,
            None => std::future::pending().await,
        }
    }
}
