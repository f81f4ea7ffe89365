//! The link between a program and the store: as fast as it may be, and every byte counted.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::spans::{Span, alone};

/// Shorter pauses than this are made up for later: timers are no finer.
const PAUSE: Duration = Duration::from_millis(2);

/// A running proxy. Its tasks end with the process.
pub struct Link {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What went over the link.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Passed {
    /// To the store, heads of requests included.
    pub bytes_up: u64,
    /// From the store.
    pub bytes_down: u64,
    /// How long the store copied or put parts together, and nothing was on the link.
    pub store_alone_s: f64,
}

#[derive(Default)]
struct State {
    up: Direction,
    down: Direction,
    passing: Vec<Span>,
    copying: Vec<Span>,
}

#[derive(Default)]
struct Direction {
    bytes: u64,
    /// When the link is free again.
    free: Option<Instant>,
}

#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

impl Link {
    /// Listens, and passes on to `upstream`, so many bytes a second each way.
    pub async fn start(upstream: SocketAddr, bytes_a_second: u64) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, state) = (listener.local_addr()?, Arc::<Mutex<State>>::default());
        let all = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&all);
                tokio::spawn(async move {
                    // A connection that breaks is seen by those at its ends.
                    let _ = pass(client, upstream, &state, bytes_a_second).await;
                });
            }
        });
        Ok(Self { address, state })
    }

    /// Forgets what was counted.
    pub fn reset(&self) {
        *lock(&self.state) = State::default();
    }

    /// What was counted since then.
    pub fn passed(&self) -> Passed {
        let state = lock(&self.state);
        let store_alone_s = alone(&state.copying, &state.passing).as_secs_f64();
        Passed { bytes_up: state.up.bytes, bytes_down: state.down.bytes, store_alone_s }
    }
}

async fn pass(client: TcpStream, upstream: SocketAddr, state: &Mutex<State>, rate: u64) -> Result<()> {
    let server = TcpStream::connect(upstream).await?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    // Since when the store has been working on a request of this connection.
    let asked = Arc::<Mutex<Option<Instant>>>::default();
    let up = pump(&mut from_client, &mut to_server, Way::Up, state, rate, |data| {
        if is_copying(data) {
            *lock(&asked) = Some(Instant::now());
        }
    });
    let down = pump(&mut from_server, &mut to_client, Way::Down, state, rate, |_| {
        if let Some(since) = lock(&asked).take() {
            lock(state).copying.push((since, Instant::now()));
        }
    });
    tokio::try_join!(up, down)?;
    Ok(())
}

async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    way: Way,
    state: &Mutex<State>,
    rate: u64,
    look: impl Fn(&[u8]),
) -> Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        let data = buffer.get(..count).unwrap_or_default();
        if data.is_empty() {
            return Ok(to.shutdown().await?);
        }
        look(data);
        let until = lock(state).take(way, count as u64, rate);
        let left = until.saturating_duration_since(Instant::now());
        if left > PAUSE {
            // Never longer: time that nothing passes is lost to the link.
            tokio::time::sleep(left.saturating_sub(PAUSE / 2)).await;
        }
        to.write_all(data).await?;
    }
}

impl State {
    /// Gives these bytes their time on the link; when that is over.
    fn take(&mut self, way: Way, bytes: u64, rate: u64) -> Instant {
        let direction = match way {
            Way::Up => &mut self.up,
            Way::Down => &mut self.down,
        };
        let now = Instant::now();
        let start = direction.free.map_or(now, |free| free.max(now));
        let end = start + Duration::from_nanos(bytes.saturating_mul(1_000_000_000) / rate.max(1));
        direction.bytes += bytes;
        direction.free = Some(end);
        self.passing.push((start, end));
        end
    }
}

/// Whether this is the head of a request by which the store copies within itself.
fn is_copying(data: &[u8]) -> bool {
    let head = String::from_utf8_lossy(data.get(..data.len().min(4096)).unwrap_or_default());
    let line = head.lines().next().unwrap_or_default();
    let copies = line.starts_with("PUT ") && head.contains("x-amz-copy-source:");
    copies || (line.starts_with("POST ") && line.contains("uploadId="))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_s_own_work_is_told_by_the_request() {
        let copy = b"PUT /films/a?partNumber=2&uploadId=x HTTP/1.1\r\nhost: h\r\nx-amz-copy-source: films/b\r\n\r\n";
        assert!(is_copying(copy));
        assert!(is_copying(b"POST /films/a?uploadId=x HTTP/1.1\r\n\r\n<Complete"));
        assert!(!is_copying(b"POST /films/a?uploads HTTP/1.1\r\n\r\n"));
        assert!(!is_copying(b"PUT /films/a?partNumber=1&uploadId=x HTTP/1.1\r\nhost: h\r\n\r\n"));
        assert!(!is_copying(b"\x00\xFFmedia data"));
    }

    #[test]
    fn bytes_follow_one_another_each_way() {
        let mut state = State::default();
        let first = state.take(Way::Up, 1000, 1000);
        let second = state.take(Way::Up, 500, 1000);
        assert_eq!((second - first).as_millis(), 500);
        let other = state.take(Way::Down, 1000, 1000);
        assert!(other < second);
        assert_eq!((state.up.bytes, state.down.bytes, state.passing.len()), (1500, 1000, 3));
    }
}
