//! Two people never see each other's private media: every route and method, asked by the owner, by somebody else, by a
//! member of a group, by an administrator and by a stranger.

use axum::body::Body;
use catalog::{
    Amount, CollectionChange, Kind, LinkId, LinkTarget, MediaChange, MediaId, NewCollection, NewLicence, NewLink,
    Sharing, Visibility, WebhookChange,
};
use http::{HeaderValue, Request, StatusCode};
use serde_json::{Value, json};

use crate::objects::JPEG;
use crate::tokens::access_in;
use crate::world::{ADA, Answer, NOW, World, request};

/// Who asks. The first owns everything.
const PEOPLE: [(&str, &str, &[&str]); 4] = [
    (ADA, "ada", &[]),
    ("0e000000-0000-4000-8000-000000000001", "eve", &[]),
    ("0f000000-0000-4000-8000-000000000002", "gil", &["family"]),
    ("0a000000-0000-4000-8000-000000000003", "adm", &["admins"]),
];

/// Stands in everything that is the owner's alone.
const MARK: &str = "secret-holiday";

/// What is to be answered to the owner, another, a group's member, an administrator.
type Wanted = [u16; 4];
const ALL_200: Wanted = [200; 4];
const OWNER_200: Wanted = [200, 404, 404, 404];
const OWNER_204: Wanted = [204, 404, 404, 404];

/// A route: method, path (with the names of the owner's things in it), body, answers.
fn table() -> Vec<(&'static str, &'static str, Value, Wanted)> {
    let none = Value::Null;
    let sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let whole = json!({"crc64nvme": "AAAAAAAAAAA=",
        "parts": (1..=9).map(|n| json!({"number": n, "sha256": sha256, "crc64nvme": "AAAAAAAAAAA="})).collect::<Vec<_>>()});
    vec![
        ("GET", "/api/media", none.clone(), ALL_200),
        ("GET", "/api/media/{media}", none.clone(), OWNER_200),
        ("PATCH", "/api/media/{media}", json!({"comment": MARK}), OWNER_200),
        ("DELETE", "/api/media/{media}", none.clone(), OWNER_204),
        ("POST", "/api/media/{media}/restore", none.clone(), [409, 404, 404, 404]),
        // An administrator may try it again, and it has not failed.
        ("POST", "/api/media/{media}/retry", none.clone(), [409, 404, 404, 409]),
        ("GET", "/api/media/{media}/content", none.clone(), [302, 404, 404, 404]),
        ("POST", "/api/media/{media}/play", none.clone(), [201, 404, 404, 404]),
        ("GET", "/api/media/{media}/position", none.clone(), OWNER_200),
        ("PUT", "/api/media/{media}/position", json!({"seconds": 7}), OWNER_204),
        ("POST", "/api/uploads", json!({"name": "a.jpg", "size": 9}), [201; 4]),
        ("POST", "/api/upload", json!("form"), [201; 4]),
        ("GET", "/api/uploads", none.clone(), ALL_200),
        ("GET", "/api/uploads/{upload}", none.clone(), OWNER_200),
        ("DELETE", "/api/uploads/{upload}", none.clone(), OWNER_204),
        ("POST", "/api/uploads/{upload}/parts", json!({"parts": [{"number": 1, "sha256": sha256}]}), OWNER_200),
        ("POST", "/api/uploads/{upload}/complete", whole, [409, 404, 404, 404]),
        ("GET", "/api/profile", none.clone(), ALL_200),
        ("PATCH", "/api/profile", json!({"bio": "hello"}), ALL_200),
        ("POST", "/api/profile/avatar", json!({"size": 9, "type": "image/png"}), [201; 4]),
        ("POST", "/api/profile/avatar/complete", json!({"id": "0".repeat(32)}), [409; 4]),
        ("GET", "/api/usage?person={owner}", none.clone(), [200, 403, 403, 200]),
        ("GET", "/api/collections", none.clone(), ALL_200),
        ("POST", "/api/collections", json!({"title": "x", "items": ["{media}"]}), [201, 422, 422, 422]),
        ("GET", "/api/collections/{collection}", none.clone(), OWNER_200),
        ("PATCH", "/api/collections/{collection}", json!({"title": "y"}), OWNER_200),
        ("DELETE", "/api/collections/{collection}", none.clone(), OWNER_204),
        ("GET", "/api/links", none.clone(), ALL_200),
        ("POST", "/api/links", json!({"target": {"media": "{media}"}}), [201, 422, 422, 422]),
        ("DELETE", "/api/links/{link}", none.clone(), OWNER_204),
        ("GET", "/api/webhooks", none.clone(), ALL_200),
        ("POST", "/api/webhooks", json!({"url": "https://example.com/hook"}), [201; 4]),
        ("GET", "/api/webhooks/{webhook}", none.clone(), OWNER_200),
        ("PATCH", "/api/webhooks/{webhook}", json!({"active": false}), OWNER_200),
        ("DELETE", "/api/webhooks/{webhook}", none.clone(), OWNER_204),
        ("GET", "/api/webhooks/{webhook}/deliveries", none.clone(), OWNER_200),
        ("POST", "/api/webhooks/{webhook}/test", none.clone(), [202, 404, 404, 404]),
        ("GET", "/api/licences", none.clone(), ALL_200),
        ("POST", "/api/licences", json!({"plan": "p", "quota": {"bytes": 1, "minutes": 1}}), [403, 403, 403, 201]),
        ("POST", "/api/licences/redeem", json!({"key": "{licence}"}), [200, 422, 422, 422]),
        ("POST", "/api/licences/{licence}/assign", json!({"person": "x"}), [403, 403, 403, 409]),
        ("POST", "/api/licences/{licence}/release", none.clone(), [403, 403, 403, 200]),
        ("DELETE", "/api/licences/{licence}", none.clone(), [403, 403, 403, 204]),
        ("GET", "/api/account/export", none.clone(), ALL_200),
        ("DELETE", "/api/account", json!({"confirm": "{name}"}), [204; 4]),
        ("GET", "/api/token", none.clone(), [404; 4]),
        ("GET", "/api/admin/failures", none.clone(), [403, 403, 403, 200]),
    ]
}

