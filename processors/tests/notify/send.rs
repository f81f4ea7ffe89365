use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use processors::notify::{Answer, Sender, Unanswered};
use rustls::RootCertStore;

use crate::receiver::{Receiver, Reply};
use crate::world::{Fixed, patience, trusting};

const HEADERS: [(&str, &str); 3] = [("webhook-id", "i"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,s")];
const LONG: Duration = Duration::from_secs(60);

fn status(status: u16) -> Answer {
    Answer::Status { status, retry_after: None }
}

fn public() -> SocketAddr {
    "93.184.216.34:443".parse().unwrap()
}

async fn post(sender: &Sender, url: &str) -> Answer {
    sender.post(url, HEADERS, r#"{"ü":1}"#.to_owned()).await
}

/// What a sender that knows those addresses alone gets from `url`.
async fn post_to(addresses: impl IntoIterator<Item = SocketAddr>, to_this_machine: bool, url: &str) -> Answer {
    let sender = Sender::with(Fixed::new(addresses), trusting(RootCertStore::empty()), to_this_machine, patience(LONG));
    post(&sender, url).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_posted_as_it_is() {
    let receiver = Receiver::start([Reply::Status(204)]).await;
    assert_eq!(post(&Sender::new(true).unwrap(), &receiver.url()).await, status(204));
    let got = receiver.got();
    assert_eq!((got.len(), got[0].body.as_str()), (1, r#"{"ü":1}"#));
    assert!(got[0].head.starts_with("POST /hook?from=stagedoor HTTP/1.1\r\n"), "{}", got[0].head);
    assert_eq!(got[0].header("host"), Some(receiver.address.to_string().as_str()));
    assert_eq!(got[0].header("content-type"), Some("application/json"));
    for (name, value) in HEADERS {
        assert_eq!(got[0].header(name), Some(value));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_an_answer_and_not_followed() {
    let elsewhere = Receiver::start([Reply::Status(200)]).await;
    let text = format!("HTTP/1.1 307 x\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url());
    let receiver = Receiver::start([Reply::Raw(text)]).await;
    assert_eq!(post(&Sender::new(true).unwrap(), &receiver.url()).await, status(307));
    assert_eq!((receiver.got().len(), elsewhere.got().len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_may_say_how_long_it_wants_to_be_left_alone() {
    let text = "HTTP/1.1 429 x\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n".to_owned();
    let date = "HTTP/1.1 503 x\r\nretry-after: Fri, 31 Dec 1999 23:59:59 GMT\r\ncontent-length: 0\r\n\r\n".to_owned();
    let receiver = Receiver::start([Reply::Raw(text), Reply::Raw(date)]).await;
    let sender = Sender::new(true).unwrap();
    let asked = Answer::Status { status: 429, retry_after: Some(Duration::from_secs(120)) };
    assert_eq!(post(&sender, &receiver.url()).await, asked);
    assert_eq!(post(&sender, &receiver.url()).await, status(503));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_inside_is_not_followed_there() {
    let receiver = Receiver::start([Reply::Status(200)]).await;
    let here = receiver.address;
    for (addresses, url) in [
        (vec![here], "https://innocent.test/"),
        (vec![here], "http://innocent.test/"),
        (vec![public(), here], "https://innocent.test/"),
        (vec![here, public()], "https://innocent.test/"),
        (vec!["169.254.169.254:443".parse().unwrap()], "https://innocent.test/"),
        (vec!["[::ffff:127.0.0.1]:443".parse().unwrap()], "https://innocent.test/"),
        (vec!["10.1.2.3:443".parse().unwrap()], "https://innocent.test/"),
    ] {
        let answer = post_to(addresses.clone(), false, url).await;
        assert_eq!(answer, Answer::None(Unanswered::RefusedAddress), "{url} at {addresses:?}");
    }
    // On one's own machine loopback alone is open, and plain HTTP there alone.
    for (address, url) in [("10.1.2.3:443", "https://x.test/"), ("93.184.216.34:80", "http://x.test/")] {
        let answer = post_to([address.parse().unwrap()], true, url).await;
        assert_eq!(answer, Answer::None(Unanswered::RefusedAddress), "{url} at {address}");
    }
    assert_eq!(receiver.got().len(), 0);
    assert_eq!(post_to([here], true, "http://innocent.test/").await, status(200), "where it may be, it is reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_written_in_odd_ways_are_judged_by_where_they_lead() {
    let receiver = Receiver::start([Reply::Status(200)]).await;
    let port = receiver.address.port();
    let sender = Sender::new(false).unwrap();
    for host in ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "0.0.0.0"] {
        let answer = post(&sender, &format!("https://{host}:{port}/")).await;
        let refused = [Unanswered::RefusedAddress, Unanswered::Unresolved].map(Answer::None);
        assert!(refused.contains(&answer), "{host}: {answer:?}");
    }
    assert_eq!(receiver.got().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_goes_to_the_address_that_was_checked_and_the_name_stays() {
    let (receiver, roots) = Receiver::with_tls("hook.example.test", [Reply::Status(200)]).await;
    let resolver = Fixed::new([receiver.address]);
    let sender = Sender::with(Arc::clone(&resolver) as _, trusting(roots), true, patience(LONG));
    let host = format!("hook.example.test:{}", receiver.address.port());
    assert_eq!(post(&sender, &format!("https://{host}/hook")).await, status(200));
    let got = receiver.got();
    assert_eq!(got[0].server_name.as_deref(), Some("hook.example.test"));
    assert_eq!(got[0].header("host"), Some(host.as_str()));
    // A name asked for twice could lead elsewhere the second time.
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_name_or_of_nobody_is_refused() {
    let (receiver, roots) = Receiver::with_tls("hook.example.test", [Reply::Status(200)]).await;
    for (host, roots) in [("other.example.test", roots), ("hook.example.test", RootCertStore::empty())] {
        let sender = Sender::with(Fixed::new([receiver.address]), trusting(roots), true, patience(LONG));
        let answer = post(&sender, &format!("https://{host}/")).await;
        assert_eq!(answer, Answer::None(Unanswered::TlsFailed), "{host}");
    }
    assert_eq!(receiver.got().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_says_nothing_is_waited_for_no_longer_than_set() {
    let receiver = Receiver::start([Reply::Silence]).await;
    let resolver = Fixed::new([receiver.address]);
    let roots = trusting(RootCertStore::empty());
    let sender = Sender::with(resolver, roots, true, patience(Duration::from_millis(200)));
    let answer = tokio::time::timeout(LONG, post(&sender, "http://x.test/")).await.unwrap();
    assert_eq!(answer, Answer::None(Unanswered::Timeout));
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_read_to_its_limit_alone() {
    let body = Reply::Endless("HTTP/1.1 200 x\r\n\r\n".to_owned(), "x".repeat(1_000));
    let head = Reply::Endless("HTTP/1.1 200 x\r\n".to_owned(), format!("x: {}\r\n", "x".repeat(1_000)));
    let receiver = Receiver::start([body, head]).await;
    // Patience outlasts this test's own: only the limit can end it.
    let hour = Duration::from_secs(3_600);
    let roots = trusting(RootCertStore::empty());
    let sender = Sender::with(Fixed::new([receiver.address]), roots, true, patience(hour));
    for expected in [status(200), Answer::None(Unanswered::NoAnswer)] {
        let answer = tokio::time::timeout(LONG, post(&sender, "http://x.test/")).await.unwrap();
        assert_eq!(answer, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_has_a_word() {
    let sender = Sender::new(true).unwrap();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let silent = Receiver::start([Reply::Raw(String::new()), Reply::Raw("220 smtp ready\r\n\r\n".to_owned())]).await;
    for (url, word) in [
        (format!("http://{free}/"), "unreachable"),
        (silent.url(), "no_answer"),
        (silent.url(), "no_answer"),
        ("https://name.invalid/".to_owned(), "unresolved"),
        ("ftp://x.test/".to_owned(), "address_malformed"),
        ("https://user@x.test/".to_owned(), "address_malformed"),
        ("x.test".to_owned(), "address_malformed"),
    ] {
        match post(&sender, &url).await {
            Answer::None(why) => assert_eq!(why.word(), word, "{url}"),
            answer @ Answer::Status { .. } => panic!("{url}: {answer:?}"),
        }
    }
    assert_eq!(post_to([], true, "https://x.test/").await, Answer::None(Unanswered::Unresolved));
}
