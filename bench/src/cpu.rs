//! CPU time instead of wall time: on a machine that is shared, only the former belongs to what is measured.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// User and system time of this process so far, all threads together.
pub fn time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    // Neither part is ever negative on this clock.
    Duration::new(now.tv_sec.try_into().unwrap_or_default(), now.tv_nsec.try_into().unwrap_or_default())
}

/// CPU time of a running process, its living threads together.
///
/// # Errors
/// Where the process is gone, or this is no Linux.
pub fn time_of(pid: u32) -> std::io::Result<Duration> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        // "time on the CPU, time waiting for it, slices"
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        let on_cpu = text.split_whitespace().next().and_then(|n| n.parse::<u64>().ok());
        nanoseconds += on_cpu.ok_or_else(|| std::io::Error::other("schedstat cannot be read"))?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Microseconds a call.
#[allow(clippy::cast_precision_loss)]
pub fn per_call(time: Duration, calls: usize) -> f64 {
    time.as_secs_f64() * 1e6 / calls.max(1) as f64
}
