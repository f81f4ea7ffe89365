//! The ways in which a token can be wrong, and some in which it can be right: each with its reason, through the whole
//! decision, carried by cookie, by header and by query.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

mod support;

#[path = "tokens/audience.rs"]
mod audience;
#[path = "tokens/claims.rs"]
mod claims;
#[path = "tokens/cookies.rs"]
mod cookies;
#[path = "tokens/draft.rs"]
mod draft;
#[path = "tokens/form.rs"]
mod form;
#[path = "tokens/header.rs"]
mod header;
#[path = "tokens/issuer.rs"]
mod issuer;
#[path = "tokens/json.rs"]
mod json;
#[path = "tokens/key_sets.rs"]
mod key_sets;
#[path = "tokens/order.rs"]
mod order;
#[path = "tokens/signature.rs"]
mod signature;
#[path = "tokens/sources.rs"]
mod sources;
#[path = "tokens/table.rs"]
mod table;
#[path = "tokens/times.rs"]
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use table::Table;

/// Every table by its theme, made once: signing takes its time.
static TABLES: LazyLock<BTreeMap<&str, Table>> = LazyLock::new(|| {
    BTreeMap::from([
        ("audience", audience::table()),
        ("claims", claims::table()),
        ("form", form::table()),
        ("header", header::table()),
        ("issuer", issuer::table()),
        ("json", json::table()),
        ("key sets", key_sets::table()),
        ("order", order::table()),
        ("signature", signature::table()),
        ("times", times::table()),
    ])
});

#[test]
fn the_form_is_one_and_strict() {
    TABLES["form"].judge();
}

#[test]
fn header_and_payload_are_json_objects_with_one_reading() {
    TABLES["json"].judge();
}

#[test]
fn the_header_says_rs256_and_a_key_and_changes_no_rule() {
    TABLES["header"].judge();
}

#[test]
fn keys_that_do_not_count_are_not_there() {
    TABLES["key sets"].judge();
}

#[test]
fn the_issuer_is_exactly_a_configured_one_and_signs_with_its_own_keys() {
    TABLES["issuer"].judge();
}

#[test]
fn the_signature_holds_over_every_bit() {
    TABLES["signature"].judge();
}

#[test]
fn times_hold_to_the_second() {
    TABLES["times"].judge();
}

#[test]
fn kind_and_application_are_the_ones_wanted() {
    TABLES["audience"].judge();
}

#[test]
fn a_claim_of_the_wrong_type_is_never_absent() {
    TABLES["claims"].judge();
}

#[test]
fn a_token_that_is_wrong_twice_gets_the_earlier_reason() {
    TABLES["order"].judge();
}

#[test]
fn the_ways_to_be_wrong_are_many_and_none_is_told_twice() {
    let (mut names, mut wrong) = (BTreeSet::new(), BTreeSet::new());
    for row in TABLES.values().flat_map(Table::rows) {
        assert!(names.insert(&row.name), "{} stands there twice", row.name);
        if row.is_refused() {
            wrong.insert(&row.token);
        }
    }
    assert!(wrong.len() >= 1000, "{} wrong tokens in {} rows", wrong.len(), names.len());
}
