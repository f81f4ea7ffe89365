//! The embedded engine's own promises.

use std::sync::Arc;

use local::edge::{CloudFrontFunction, FunctionAnswer, FunctionFailure};
use serde_json::{Value, json};

use crate::support::Shelf;

const NOW: u64 = 1_800_000_000;

/// What a function with this body makes of an empty event; it may use `cf`, `crypto` and `event`.
fn run(body: &str) -> Result<(Value, Vec<String>, usize), FunctionFailure> {
    let text = format!(
        "import cf from 'cloudfront';\nconst crypto = require('crypto');\nasync function handler(event) {{ {body} }}\n"
    );
    let shelf = Shelf {
        ring: Some("{\"a\":1}".to_owned()),
        revoked: vec!["there".to_owned()],
        failing: vec!["bad".to_owned()],
    };
    let outcome = CloudFrontFunction::load(&text)?.handle(&json!({}), NOW, Arc::new(shelf))?;
    let (FunctionAnswer::Request(answer) | FunctionAnswer::Response(answer)) = outcome.answer;
    Ok((answer, outcome.log, outcome.reads))
}

/// The value of an expression.
fn value(expression: &str) -> Value {
    run(&format!("return {{ uri: '', v: {expression} }};")).unwrap().0["v"].clone()
}

#[test]
fn it_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<CloudFrontFunction>();
}

#[test]
fn steps_and_memory_have_an_end() {
    assert_eq!(run("for (;;) {}").unwrap_err(), FunctionFailure::TooLong);
    assert_eq!(run("for (;;) { await null; }").unwrap_err(), FunctionFailure::TooLong);
    let full = run("const all = []; for (;;) { all.push(new Array(1000).fill(1)); }").unwrap_err();
    assert!(matches!(full, FunctionFailure::Threw(_)), "{full}");
    let deep = run("const f = n => f(n + 1) + 1; f(0);").unwrap_err();
    assert!(matches!(deep, FunctionFailure::Threw(_)), "{deep}");
}

#[test]
fn no_text_becomes_code_and_nothing_leads_out() {
    for name in
        ["eval", "Function", "setTimeout", "setInterval", "fetch", "XMLHttpRequest", "process", "host", "std", "os"]
    {
        assert_eq!(value(&format!("typeof {name}")), "undefined", "{name}");
    }
    for code in
        ["(() => {}).constructor('1')()", "(async () => {}).constructor('1')()", "(function* () {}).constructor('1')()"]
    {
        assert!(matches!(run(code).unwrap_err(), FunctionFailure::Threw(_)), "{code}");
    }
    assert!(run("require('fs')").unwrap_err().to_string().contains("no such module"));
    assert!(matches!(run("await import('fs');").unwrap_err(), FunctionFailure::Threw(_)));
}

#[test]
fn time_stands_still() {
    assert_eq!(value("Date.now()"), NOW * 1000);
    assert_eq!(value("new Date().getTime()"), NOW * 1000);
    assert_eq!(value("new Date(5).getTime()"), 5);
    assert_eq!(value("new Date() instanceof Date"), true);
    assert_eq!(value("new Date().constructor === Date"), true);
}

#[test]
fn hashes_as_cloudfront_spells_them() {
    // RFC 4231 §4.3, its text once as a string and once as bytes in two parts.
    let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(value("crypto.createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest('hex')"), tag);
    let bytes = "new Uint8Array([74, 101, 102, 101])";
    let parts =
        format!("crypto.createHmac('sha256', {bytes}).update('what do ya want ').update('for nothing?').digest('hex')");
    assert_eq!(value(&parts), tag);
    assert_eq!(value("crypto.createHash('md5').update('').digest('base64')"), "1B2M2Y8AsgTpgAmY7PhCfg==");
    assert_eq!(value("crypto.createHash('sha1').update('abc').digest('base64url')"), "qZk-NkcGgWq6PiVxeFDCbJzQ2J0");
    assert_eq!(value("crypto.createHash('sha256').digest().length"), 32);
    for wrong in ["crypto.createHash('sha512').update('').digest('hex')", "crypto.createHash('md5').digest('utf8')"] {
        assert!(matches!(run(wrong).unwrap_err(), FunctionFailure::Threw(_)), "{wrong}");
    }
    let twice = "const h = crypto.createHash('md5'); h.digest('hex'); h.digest('hex');";
    assert_eq!(run(twice).unwrap_err(), FunctionFailure::Threw("Digest already called".to_owned()));
}

#[test]
fn the_store_is_asked_and_counted() {
    assert_eq!(value("await cf.kvs().get('ring')"), "{\"a\":1}");
    assert_eq!(value("(await cf.kvs().get('ring', { format: 'json' })).a"), 1);
    assert_eq!(value("[await cf.kvs().exists('there'), await cf.kvs().exists('not')]"), json!([true, false]));
    for (key, said) in [("not", "KeyNotFound"), ("bad", "the key value store does not answer")] {
        assert_eq!(run(&format!("await cf.kvs().get('{key}');")).unwrap_err(), FunctionFailure::Threw(said.to_owned()));
    }
    let long = run("await cf.kvs().exists('x'.repeat(513));").unwrap_err();
    assert_eq!(long, FunctionFailure::Threw("the key is too long".to_owned()));
    let (_, _, reads) = run("await cf.kvs().get('ring'); await cf.kvs().exists('there'); return { uri: '' };").unwrap();
    assert_eq!(reads, 2);
}

#[test]
fn nothing_is_kept_between_runs() {
    let text = "import cf from 'cloudfront';\nlet n = 0;\nfunction handler() { n += 1; globalThis.m = (globalThis.m || 0) + 1; return { uri: `${n} ${globalThis.m}` }; }\n";
    let text = text.replace("function handler", "async function handler");
    let function = CloudFrontFunction::load(&text).unwrap();
    for _ in 0..2 {
        let outcome = function.handle(&json!({}), NOW, Arc::new(Shelf::empty())).unwrap();
        assert_eq!(outcome.answer, FunctionAnswer::Request(json!({"uri": "1 1"})));
    }
}

#[test]
fn what_is_logged_and_what_is_no_answer() {
    let (_, log, _) = run("console.log('a', 1, true); console.log('b'); return { uri: '' };").unwrap();
    assert_eq!(log, ["a 1 true", "b"]);
    for body in [
        "",
        "return null;",
        "return 'x';",
        "return {};",
        "return { statusCode: '200' };",
        "return { statusCode: 99 };",
        "await new Promise(() => {});",
    ] {
        assert_eq!(run(body).unwrap_err(), FunctionFailure::Answer, "{body}");
    }
    assert_eq!(run("throw new Error('no');").unwrap_err(), FunctionFailure::Threw("no".to_owned()));
    assert_eq!(run("throw 'no';").unwrap_err(), FunctionFailure::Threw("no".to_owned()));
}

#[test]
fn what_does_not_load() {
    let long = format!("async function handler() {{}} //{}", "x".repeat(10_240));
    for text in [
        "",
        "function other() {}",
        "async function handler( {}",
        "throw new Error('x');\nfunction handler() {}",
        "import x from 'elsewhere';\nfunction handler() {}",
        &long,
    ] {
        assert!(matches!(CloudFrontFunction::load(text).unwrap_err(), FunctionFailure::Load(_)), "{text:.60}");
    }
}