/// Routes that are not in the API's description.
fn beside_the_api() -> Vec<(&'static str, &'static str, Value, Wanted)> {
    let none = Value::Null;
    vec![
        ("GET", "/", none.clone(), ALL_200),
        ("GET", "/upload", none.clone(), ALL_200),
        ("GET", "/watch/{media}", none.clone(), OWNER_200),
        ("GET", "/watch?file={owner}/{media}/original", none.clone(), [302, 404, 404, 404]),
        ("GET", "/watch?file=media/{owner}/{media}/video.mp4", none.clone(), [302, 404, 404, 404]),
        ("GET", "/proxy/image?url=/media/{owner}/{media}/thumb.webp", none.clone(), [302, 404, 404, 404]),
        ("GET", "/api/openapi.json", none.clone(), ALL_200),
        ("GET", "/api/docs", none, ALL_200),
        ("POST", "/avatars/key_upload", json!({"size": 9, "type": "image/png"}), [201; 4]),
        ("POST", "/api/profile/update", json!({"bio": "hello"}), ALL_200),
    ]
}

/// Everything that the owner has.
struct Things {
    world: World,
    media: MediaId,
    upload: String,
    collection: String,
    link: LinkId,
    webhook: String,
    licence: String,
}

async fn things() -> Things {
    let world = World::new().await;
    let media = world.ready(ADA, MARK, Kind::Video).await;
    let body = json!({"name": format!("{MARK}.mov"), "size": 9 * 8 * 1024 * 1024}).to_string();
    let upload = world.post(ADA, "/api/uploads", Some(&body)).await.json();
    let catalog = &world.catalog;
    let collection = NewCollection { id: "c1".to_owned(), owner: ADA.to_owned(), title: MARK.to_owned() };
    catalog.add_collection(&collection, NOW).await.unwrap();
    let link = LinkId::of("the secret of a link");
    let target = LinkTarget::Media(media.clone());
    let (owner, expires_at) = (ADA.to_owned(), NOW + 60_000);
    let new = NewLink { id: link.clone(), target, owner, expires_at, view_limit: Some(2), passphrase_hash: None };
    catalog.add_link(&new, NOW).await.unwrap();
    let hook = WebhookChange {
        url: format!("https://{MARK}.example"),
        secret: "whsec_x".to_owned(),
        events: vec!["media.ready".to_owned()],
        active: true,
    };
    catalog.add_webhook("w1", ADA, &hook, NOW).await.unwrap();
    let licence = NewLicence {
        key: "AAAAA-BBBBB".to_owned(),
        plan: "small".to_owned(),
        quota: Amount { bytes: 1 << 40, minutes: 9 },
        expires_at: None,
        issued_by: "x".to_owned(),
    };
    catalog.issue_licence(&licence, NOW).await.unwrap();
    assert!(catalog.assign_licence(&licence.key, ADA, NOW).await.unwrap());
    let upload = upload["id"].as_str().unwrap().to_owned();
    Things { world, media, upload, collection: "c1".into(), link, webhook: "w1".into(), licence: licence.key }
}

