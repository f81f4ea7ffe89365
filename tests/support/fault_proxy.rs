//! A proxy that cuts connections after so many bytes, and remembers which parts of uploads went through it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::Result;

/// A running proxy. Its threads end with the process.
pub struct FaultProxy {
    /// Where it listens.
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

/// What went through, parts by their number.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Connections that were cut.
    pub cuts: u64,
    /// How often each part was begun.
    pub begun: BTreeMap<u32, u64>,
    /// Parts whose 2xx has been written to the client.
    pub acknowledged: BTreeSet<u32>,
    /// Parts that were begun after that.
    pub sent_again: Vec<u32>,
}

impl FaultProxy {
    /// Listens, and passes on to `upstream`. `most` says of each connection, by its number from 0 on, how many bytes it has,
    /// both directions counted.
    ///
    /// # Errors
    /// Where no port can be had.
    pub fn start(upstream: SocketAddr, most: impl Fn(u64) -> u64 + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (address, seen) = (listener.local_addr()?, Arc::<Mutex<Seen>>::default());
        let all = Arc::clone(&seen);
        thread::spawn(move || {
            for (number, client) in (0..).zip(listener.incoming().flatten()) {
                let (seen, most) = (Arc::clone(&all), most(number));
                // An upstream that is down looks like a connection that broke.
                let Ok(server) = TcpStream::connect(upstream) else { continue };
                thread::spawn(move || Connection { client, server, most, seen }.run());
            }
        });
        Ok(Self { address, seen })
    }

    /// What has been seen so far.
    pub fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }
}

struct Connection {
    client: TcpStream,
    server: TcpStream,
    most: u64,
    seen: Arc<Mutex<Seen>>,
}

impl Connection {
    fn run(self) {
        let passed = Arc::new(AtomicU64::new(0));
        // The parts of requests, in the order in which their answers come.
        let (asked, answered) = mpsc::channel::<Option<u32>>();
        let (Ok(client), Ok(server)) = (self.client.try_clone(), self.server.try_clone()) else { return };
        let (seen, most, count) = (Arc::clone(&self.seen), self.most, Arc::clone(&passed));
        let up = thread::spawn(move || {
            let mut requests = Messages::default();
            pump(client, server, &count, most, |data| {
                for head in requests.take(data) {
                    let part = part_of(&head);
                    if let Some(part) = part {
                        lock(&seen).begin(part);
                    }
                    // The other thread may have ended.
                    let _ = asked.send(part);
                }
            })
        });
        let (mut answers, seen) = (Messages::default(), Arc::clone(&self.seen));
        let mut acknowledged = Vec::new();
        let down = pump(self.server, self.client, &passed, self.most, |data| {
            // What was read before has been written by now.
            lock(&seen).acknowledged.extend(acknowledged.drain(..));
            for head in answers.take(data) {
                let part = answered.recv().ok().flatten();
                if head.get(9..10) == Some("2") {
                    acknowledged.extend(part);
                }
            }
        });
        lock(&self.seen).acknowledged.extend(acknowledged);
        let cut = up.join().unwrap_or(false) | down;
        lock(&self.seen).cuts += u64::from(cut);
    }
}

impl Seen {
    fn begin(&mut self, part: u32) {
        *self.begun.entry(part).or_default() += 1;
        if self.acknowledged.contains(&part) {
            self.sent_again.push(part);
        }
    }
}

/// Copies until either side ends or the connection has had its bytes; whether it was for the latter.
fn pump(mut from: TcpStream, mut to: TcpStream, passed: &AtomicU64, most: u64, mut look: impl FnMut(&[u8])) -> bool {
    let mut buffer = vec![0; 64 * 1024];
    let cut = loop {
        let count = match from.read(&mut buffer) {
            Ok(0) | Err(_) => break false,
            Ok(count) => count,
        };
        if passed.fetch_add(count as u64, Ordering::Relaxed) + count as u64 > most {
            break true;
        }
        let data = buffer.get(..count).unwrap_or_default();
        look(data);
        if to.write_all(data).is_err() {
            break false;
        }
    };
    // Both at once: half a connection would be none that a network cuts.
    for side in [&from, &to] {
        let _ = side.shutdown(Shutdown::Both);
    }
    cut
}

/// Finds the heads in a stream of HTTP/1.1 messages whose bodies have a `content-length`, or are chunked and short.
#[derive(Default)]
struct Messages {
    head: Vec<u8>,
    body: Rest,
}

#[derive(Default)]
enum Rest {
    #[default]
    Head,
    Bytes(u64),
    Chunks(Vec<u8>),
}

impl Messages {
    fn take(&mut self, mut data: &[u8]) -> Vec<String> {
        let mut heads = Vec::new();
        while let Some((first, rest)) = data.split_first() {
            match &mut self.body {
                Rest::Bytes(left) => {
                    let count = data.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= count as u64;
                    data = data.get(count..).unwrap_or_default();
                    if *left == 0 {
                        self.body = Rest::Head;
                    }
                }
                Rest::Chunks(tail) => {
                    tail.push(*first);
                    data = rest;
                    if tail.ends_with(b"0\r\n\r\n") {
                        self.body = Rest::Head;
                    }
                }
                Rest::Head => {
                    self.head.push(*first);
                    data = rest;
                    if self.head.ends_with(b"\r\n\r\n") {
                        let head = String::from_utf8_lossy(&std::mem::take(&mut self.head)).into_owned();
                        self.body = body_of(&head);
                        heads.push(head);
                    }
                }
            }
        }
        heads
    }
}

fn body_of(head: &str) -> Rest {
    let head = head.to_ascii_lowercase();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    match (field("content-length:").and_then(|length| length.parse().ok()), field("transfer-encoding:")) {
        (Some(0), _) | (None, None) => Rest::Head,
        (Some(length), _) => Rest::Bytes(length),
        (None, Some(_)) => Rest::Chunks(Vec::new()),
    }
}

/// The number in `PUT …?partNumber=7&… HTTP/1.1`.
fn part_of(head: &str) -> Option<u32> {
    let target = head.strip_prefix("PUT ")?.split(' ').next()?;
    let query = target.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix("partNumber="))?.parse().ok()
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
