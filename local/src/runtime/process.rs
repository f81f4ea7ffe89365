//! The child processes, and why none outlives us.
//!
//! - Each leads a process group of its own, which is killed whole: what the function itself has started ends with it.
//! - `setpriv --pdeathsig KILL` makes the kernel kill it when we end, however we end. The kernel means by "we" the
//!   *thread* that forked, so one thread that never ends starts all of them.
//! - A [`Process`] that is dropped kills its group, which covers a runtime that is shut down around it.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::output;

/// A running child and everything it has started.
pub(super) struct Process {
    child: Child,
    pid: u32,
}

struct Order {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<io::Result<Child>>,
}

static SPAWNER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
    let (orders, received) = mpsc::channel::<Order>();
    // Where no thread can be had the receiver is dropped, and every spawn says so.
    let _ = thread::Builder::new().name("spawner".to_owned()).spawn(move || {
        for Order { mut command, runtime, reply } in received {
            let _inside = runtime.enter();
            let _ = reply.send(command.spawn());
        }
    });
    orders
});

impl Process {
    /// Starts the command; what it prints goes to the log under the function's name.
    pub(super) async fn spawn(mut command: Command, function: &str) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let gone = || io::Error::other("the thread that starts processes has ended");
        let (reply, child) = oneshot::channel();
        SPAWNER.send(Order { command, runtime: Handle::current(), reply }).map_err(|_| gone())?;
        let mut child = child.await.map_err(|_| gone())?.map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => io::Error::new(e.kind(), "setpriv is not in PATH; it comes with util-linux"),
            _ => e,
        })?;
        let pid = child.id().ok_or_else(|| io::Error::other("the process ended at once"))?;
        output::forward(function, pid, child.stdout.take(), child.stderr.take());
        Ok(Self { child, pid })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until it ends by itself. May be dropped and called again.
    pub(super) async fn ended(&mut self) -> String {
        describe(self.child.wait().await)
    }

    /// Whether it has ended already.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it with all it has started, and waits until it is gone.
    pub(super) async fn kill(mut self) {
        self.kill_group();
        let _ = self.child.wait().await;
    }

    fn kill_group(&self) {
        if let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // The group being empty is what we want, so no error matters.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
    }
}

fn describe(status: io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => format!("its process ended, {status}"),
        Err(e) => format!("its process cannot be waited for: {e}"),
    }
}
