//! Scripts that compute something, asked in the browser that runs them.

use serde_json::json;

use crate::person::Person;

/// Runs the body of a function with a module of the site; what it hands to `done`.
async fn with_module(ada: &Person, name: &str, body: &str) -> serde_json::Value {
    let script = format!(
        "const done = arguments[1];
         const folder = document.querySelector('script[type=module]').src.replace(/[^/]*$/, '');
         import(folder + arguments[0]).then(async module => done(await (async () => {{ {body} }})()), e => done(String(e)));"
    );
    ada.browser.client.execute_async(&script, vec![json!(name)]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn checksums_are_the_stores_own() {
    let ada = Person::sits_down().await;
    let check = "return module.crc64(new TextEncoder().encode('123456789')).toString(16)";
    assert_eq!(with_module(&ada, "uploads/crc64.js", check).await, json!("ae8b14860a799888"));
    let empty = "return [module.crc64(new Uint8Array()).toString(16), module.base64(0xae8b14860a799888n)]";
    assert_eq!(with_module(&ada, "uploads/crc64.js", empty).await, json!(["0", "rosUhgp5mIg="]));
    // Two pieces joined are the whole, wherever it is cut; odd lengths and odd beginnings too.
    let joined = "const bytes = Uint8Array.from({length: 1001}, (_, i) => i * 31 & 255);
        const whole = module.crc64(bytes);
        return [0, 1, 7, 8, 500, 993, 1000, 1001].filter(at =>
            module.joined(module.crc64(bytes.slice(0, at)), module.crc64(bytes.subarray(at)), 1001 - at) !== whole)";
    assert_eq!(with_module(&ada, "uploads/crc64.js", joined).await, json!([]));
    ada.stands_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn likenesses_and_small_pictures_are_read() {
    let ada = Person::sits_down().await;
    let likeness =
        "const i = module.decode('1QcSHQRnh493V4dIh4eXh1h4kJUI'); return [i.width, i.height, ...i.data.slice(0, 4)]";
    assert_eq!(with_module(&ada, "thumbhash.js", likeness).await, json!([23, 32, 64, 78, 113, 255]));
    let bad = "try { module.decode('AAA='); return 'read' } catch { return 'refused' }";
    assert_eq!(with_module(&ada, "thumbhash.js", bad).await, json!("refused"));
    let base = "const base = location.origin + '/media/a/b/sprites.vtt';";
    let cue = format!("{base} return module.spriteOf('sprite-001.webp#xywh=160,90,160,90', base)");
    let read = with_module(&ada, "player/preview.js", &cue).await;
    assert!(read["url"].as_str().unwrap().ends_with("/media/a/b/sprite-001.webp"), "{read}");
    assert_eq!(
        (&read["x"], &read["y"], &read["width"], &read["height"]),
        (&json!(160), &json!(90), &json!(160), &json!(90))
    );
    let foreign =
        format!("{base} return module.spriteOf('https://elsewhere.example/x.webp#xywh=0,0,1,1', base) ?? 'none'");
    assert_eq!(with_module(&ada, "player/preview.js", &foreign).await, json!("none"));
    ada.stands_up().await;
}
