//! Signatures that do not hold.

use edge_auth::Reason::{Permitted, SignatureInvalid};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::json;

use crate::draft::{Draft, base64url, of_bytes};
use crate::support::Provider;
use crate::table::Table;

pub fn table() -> Table {
    let mut table = Table::new("signature", Provider::new().site(json!({})));
    let draft = Draft::access();
    let (header, payload) = (draft.header_text(), draft.claims_text());
    let message = format!("{}.{}", base64url(&header), base64url(&payload));
    let sign = |message: &[u8]| Provider::new().signature(&RSA_PKCS1_SHA256, message);
    let right = sign(message.as_bytes());
    let with = |signature: &[u8]| format!("{message}.{}", base64url(signature));
    table.row("the right one", with(&right), Permitted);
    assert_eq!(right.len(), 256);

    for at in [0, 1, 2, 3, 15, 16, 63, 64, 127, 128, 200, 254, 255] {
        for bit in [0, 3, 7] {
            let mut bent = right.clone();
            bent[at] ^= 1 << bit;
            table.row(format!("bit {bit} of byte {at} flipped"), with(&bent), SignatureInvalid);
        }
    }
    let modulus = modulus();
    let mut reversed = right.clone();
    reversed.reverse();
    let hash = ring::digest::digest(&ring::digest::SHA256, message.as_bytes());
    for (name, signature) in [
        ("a byte short at the end", right[..255].to_vec()),
        ("a byte short in front", right[1..].to_vec()),
        ("only half", right[..128].to_vec()),
        ("only one byte", right[..1].to_vec()),
        ("a zero byte more at the end", [&right[..], &[0]].concat()),
        ("a zero byte more in front", [&[0], &right[..]].concat()),
        ("twice", [&right[..], &right[..]].concat()),
        ("reversed", reversed),
        ("all zeros", vec![0; 256]),
        ("all ones", vec![0xff; 256]),
        ("the number one", [&[0; 255][..], &[1]].concat()),
        ("the modulus", modulus.clone()),
        ("not reduced", not_reduced(&right, &modulus)),
        ("the hash alone", hash.as_ref().to_vec()),
        ("the padded hash, never signed", padded(hash.as_ref())),
        ("over the payload alone", sign(base64url(&payload).as_bytes())),
        ("over the header alone", sign(base64url(&header).as_bytes())),
        ("over the parts without their dot", sign(message.replace('.', "").as_bytes())),
        ("over the decoded parts", sign(format!("{header}.{payload}").as_bytes())),
        ("over the parts and a dot behind", sign(format!("{message}.").as_bytes())),
        ("over nothing", sign(b"")),
        ("over the hash", sign(hash.as_ref())),
        ("a stranger's", Provider::stranger().signature(&RSA_PKCS1_SHA256, message.as_bytes())),
    ] {
        table.row(name, with(&signature), SignatureInvalid);
    }
    changed_afterwards(&mut table);
    table
}

/// Good signatures under what they were not made for.
fn changed_afterwards(table: &mut Table) {
    let good = Draft::access().signed();
    let signature = good.rsplit_once('.').unwrap().1;
    for (name, draft) in [
        ("another person's token", Draft::access().claims(json!({"sub": "bob"}))),
        ("a later exp", Draft::access().claims(json!({"exp": 9_999_999_999_u64}))),
        ("a group more", Draft::access().claims(json!({"cognito:groups": ["admins"]}))),
        ("a claim less", Draft::access().claims(json!({"iat": crate::draft::ABSENT}))),
        ("a typ more", Draft::access().header(json!({"typ": "JWT"}))),
        ("an ID token", Draft::id()),
    ] {
        let message = draft.signed().rsplit_once('.').unwrap().0.to_owned();
        table.row(format!("that of a token before it got {name}"), format!("{message}.{signature}"), SignatureInvalid);
    }
    let spaced = of_bytes(Draft::access().header_text(), Draft::access().claims_text().replace(',', ", "));
    let message = spaced.rsplit_once('.').unwrap().0;
    table.row("over the same claims without spaces", format!("{message}.{signature}"), SignatureInvalid);
    table.row("over the same claims with spaces", spaced, Permitted);
}

fn modulus() -> Vec<u8> {
    use base64::Engine as _;
    let jwks = Provider::new().jwks("k");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(jwks["keys"][0]["n"].as_str().unwrap()).unwrap()
}

/// The signature plus the modulus: the same number to whoever does not check the range.
fn not_reduced(signature: &[u8], modulus: &[u8]) -> Vec<u8> {
    let (mut sum, mut carry) = (Vec::new(), 0);
    for (a, b) in signature.iter().rev().zip(modulus.iter().rev()) {
        let digit = u16::from(*a) + u16::from(*b) + carry;
        sum.push(digit.to_le_bytes()[0]);
        carry = digit >> 8;
    }
    sum.extend((carry > 0).then_some(1));
    sum.reverse();
    sum
}

/// EMSA-PKCS1-v1_5 of a SHA-256 hash (RFC 8017 §9.2): what a signature is after the public operation.
fn padded(hash: &[u8]) -> Vec<u8> {
    let info = [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    [&[0, 1][..], &[0xff; 202], &[0], &info, hash].concat()
}