impl Things {
    fn named(&self, text: &str, name: &str) -> String {
        let names = [
            ("{media}", self.media.as_str()),
            ("{upload}", &self.upload),
            ("{collection}", &self.collection),
            ("{link}", self.link.as_str()),
            ("{webhook}", &self.webhook),
            ("{licence}", &self.licence),
            ("{owner}", ADA),
            ("{name}", name),
        ];
        names.into_iter().fold(text.to_owned(), |text, (name, is)| text.replace(name, is))
    }

    async fn ask(&self, token: Option<&str>, method: &str, path: &str, body: &Value, name: &str) -> Answer {
        let path = self.named(path, name);
        let request = match body {
            Value::Null => request(method, &path, token, None),
            Value::String(_) => form(token, &path),
            body => request(method, &path, token, Some(&self.named(&body.to_string(), name))),
        };
        self.world.send(request).await
    }
}

/// A form with a picture in it.
fn form(token: Option<&str>, path: &str) -> Request<Body> {
    let head = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
    let body = [head.as_bytes(), JPEG, b"\r\n--b--\r\n"].concat();
    let mut request = request("POST", path, token, None);
    request.headers_mut().insert("content-type", HeaderValue::from_static("multipart/form-data; boundary=b"));
    *request.body_mut() = Body::from(body);
    request
}

#[tokio::test]
async fn nobody_but_the_owner_sees_or_touches_what_is_private() {
    for (method, path, body, wanted) in table().into_iter().chain(beside_the_api()) {
        for ((sub, name, groups), wanted) in PEOPLE.into_iter().zip(wanted) {
            let things = things().await;
            let token = access_in(sub, name, groups);
            let answer = things.ask(Some(&token), method, path, &body, name).await;
            assert_eq!(answer.status.as_u16(), wanted, "{method} {path} by {name}: {}", answer.body);
            if sub != ADA && path != "/api/licences" {
                let location = answer.header("location");
                for text in [MARK, things.media.as_str(), &things.upload] {
                    assert!(!answer.body.contains(text), "{method} {path} by {name} shows {text}: {}", answer.body);
                    assert!(!location.contains(text), "{method} {path} by {name}: {location}");
                }
                let row = things.world.media(&things.media).await;
                assert_eq!((row.title.as_str(), row.comment.as_str(), row.deleted_at), (MARK, "", None), "{path}");
            }
        }
        let things = things().await;
        let answer = things.ask(None, method, path, &body, "nobody").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} by a stranger: {}", answer.body);
    }
}

#[tokio::test]
async fn the_table_has_every_operation_of_the_description() {
    let world = World::new().await;
    let description = world.get(ADA, "/api/openapi.json").await.json();
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.push((method.to_uppercase(), path.clone()));
        }
    }
    described.retain(|(_, path)| path != "/s/open");
    described.sort();
    let generic = |path: &str| {
        let path = path.split('?').next().unwrap();
        let names = ["{media}", "{upload}", "{collection}", "{link}", "{webhook}", "{licence}"];
        names.into_iter().fold(path.to_owned(), |path, name| path.replace(name, "{id}"))
    };
    let mut tested: Vec<(String, String)> =
        table().into_iter().map(|(method, path, ..)| (method.to_owned(), generic(path))).collect();
    tested.sort();
    assert_eq!(tested, described);
}

