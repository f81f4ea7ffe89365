//! A large upload: paused, the page loaded again, and gone on with.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use end_to_end::media;
use fantoccini::Locator;
use serde_json::{Value, json};

use crate::person::{LATER, Person};

const SIZE: u64 = 200 * 1024 * 1024;

/// A film of 200 MiB: a short one, and behind it a box of nothing, each MiB of it another.
fn large_film(directory: &Path) -> PathBuf {
    let short = media::film(5, directory).unwrap();
    let path = directory.join("A long evening.mp4");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(&short).unwrap();
    let rest = SIZE - short.len() as u64;
    file.write_all(&u32::try_from(rest).unwrap().to_be_bytes()).unwrap();
    file.write_all(b"free").unwrap();
    let mut left = rest - 8;
    let mut number = 0_u8;
    while left > 0 {
        let piece = left.min(1024 * 1024);
        file.write_all(&vec![number; usize::try_from(piece).unwrap()]).unwrap();
        number = number.wrapping_add(1);
        left -= piece;
    }
    file.flush().unwrap();
    path
}

async fn choose(ada: &Person, selector: &str, path: &Path) {
    let input = ada.browser.client.find(Locator::Css(selector)).await.unwrap();
    input.send_keys(&path.display().to_string()).await.unwrap();
}

/// PUTs of parts that this page has made.
async fn parts_sent(ada: &Person) -> u64 {
    let body = "return performance.getEntriesByType('resource').filter(e => e.name.includes('partNumber=') && e.initiatorType === 'xmlhttprequest').length";
    ada.script(body).await.as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_mebibytes_paused_reloaded_and_gone_on_with() {
    let ada = Person::sits_down().await;
    let film = large_film(ada.data.path());
    ada.opens("/upload").await;
    // Slow enough to be stopped in the middle.
    let slow = json!({"offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 30_000_000});
    ada.browser.devtools("Network.enable", &json!({})).await.unwrap();
    ada.browser.devtools("Network.emulateNetworkConditions", &slow).await.unwrap();
    choose(&ada, "#files", &film).await;
    ada.browser
        .until("a third of it", LATER, "return document.querySelector('#queue progress')?.value >= 33")
        .await
        .unwrap();
    ada.browser.screenshot("uploading").await.unwrap();
    ada.clicks("#queue [title=Pause]").await;
    ada.until("a pause", "return document.querySelector('#queue .transfer').dataset.state === 'paused'").await;
    let under_way = ada.site.api(&ada.token, "/api/uploads").unwrap()["items"][0].clone();
    let arrived = || {
        let upload = ada.site.api(&ada.token, &format!("/api/uploads/{}", under_way["id"].as_str().unwrap())).unwrap();
        upload["arrived"].as_array().unwrap().len() as u64
    };
    let (all, before) = (under_way["parts"].as_u64().unwrap(), arrived());
    assert!(before >= 1 && before < all, "{before} of {all} parts have arrived");

    // The page is loaded again: it asks for the file, takes no other one, and sends what is missing and no more.
    let fast = json!({"offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    ada.browser.devtools("Network.emulateNetworkConditions", &fast).await.unwrap();
    ada.opens("/upload").await;
    ada.is_there("#unfinished-list li").await;
    ada.browser.screenshot("upload-unfinished").await.unwrap();
    let other = ada.data.path().join("film.mp4");
    choose(&ada, "#unfinished-list input", &other).await;
    ada.until(
        "a refusal of another file",
        "return document.querySelector('#unfinished-list [role=alert]').textContent.startsWith('This is another file')",
    )
    .await;
    choose(&ada, "#unfinished-list input", &film).await;
    ada.browser
        .until(
            "the end of the upload",
            LATER,
            "return document.querySelector('#queue .transfer')?.dataset.state === 'done'",
        )
        .await
        .unwrap();
    assert_eq!(parts_sent(&ada).await, all - before, "each part is sent once");
    let id = under_way["id"].as_str().unwrap();
    let media = ada.site.wait_until_processed(&ada.token, id).unwrap();
    assert_eq!((&media["status"], media["bytes"].as_u64()), (&json!("ready"), Some(SIZE)), "{media}");
    assert_eq!(ada.site.api(&ada.token, "/api/uploads").unwrap()["items"], Value::Array(Vec::new()));
    ada.stands_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_media_say_why_and_the_network_is_waited_for() {
    let ada = Person::sits_down().await;
    let pdf = ada.data.path().join("paper.pdf");
    std::fs::write(&pdf, b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n").unwrap();
    ada.opens("/upload").await;
    choose(&ada, "#files", &pdf).await;
    ada.until("a failure", "return document.querySelector('.transfer').dataset.state === 'failed'").await;
    assert!(
        ada.texts(".transfer .status").await[0].contains("neither a"),
        "{:?}",
        ada.texts(".transfer .status").await
    );
    let again = "return !document.querySelector('.transfer button.small:not(.only-icon)').hidden";
    assert_eq!(ada.script(again).await, json!(false), "trying again would not help");

    // Without a network it waits, and goes on by itself when there is one.
    let photo = ada.data.path().join("photo.jpg");
    media::photo(800, 600, ada.data.path()).unwrap();
    let network =
        |offline: bool| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    ada.browser.devtools("Network.enable", &json!({})).await.unwrap();
    ada.browser.devtools("Network.emulateNetworkConditions", &network(true)).await.unwrap();
    choose(&ada, "#files", &photo).await;
    let waits = "return document.querySelector('.transfer:last-child .status').textContent.startsWith('Waiting for the network')";
    ada.until("the wait for the network", waits).await;
    ada.browser.devtools("Network.emulateNetworkConditions", &network(false)).await.unwrap();
    ada.until("the upload", "return document.querySelector('.transfer:last-child').dataset.state === 'done'").await;
    ada.stands_up().await;
}
