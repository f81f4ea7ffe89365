//! Share links.

use catalog::{CollectionChange, Kind, MediaId};
use edge_auth::pass::split;
use http::StatusCode;
use serde_json::{Value, json};

use crate::world::{ADA, Answer, NOW, World, request};

async fn add(world: &World, body: Value) -> Value {
    let answer = world.post(ADA, "/api/links", Some(&body.to_string())).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.json()
}

fn secret(link: &Value) -> String {
    link["url"].as_str().unwrap().strip_prefix("/s#").unwrap().to_owned()
}

/// Opened by somebody without a session.
async fn open(world: &World, body: Value) -> Answer {
    world.send(request("POST", "/s/open", None, Some(&body.to_string()))).await
}

async fn film(world: &World) -> MediaId {
    world.ready(ADA, "holiday.mp4", Kind::Video).await
}

#[tokio::test]
async fn a_link_opens_one_title_for_anybody() {
    let world = World::new().await;
    let id = film(&world).await;
    let link = add(&world, json!({"target": {"media": id}})).await;
    assert_eq!(
        (&link["expires_at"], &link["view_limit"], &link["views"]),
        (&json!("2026-03-14T00:00:00Z"), &json!(null), &json!(0))
    );
    let opened = open(&world, json!({"secret": secret(&link)})).await;
    assert_eq!((opened.status, opened.header("cache-control")), (StatusCode::OK, "private, no-store"));
    let opened = opened.json();
    assert_eq!((&opened["kind"], &opened["media"]["title"]), (&json!("media"), &json!("holiday.mp4")));
    assert_eq!((&opened["media"]["own"], &opened["media"]["visibility"]), (&json!(false), &json!(null)));
    let content = opened["media"]["content"].as_str().unwrap();
    assert_eq!(split(content).unwrap().1, format!("/media/{ADA}/{id}/video.mp4"));
    assert_eq!(opened["expires_at"], "2026-03-07T06:00:00Z");
    let listed = world.get(ADA, "/api/links").await.json();
    assert_eq!(listed["items"][0]["views"], 1);
    assert!(!listed.to_string().contains(&secret(&link)) && listed["items"][0].get("url").is_none());
}

#[tokio::test]
async fn a_link_ends_in_every_way_with_its_own_words() {
    let world = World::new().await;
    let id = film(&world).await;
    let hour = json!("2026-03-07T01:00:00Z");
    let link = |body: Value| {
        let mut body = body;
        body["target"] = json!({"media": id});
        add(&world, body)
    };
    let (once, short, revoked, gone) = (
        link(json!({"view_limit": 1})).await,
        link(json!({"expires_at": hour})).await,
        link(json!({})).await,
        link(json!({})).await,
    );
    let refused = |answer: Answer| (answer.status.as_u16(), answer.json()["reason"].as_str().unwrap().to_owned());

    assert_eq!(open(&world, json!({"secret": secret(&once)})).await.status, StatusCode::OK);
    assert_eq!(refused(open(&world, json!({"secret": secret(&once)})).await), (410, "link_used_up".to_owned()));

    // A pass ends with its link.
    assert_eq!(open(&world, json!({"secret": secret(&short)})).await.json()["expires_at"], hour);
    world.later(3_600_000);
    assert_eq!(refused(open(&world, json!({"secret": secret(&short)})).await), (410, "link_expired".to_owned()));

    let path = format!("/api/links/{}", revoked["id"].as_str().unwrap());
    assert_eq!(world.delete(ADA, &path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.delete(ADA, &path).await.status, StatusCode::NO_CONTENT, "twice is once");
    assert_eq!(refused(open(&world, json!({"secret": secret(&revoked)})).await), (410, "link_revoked".to_owned()));

    assert_eq!(refused(open(&world, json!({"secret": "nothing"})).await), (404, "link_missing".to_owned()));
    assert_eq!(
        refused(open(&world, json!({"secret": gone["id"]})).await),
        (404, "link_missing".to_owned()),
        "its id opens nothing"
    );
    world.catalog.delete(&id, NOW).await.unwrap();
    assert_eq!(refused(open(&world, json!({"secret": secret(&gone)})).await), (404, "link_missing".to_owned()));
    let views = world.catalog.link(&catalog::LinkId::of(&secret(&gone))).await.unwrap().unwrap().views;
    assert_eq!(views, 0, "a view of nothing is none");
}

#[tokio::test]
async fn a_passphrase_is_asked_for_and_counts_no_view() {
    let world = World::new().await;
    let id = film(&world).await;
    let link = add(&world, json!({"target": {"media": id}, "passphrase": "open sesame", "view_limit": 1})).await;
    assert_eq!(link["passphrase"], true);
    for (passphrase, reason) in
        [(None, "passphrase_required"), (Some("open"), "passphrase_wrong"), (Some(""), "passphrase_wrong")]
    {
        let answer = open(&world, json!({"secret": secret(&link), "passphrase": passphrase})).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (403, &json!(reason)));
    }
    let opened = open(&world, json!({"secret": secret(&link), "passphrase": "open sesame"})).await;
    assert_eq!(opened.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_to_a_collection_opens_its_titles_in_order() {
    let world = World::new().await;
    let (a, b, gone) = (film(&world).await, world.ready(ADA, "pier.jpg", Kind::Image).await, film(&world).await);
    let body = json!({"title": "Summer", "items": [a, gone, b]}).to_string();
    let collection = world.post(ADA, "/api/collections", Some(&body)).await.json();
    world.catalog.delete(&gone, NOW).await.unwrap();
    let link = add(&world, json!({"target": {"collection": collection["id"]}})).await;
    let opened = open(&world, json!({"secret": secret(&link)})).await.json();
    let ids: Vec<&str> = opened["items"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(
        (&opened["kind"], &opened["title"], ids),
        (&json!("collection"), &json!("Summer"), vec![a.as_str(), b.as_str()])
    );
    let change = CollectionChange { items: Some(vec![b]), ..CollectionChange::default() };
    world.catalog.change_collection(collection["id"].as_str().unwrap(), 2, &change, NOW).await.unwrap();
    let opened = open(&world, json!({"secret": secret(&link)})).await.json();
    assert_eq!(opened["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_link_may_be() {
    let world = World::new().await;
    let id = film(&world).await;
    let with = |field: &str, value: Value| {
        let mut body = json!({"target": {"media": id}});
        body[field] = value;
        body
    };
    let table = [
        (with("expires_at", json!("2026-03-06T23:59:59Z")), "expires_at", "out_of_range"),
        (with("expires_at", json!("2027-03-09T00:00:00Z")), "expires_at", "out_of_range"),
        (with("expires_at", json!("tomorrow")), "expires_at", "out_of_range"),
        (with("view_limit", json!(0)), "view_limit", "out_of_range"),
        (with("view_limit", json!(u64::MAX)), "view_limit", "out_of_bounds"),
        (with("passphrase", json!("")), "passphrase", "out_of_range"),
        (with("passphrase", json!("x".repeat(201))), "passphrase", "out_of_range"),
        (with("target", json!({"media": "nothing"})), "target", "not_own"),
        (with("target", json!({"media": "NO ID"})), "target", "not_own"),
        (with("target", json!({"collection": "nothing"})), "target", "not_own"),
    ];
    for (body, field, reason) in table {
        let answer = world.post(ADA, "/api/links", Some(&body.to_string())).await;
        let problem = answer.json();
        assert_eq!(
            (answer.status.as_u16(), &problem["field"], &problem["reason"]),
            (422, &json!(field), &json!(reason)),
            "{body}"
        );
    }
}
