use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aws_sdk_s3::Client;
use end_to_end::fault_proxy::FaultProxy;
use end_to_end::site::{Options, Site, wait_for};
use ring::digest::{SHA256, digest};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::moto_site::{MotoSite, RAW};
use crate::{MIB, Running, done, large_file, moto, sha256, upload, upload_to};

/// What a connection may carry.
const MOST: u64 = 20 * 1024 * 1024;
const FILE: usize = 300 * MIB;
const LONG: Duration = Duration::from_secs(300);

/// Kills the command with SIGKILL whenever another fifth of the parts is there, three times, and lets it end then. No
/// part is sent again that its sender has seen arrive.
fn killed_three_times(proxy: &FaultProxy, parts: usize, command: impl Fn() -> Command) -> serde_json::Value {
    for kill in 1..=3 {
        let mut child = Running(command().spawn().unwrap());
        wait_for("more parts to arrive", LONG, || {
            anyhow::ensure!(child.0.try_wait()?.is_none(), "it ended before it could be killed");
            Ok((proxy.seen().acknowledged.len() >= parts * kill / 5).then_some(()))
        })
        .unwrap();
        child.0.kill().unwrap();
        child.0.wait().unwrap();
    }
    let line = done(command()).remove(0);
    let seen = proxy.seen();
    assert!(seen.cuts >= 5, "the proxy has cut {} times", seen.cuts);
    assert_eq!(seen.begun.len(), parts);
    assert_eq!(seen.sent_again, Vec::<u32>::new(), "{:?}", seen.begun);
    line
}

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().to_socket_addrs().unwrap().next().unwrap()
}

#[test]
fn a_killed_upload_to_a_site_goes_on_over_connections_that_break() {
    let folder = tempfile::tempdir().unwrap();
    let (data, memory) = (folder.path().join("data"), folder.path().join("memory"));
    std::fs::create_dir(&data).unwrap();
    std::fs::create_dir(&memory).unwrap();
    let site = Site::start(&data, Options::default()).unwrap();
    let objects = address(site.text("objects"));
    let proxy = FaultProxy::start(objects, |_| MOST).unwrap();
    let film = large_file(&folder.path().join("film.mp4"), FILE);
    let command = || {
        let mut command = upload_to(&site, &memory);
        command.arg(&film).args(["--connect-to", &format!("{objects}:{}", proxy.address)]);
        command
    };
    let line = killed_three_times(&proxy, FILE.div_ceil(8 * MIB), command);
    assert_eq!(line["status"], "uploaded", "{line}");
    assert_eq!(sha256(&original(&data, line["id"].as_str().unwrap())), sha256(&film));
    // What is there is not looked at again, nor under another name.
    let before = proxy.seen().begun;
    let again = done(command()).remove(0);
    assert_eq!((&again["status"], &again["id"]), (&json!("there"), &line["id"]));
    std::fs::rename(&film, folder.path().join("moved.mp4")).unwrap();
    let mut moved = upload_to(&site, &memory);
    moved.arg(folder.path().join("moved.mp4"));
    let moved = done(moved).remove(0);
    assert_eq!((&moved["status"], &moved["id"]), (&json!("there"), &line["id"]));
    assert_eq!(proxy.seen().begun, before);
}

/// Where the site keeps what was uploaded.
pub fn original(data: &Path, id: &str) -> std::path::PathBuf {
    let owners = std::fs::read_dir(data.join("objects/raw")).unwrap();
    let originals = owners.map(|owner| owner.unwrap().path().join(id).join("original"));
    originals.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("{id} is not in the raw bucket"))
}

/// moto closes a connection after each answer, so that none gets to carry much: some are cut in the middle of a part.
fn short_for_moto() -> FaultProxy {
    let most = |number: u64| if number.is_multiple_of(3) { MOST / 4 } else { MOST };
    FaultProxy::start(address(moto::endpoint()), most).unwrap()
}

fn object(runtime: &Runtime, client: &Client, bucket: &str, key: &str) -> Vec<u8> {
    let bytes = runtime.block_on(async {
        let got = client.get_object().bucket(bucket).key(key).send().await.unwrap();
        got.body.collect().await.unwrap().into_bytes()
    });
    digest(&SHA256, &bytes).as_ref().to_vec()
}

/// moto lists no checksums of parts: what has arrived is known by its MD5.
#[test]
fn a_killed_upload_to_a_site_goes_on_by_entity_tags() {
    let folder = tempfile::tempdir().unwrap();
    let site = MotoSite::start(folder.path());
    let (proxy, store) = (short_for_moto(), address(moto::endpoint()));
    let film = large_file(&folder.path().join("film.mp4"), FILE);
    let line = killed_three_times(&proxy, FILE.div_ceil(8 * MIB), || {
        let mut command = site.upload(folder.path());
        command.arg(&film).args(["--connect-to", &format!("{store}:{}", proxy.address)]);
        command
    });
    assert_eq!(line["status"], "uploaded", "{line}");
    let key = format!("{}/{}/original", site.subject, line["id"].as_str().unwrap());
    assert_eq!(object(&site.runtime, &site.objects, RAW, &key), sha256(&film));
}

#[test]
fn a_killed_upload_to_a_bucket_goes_on_by_entity_tags() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = short_for_moto();
    let film = large_file(&folder.path().join("film.mp4"), FILE);
    let runtime = Runtime::new().unwrap();
    let client = local::objects::client(moto::endpoint(), "test", "test");
    runtime.block_on(client.create_bucket().bucket("raw-bucket").send()).unwrap();
    let line = killed_three_times(&proxy, FILE.div_ceil(16 * MIB), || {
        let mut command = upload(folder.path());
        command.env("AWS_ENDPOINT_URL_S3", format!("http://{}", proxy.address));
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.args(["--bucket", "raw-bucket", "--region", "us-east-1", "--prefix", "ada/2024"]).arg(&film);
        command
    });
    assert_eq!((&line["status"], &line["id"]), (&json!("uploaded"), &json!("ada/2024/film.mp4")));
    assert_eq!(object(&runtime, &client, "raw-bucket", "ada/2024/film.mp4"), sha256(&film));
}
