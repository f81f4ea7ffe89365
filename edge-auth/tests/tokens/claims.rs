//! Groups, scopes, `sub` and the claims that rules speak of: each with the type that it must have.

use edge_auth::Reason::{ClaimMalformed, NotPermitted, Permitted};
use edge_auth::config::EdgeConfig;
use serde_json::{Value, json};

use crate::draft::{ABSENT, Draft};
use crate::support::Provider;
use crate::table::{Table, types_but};

pub fn table() -> Table {
    let mut table = Table::new("claims", Provider::new().site(json!({})));
    always(&mut table);
    groups(&mut table);
    scopes(&mut table);
    one_of(&mut table);
    of_the_path(&mut table);
    combined(&mut table);
    table
}

/// A site whose one route has this rule.
fn site(path: &str, allow: Value) -> EdgeConfig {
    Provider::new().site(json!({"routes": [{"path": path, "allow": allow, "origin": "app"}]}))
}

/// As [`Table::claim`], with the rule in the name.
fn judge(table: &mut Table, rule: &str, claim: &str, values: Vec<Value>, expected: edge_auth::Reason) {
    for value in values {
        let token = Draft::access().claims(json!({ claim: value })).signed();
        table.row(format!("{rule}, {claim} {value}"), token, expected);
    }
}

/// Read whatever the rule is.
fn always(table: &mut Table) {
    let access = Draft::access();
    table.claim(&access, "sub", types_but(&["text"]), ClaimMalformed);
    table.claim(&access, "sub", [json!(["alice"])], ClaimMalformed);
    table.claim(&access, "sub", [json!(ABSENT), json!("bob")], Permitted);
    table.claim(&access, "cognito:groups", types_but(&["list"]), ClaimMalformed);
    let mixed = [json!([1]), json!(["a", 1]), json!([null]), json!([["a"]]), json!([{"a": 1}]), json!([true, "a"])];
    table.claim(&access, "cognito:groups", mixed, ClaimMalformed);
    table.claim(&access, "cognito:groups", [json!(ABSENT), json!([]), json!(["a"]), json!(["a", "a"])], Permitted);
    // Read by no rule here.
    table.claim(&access, "scope", types_but(&["text"]), Permitted);
    table.claim(&access, "username", types_but(&["text"]), Permitted);
}

fn groups(table: &mut Table) {
    for rule in ["groups_any", "groups_all"] {
        table.on(site("/*", json!({ rule: ["admins"] })));
        let mut judge = |values, expected| judge(table, rule, "cognito:groups", values, expected);
        judge(types_but(&["list"]), ClaimMalformed);
        judge(
            vec![json!("admins"), json!({"admins": true}), json!(["admins", 1]), json!([["admins"]])],
            ClaimMalformed,
        );
        judge(vec![json!(["admins"]), json!(["x", "admins"])], Permitted);
        let others = ["Admins", "ADMINS", "admin", "adminsx", "admins ", " admins", "admins,x", "x admins", ""];
        judge(others.iter().map(|other| json!([other])).collect(), NotPermitted);
        judge(vec![json!(ABSENT), json!([])], NotPermitted);
    }
}

fn scopes(table: &mut Table) {
    for rule in ["scopes_any", "scopes_all"] {
        table.on(site("/*", json!({ rule: ["photos/read"] })));
        let mut judge = |values, expected| judge(table, rule, "scope", values, expected);
        judge(types_but(&["text"]), ClaimMalformed);
        judge(vec![json!(["photos/read"]), json!({"photos/read": true})], ClaimMalformed);
        let good = ["photos/read", "openid photos/read", "photos/read openid", "  photos/read  "];
        judge(good.iter().map(|scope| json!(scope)).collect(), Permitted);
        let others = [
            "",
            " ",
            "openid",
            "photos",
            "photos/readx",
            "xphotos/read",
            "Photos/Read",
            "photos/read,openid",
            "photos/read\topenid",
            "photos/read\nopenid",
            "photos/read\u{a0}openid",
            "photos read",
        ];
        judge(others.iter().map(|scope| json!(scope)).collect(), NotPermitted);
        judge(vec![json!(ABSENT)], NotPermitted);
    }
}

fn one_of(table: &mut Table) {
    table.on(site("/*", json!({"claim": "custom:tier", "in": ["gold", "true", "1", "null", ""]})));
    let mut judge = |values, expected| judge(table, "in", "custom:tier", values, expected);
    judge(types_but(&["text"]), ClaimMalformed);
    judge(vec![json!(["gold"]), json!({"gold": 1})], ClaimMalformed);
    judge(vec![json!("gold"), json!("true"), json!("1"), json!("")], Permitted);
    judge(vec![json!("Gold"), json!("gol"), json!("golden"), json!("gold "), json!("goldtrue")], NotPermitted);
    judge(vec![json!(ABSENT)], NotPermitted);
}

fn of_the_path(table: &mut Table) {
    // Every row asks for /x.
    table.on(site("/{owner}", json!({"claim": "custom:home", "equals_path": "owner"})));
    let mut judge = |values, expected| judge(table, "equals_path", "custom:home", values, expected);
    judge(types_but(&["text"]), ClaimMalformed);
    judge(vec![json!(["y"]), json!({"y": "y"})], ClaimMalformed);
    judge(vec![json!("x")], Permitted);
    judge(vec![json!("X"), json!("y"), json!(""), json!("xx"), json!("x "), json!("%78"), json!("/x")], NotPermitted);
    judge(vec![json!("{owner}"), json!("*"), json!("?"), json!("x/"), json!(ABSENT)], NotPermitted);
}

/// What is malformed refuses, wherever it stands in the rule.
fn combined(table: &mut Table) {
    let rules =
        [json!({"groups_any": ["g"]}), json!({"scopes_any": ["s"]}), json!({"claim": "custom:tier", "in": ["t"]})];
    let good = json!({"cognito:groups": ["g"], "scope": "s", "custom:tier": "t"});
    for (kind, any) in [("any", true), ("all", false)] {
        table.on(site("/*", json!({ kind: rules })));
        table.row(format!("{kind} of three, all there"), Draft::access().claims(good.clone()).signed(), Permitted);
        table.row(format!("{kind} of three, none there"), Draft::access().signed(), NotPermitted);
        for claim in ["cognito:groups", "scope", "custom:tier"] {
            let only = Draft::access().claims(json!({ claim: good[claim] })).signed();
            let without = Draft::access().claims(good.clone()).claims(json!({ claim: ABSENT })).signed();
            let malformed = Draft::access().claims(good.clone()).claims(json!({ claim: 1 })).signed();
            let expected = if any { Permitted } else { NotPermitted };
            table.row(format!("{kind} of three, {claim} alone"), only, expected);
            table.row(format!("{kind} of three, {claim} missing"), without, expected);
            table.row(format!("{kind} of three, {claim} malformed"), malformed, ClaimMalformed);
        }
    }
}
