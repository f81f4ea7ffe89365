//! The smallest Lambda Runtime API that a function can live on: each connection has a thread, and nobody waits long.

use std::io::{self, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::http::{answer, request};

/// Where the function asks for its next event.
const NEXT: &str = "/2018-06-01/runtime/invocation/next";
/// Longer than any function here takes over anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether an answer is the one that the events ask for.
pub type Expected = fn(&Value) -> bool;

/// What the function was heard to do.
enum Heard {
    /// It asks for its first event.
    First(Instant),
    /// It asks for one more event than there are.
    Finished(Instant),
    /// It reported an error, or let a request through that it should not have.
    Wrong(String),
}

/// A Runtime API that hands out a number of events.
pub struct RuntimeApi {
    address: SocketAddr,
    heard: Receiver<Heard>,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    events: Vec<Vec<u8>>,
    /// How many events are handed out, over and over the same.
    calls: usize,
    expected: Expected,
    asked: AtomicUsize,
    /// A `Sender` is not shared between threads.
    tell: Mutex<Sender<Heard>>,
}

impl RuntimeApi {
    /// Listens on a port of its own, with so many events to hand out.
    ///
    /// # Errors
    /// Where no port can be had.
    pub fn start(events: Vec<Vec<u8>>, calls: usize, expected: Expected) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (tell, heard) = channel();
        let shared = Arc::new(Shared { events, calls, expected, asked: AtomicUsize::new(0), tell: Mutex::new(tell) });
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Acquire) {
                    break;
                }
                let shared = Arc::clone(&shared);
                // Ends with its connection, and that with the function.
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Ok(Self { address, heard, stopped, accepting: Some(accepting) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the function asks for its first event; answers when that was.
    ///
    /// # Errors
    /// Where it does something else, or nothing.
    pub fn first(&self) -> Result<Instant> {
        match self.heard.recv_timeout(PATIENCE) {
            Ok(Heard::First(when)) => Ok(when),
            other => bail!(trouble(other)),
        }
    }

    /// Waits until every event is answered; answers when that was.
    ///
    /// # Errors
    /// Where it does something else, or nothing.
    pub fn finished(&self) -> Result<Instant> {
        match self.heard.recv_timeout(PATIENCE) {
            Ok(Heard::Finished(when)) => Ok(when),
            other => bail!(trouble(other)),
        }
    }
}

fn trouble(heard: Result<Heard, RecvTimeoutError>) -> String {
    match heard {
        Ok(Heard::Wrong(what)) => what,
        Ok(_) => "the function asks out of turn".to_owned(),
        Err(_) => format!("the function was not heard of for {} s", PATIENCE.as_secs()),
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // The listener hears of it by one more connection.
        if TcpStream::connect(self.address).is_ok()
            && let Some(accepting) = self.accepting.take()
        {
            let _ = accepting.join();
        }
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        if let Err(error) = self.converse(stream)
            && error.kind() != io::ErrorKind::ConnectionReset
        {
            self.tell(Heard::Wrong(format!("a connection of the function broke: {error}")));
        }
    }

    /// Request after request until the function closes.
    fn converse(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        while let Some((head, body)) = request(&mut reader)? {
            let mut words = head.split_whitespace();
            let answer = match (words.next(), words.next()) {
                (Some("GET"), Some(NEXT)) => match self.next() {
                    Some(answer) => answer,
                    // It waits now, until it is ended.
                    None => continue,
                },
                (Some("POST"), Some(path)) => {
                    self.check(path, &body);
                    answer("202 Accepted", "", br#"{"status":"OK"}"#)
                }
                _ => answer("404 Not Found", "", b"{}"),
            };
            writer.write_all(&answer)?;
        }
        Ok(())
    }

    fn next(&self) -> Option<Vec<u8>> {
        let number = self.asked.fetch_add(1, Ordering::AcqRel);
        if number == 0 {
            self.tell(Heard::First(Instant::now()));
        }
        if number >= self.calls {
            self.tell(Heard::Finished(Instant::now()));
            return None;
        }
        let event = self.events.get(number % self.events.len().max(1))?;
        let headers = format!(
            "lambda-runtime-aws-request-id: {number}\r\nlambda-runtime-deadline-ms: 4102444800000\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n\
             lambda-runtime-trace-id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0\r\n"
        );
        Some(answer("200 OK", &headers, event))
    }

    fn check(&self, path: &str, body: &[u8]) {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        if !path.ends_with("/response") || !(self.expected)(&answer) {
            self.tell(Heard::Wrong(format!("the function says at {path}: {}", String::from_utf8_lossy(body))));
        }
    }

    fn tell(&self, heard: Heard) {
        // Nobody listens any more once the function is ended.
        let _ = self.tell.lock().unwrap_or_else(PoisonError::into_inner).send(heard);
    }
}
