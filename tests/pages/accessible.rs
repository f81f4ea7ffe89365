//! What every page owes to everybody: no serious finding of axe, nothing that scrolls sideways, in both widths and both schemes.

use end_to_end::root;
use serde_json::{Value, json};

use crate::person::Person;

async fn check(ada: &Person, axe: &str, name: &str) {
    for (width, height) in [(1440, 900), (360, 780)] {
        ada.browser.client.set_window_size(width, height).await.unwrap();
        for scheme in ["light", "dark"] {
            let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
            ada.browser.devtools("Emulation.setEmulatedMedia", &media).await.unwrap();
            let name = format!("{name}-{width}-{scheme}");
            let settled = "return document.getAnimations().every(a => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)";
            ada.until("colours to settle", settled).await;
            ada.browser.screenshot(&name).await.unwrap();
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(ada.script(wide).await, json!(0), "{name} scrolls sideways");
            ada.browser.script(axe, vec![]).await.unwrap();
            let run = "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations
                .filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))), e => done([String(e)]))";
            let found = ada.browser.client.execute_async(run, vec![]).await.unwrap();
            assert_eq!(found, json!([]), "{name}");
        }
    }
    ada.browser.client.set_window_size(1440, 900).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_everybody() {
    let axe = root().join("tests/browser/node_modules/axe-core/axe.min.js");
    let axe =
        std::fs::read_to_string(&axe).unwrap_or_else(|e| panic!("{}: {e}; ./build.sh test installs it", axe.display()));
    let ada = Person::sits_down().await;
    ada.opens("/").await;
    check(&ada, &axe, "library-empty").await;
    let (film, photo) = (ada.film("Ferry.mp4", 5), ada.photo("Pier.jpg"));
    let (_, made) =
        ada.site.post(&ada.token, "/api/collections", &json!({"title": "Sea", "items": [film, photo]})).unwrap();
    let collection = made["id"].as_str().unwrap();
    let (_, link) = ada.site.post(&ada.token, "/api/links", &json!({"target": {"collection": collection}})).unwrap();
    let pages = [
        ("library", "/".to_owned()),
        ("library-nothing-found", "/?search=zebra".to_owned()),
        ("deleted", "/?scope=deleted".to_owned()),
        ("watch-film", format!("/watch/{film}")),
        ("watch-photo", format!("/watch/{photo}")),
        ("watch-in-collection", format!("/watch/{film}?collection={collection}")),
        ("upload", "/upload".to_owned()),
        ("collections", "/collections".to_owned()),
        ("collection", format!("/collections/{collection}")),
        ("profile", "/profile".to_owned()),
        ("shared", link["url"].as_str().unwrap().to_owned()),
        ("not-found", "/nothing".to_owned()),
    ];
    for (name, path) in pages {
        ada.opens(&path).await;
        let quiet = "return ![...document.images].some(i => !i.complete && i.loading !== 'lazy') && !document.querySelector('#shared > .empty > .spinner')";
        ada.until("pictures", quiet).await;
        check(&ada, &axe, name).await;
    }
    // What is opened on top of them.
    ada.opens("/").await;
    ada.clicks(".card .pick input").await;
    check(&ada, &axe, "library-picked").await;
    ada.clicks(".initial").await;
    ada.is_there("#menu").await;
    check(&ada, &axe, "menu").await;
    for (words, name) in [("Share", "dialog-share"), ("Edit", "dialog-edit"), ("Add to collection", "dialog-collect")] {
        ada.opens(&format!("/watch/{film}")).await;
        ada.is_there("#actions").await;
        ada.clicks_on(words).await;
        ada.is_there("dialog[open]").await;
        check(&ada, &axe, name).await;
    }
    ada.stands_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_ask_no_other_host() {
    let ada = Person::sits_down().await;
    let film = ada.film("Ferry.mp4", 5);
    for path in [
        "/".to_owned(),
        format!("/watch/{film}"),
        "/upload".to_owned(),
        "/profile".to_owned(),
        "/collections".to_owned(),
    ] {
        ada.opens(&path).await;
        let hosts = "return [...new Set(performance.getEntriesByType('resource').map(e => new URL(e.name).origin))].filter(o => o !== location.origin)";
        assert_eq!(ada.script(hosts).await, Value::Array(Vec::new()), "{path}");
    }
    ada.stands_up().await;
}
