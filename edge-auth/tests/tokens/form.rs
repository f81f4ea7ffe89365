//! Size, number of parts, base64url.

use edge_auth::Reason::{AlgNotAllowed, Permitted, SignatureInvalid, TokenMalformed, TokenTooLarge};
use serde_json::json;

use crate::draft::{Draft, base64url, of_parts};
use crate::support::Provider;
use crate::table::Table;

pub fn table() -> Table {
    let mut table = Table::new("form", Provider::new().site(json!({})));
    size(&mut table);
    parts(&mut table);
    alphabet(&mut table);
    table
}

fn size(table: &mut Table) {
    let sized = |length: usize| {
        let tokens = (0..length).map(|n| Draft::access().claims(json!({"pad": "x".repeat(n)})));
        // The signature has 342 characters, whoever signs what.
        let long = |draft: &Draft| base64url(draft.header_text()).len() + base64url(draft.claims_text()).len() + 344;
        tokens.skip(length / 2).find(|draft| long(draft) >= length).unwrap().signed()
    };
    let longest = sized(8190);
    assert!((8190..=8192).contains(&longest.len()), "{}", longest.len());
    table.row("a good token of nearly 8,192 bytes", longest, Permitted);
    table.row("a good token above 8,192 bytes", sized(8193), TokenTooLarge);
    table.row("8,192 bytes of anything", "x".repeat(8192), TokenMalformed);
    table.row("8,193 bytes of anything", "x".repeat(8193), TokenTooLarge);
    table.row("a megabyte of dots", ".".repeat(1_000_000), TokenTooLarge);

    let good = Draft::access().signed();
    table.on(Provider::new().site(json!({"tokens": {"max_bytes": good.len()}})));
    table.row("exactly as long as this site allows", good.clone(), Permitted);
    table.on(Provider::new().site(json!({"tokens": {"max_bytes": good.len() - 1}})));
    table.row("a byte longer than this site allows", good, TokenTooLarge);
    table.on(Provider::new().site(json!({})));
}

fn parts(table: &mut Table) {
    let good = Draft::access().signed();
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    for (name, token, expected) in [
        ("one letter", "a".to_owned(), TokenMalformed),
        ("one dot", ".".to_owned(), TokenMalformed),
        ("two dots", "..".to_owned(), TokenMalformed),
        ("only a header", header.to_owned(), TokenMalformed),
        ("only the first two parts", format!("{header}.{payload}"), TokenMalformed),
        ("only the last two parts", format!("{payload}.{signature}"), TokenMalformed),
        ("a fourth part", format!("{good}.e30"), TokenMalformed),
        ("an empty fourth part", format!("{good}."), TokenMalformed),
        ("an empty part in front", format!(".{good}"), TokenMalformed),
        ("five parts, as an encrypted token has", format!("{header}.a.b.{payload}.{signature}"), TokenMalformed),
        ("the whole twice", format!("{good}.{good}"), TokenMalformed),
        ("an empty header", format!(".{payload}.{signature}"), TokenMalformed),
        ("an empty payload", of_parts(header, ""), TokenMalformed),
        ("an empty signature", format!("{header}.{payload}."), SignatureInvalid),
        ("parts with commas between", good.replace('.', ","), TokenMalformed),
        ("parts with escaped dots between", good.replace('.', "%2E"), TokenMalformed),
        ("the first two parts in another order", format!("{payload}.{header}.{signature}"), AlgNotAllowed),
        ("the decoded header in front", format!("{}.{payload}.{signature}", r#"{"alg":"RS256"}"#), TokenMalformed),
        (
            "the JSON serialization",
            json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
            TokenMalformed,
        ),
        ("a quoted token", format!("\"{good}\""), TokenMalformed),
        ("a scheme before the token", format!("Bearer {good}"), TokenMalformed),
    ] {
        table.row(name, token, expected);
    }
}

/// Each part with something foreign in it. First and second part are signed as they stand, so that nothing else is wrong.
fn alphabet(table: &mut Table) {
    // Each length leaves two characters behind whole groups of four, so that the last one has four unused bits.
    let header = base64url(padded(r#"{"alg":"RS256","kid":"k""#, 1));
    let payload = base64url(padded(Draft::access().claims_text().trim_end_matches('}'), 1));
    let good = of_parts(&header, &payload);
    let signature = good.rsplit('.').next().unwrap().to_owned();
    table.row("parts with spaces inside their JSON", good, Permitted);

    let parts = [header, payload, signature];
    for (at, part) in ["header", "payload", "signature"].into_iter().enumerate() {
        let insert = |text: &str| format!("{}{text}{}", &parts[at][..8], &parts[at][8..]);
        let last = parts[at].chars().last().unwrap();
        let next = char::from(last as u8 + 1);
        for (name, bent) in [
            ("padding", format!("{}==", parts[at])),
            ("half its padding", format!("{}=", parts[at])),
            ("padding inside", insert("=")),
            ("a plus", insert("+")),
            ("a slash", insert("/")),
            ("a space", insert(" ")),
            ("a tab", insert("\t")),
            ("a line feed", insert("\n")),
            ("a carriage return and a line feed", insert("\r\n")),
            ("a NUL", insert("\0")),
            ("a letter beyond ASCII", insert("é")),
            ("a letter that looks like an a", insert("а")),
            ("a zero-width space", insert("\u{200b}")),
            ("an escape", insert("%41")),
            ("an exclamation mark", insert("!")),
            ("a tilde", insert("~")),
            ("one character over", parts[at][..parts[at].len() - 1].to_owned()),
            ("unused bits that are not zero", format!("{}{next}", &parts[at][..parts[at].len() - 1])),
        ] {
            let mut all = parts.clone();
            all[at] = bent;
            let token = if at == 2 { all.join(".") } else { of_parts(&all[0], &all[1]) };
            table.row(format!("{part} with {name}"), token, TokenMalformed);
        }
    }
}

/// The object, closed behind so many spaces that its length is that many above a multiple of three.
fn padded(open: &str, rest: usize) -> String {
    let closed = |spaces: usize| format!("{open}{}}}", " ".repeat(spaces));
    (0..3).map(closed).find(|text| text.len() % 3 == rest).unwrap()
}