#[tokio::test]
async fn what_is_shared_can_be_seen_and_not_changed() {
    let see = [
        ("GET", "/api/media/{media}", Value::Null, 200),
        ("GET", "/api/media/{media}/content", Value::Null, 302),
        ("POST", "/api/media/{media}/play", Value::Null, 201),
        ("PUT", "/api/media/{media}/position", json!({"seconds": 7}), 204),
        ("GET", "/watch/{media}", Value::Null, 200),
        ("GET", "/proxy/image?url=/media/{owner}/{media}/thumb.webp", Value::Null, 302),
        ("GET", "/api/media/{media}/content?rendition=original", Value::Null, 403),
        ("PATCH", "/api/media/{media}", json!({"title": "x"}), 403),
        ("DELETE", "/api/media/{media}", Value::Null, 403),
        ("POST", "/api/media/{media}/restore", Value::Null, 403),
        ("POST", "/api/links", json!({"target": {"media": "{media}"}}), 422),
        ("POST", "/api/collections", json!({"title": "x", "items": ["{media}"]}), 422),
    ];
    for (method, path, body, wanted) in see {
        for (visibility, seen_by) in [
            (Visibility::Groups(vec!["family".to_owned()]), [false, true, false]),
            (Visibility::Everyone, [true, true, true]),
        ] {
            for ((sub, name, groups), seen) in PEOPLE[1..].iter().copied().zip(seen_by) {
                let things = things().await;
                let change = MediaChange { visibility: Some(visibility.clone()), ..MediaChange::default() };
                things.world.catalog.describe(&things.media, 1, &change, NOW).await.unwrap();
                let answer = things.ask(Some(&access_in(sub, name, groups)), method, path, &body, name).await;
                let hidden = if wanted == 422 { 422 } else { 404 };
                let wanted = if seen { wanted } else { hidden };
                assert_eq!(answer.status.as_u16(), wanted, "{method} {path} by {name}: {}", answer.body);
                if seen && method == "GET" && path == "/api/media/{media}" {
                    let media = answer.json();
                    assert_eq!((&media["own"], &media["visibility"]), (&json!(false), &json!(null)));
                    assert!(media["thumb"].as_str().unwrap().starts_with("/p/"), "{media}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_shared_collection_opens_the_owners_titles_in_it_and_no_others() {
    let things = things().await;
    let (world, (bob, name, _)) = (&things.world, PEOPLE[1]);
    let outside = world.ready(ADA, "outside", Kind::Video).await;
    let bobs = world.ready(bob, "bobs", Kind::Video).await;
    let change = CollectionChange {
        items: Some(vec![things.media.clone(), bobs.clone()]),
        sharing: Some(Sharing { people: vec![bob.to_owned()], ..Sharing::default() }),
        ..CollectionChange::default()
    };
    world.catalog.change_collection("c1", 1, &change, NOW).await.unwrap();
    let collection = world.get(bob, "/api/collections/c1").await.json();
    let items: Vec<&str> =
        collection["items"].as_array().unwrap().iter().map(|m| m["title"].as_str().unwrap()).collect();
    assert_eq!((items, &collection["sharing"], &collection["item_ids"]), (vec![MARK], &json!(null), &json!(null)));
    let path = |id: &MediaId, rest: &str| format!("/api/media/{id}{rest}?collection=c1");
    assert_eq!(world.get(bob, &path(&things.media, "")).await.status, StatusCode::OK);
    assert_eq!(world.get(bob, &format!("/api/media/{}", things.media)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.post(bob, &path(&things.media, "/play"), None).await.status, StatusCode::CREATED);
    assert_eq!(world.get(bob, &path(&outside, "")).await.status, StatusCode::NOT_FOUND);
    for (sub, ..) in &PEOPLE[2..] {
        assert_eq!(world.get(sub, &path(&things.media, "")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get(sub, "/api/collections/c1").await.status, StatusCode::NOT_FOUND);
    }
    let (token, title) = (access_in(bob, name, &[]), json!({"title": "x"}));
    let patched = things.ask(Some(&token), "PATCH", "/api/collections/c1", &title, name).await;
    assert_eq!(patched.status, StatusCode::FORBIDDEN);
}
