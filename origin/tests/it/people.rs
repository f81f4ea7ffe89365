//! People and groups, for administrators.

use http::StatusCode;
use serde_json::{Value, json};

use crate::pool::Pool;
use crate::tokens::{access, access_in};
use crate::world::{ADA, Answer, World, request};

async fn world() -> (World, Pool) {
    let pool = Pool::default();
    (World::with_pages(pool.serve().await).await, pool)
}

async fn as_admin(world: &World, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let token = access_in(ADA, "ada", &["admins"]);
    world.send(request(method, path, Some(&token), body.map(Value::to_string).as_deref())).await
}

fn user(name: &str, status: &str) -> Value {
    json!({"Username": name, "Enabled": true, "UserStatus": status, "UserCreateDate": 1_772_841_600,
        "Attributes": [{"Name": "sub", "Value": format!("sub-{name}")}, {"Name": "email", "Value": format!("{name}@example.com")}]})
}

#[tokio::test]
async fn nobody_but_an_administrator_reaches_the_pool() {
    let (world, pool) = world().await;
    let all = [
        ("GET", "/api/admin/people", None),
        ("POST", "/api/admin/people", Some(json!({"email": "a@example.com"}))),
        ("POST", "/api/admin/people/bob/enable", None),
        ("POST", "/api/admin/people/bob/disable", None),
        ("POST", "/api/admin/people/bob/resend", None),
        ("DELETE", "/api/admin/people/bob", None),
        ("PUT", "/api/admin/people/bob/groups/friends", None),
        ("DELETE", "/api/admin/people/bob/groups/friends", None),
        ("GET", "/api/admin/groups", None),
        ("POST", "/api/admin/groups", Some(json!({"name": "x"}))),
        ("GET", "/admin", None),
        ("GET", "/admin/groups", None),
        ("GET", "/admin/failures", None),
    ];
    for (method, path, body) in all {
        for token in [access(ADA, "ada"), access_in(ADA, "ada", &["Admins", "friends"])] {
            let body = body.as_ref().map(Value::to_string);
            let answer = world.send(request(method, path, Some(&token), body.as_deref())).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
            if path.starts_with("/api") {
                assert_eq!(answer.json()["reason"], "not_permitted");
            }
        }
        let stranger = world.send(request(method, path, None, None)).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    assert_eq!(pool.asked(), []);
}

#[tokio::test]
async fn people_are_listed_with_their_groups() {
    let (world, pool) = world().await;
    pool.answers("ListUsers", json!({"Users": [user("bob", "CONFIRMED")], "PaginationToken": "more"}));
    pool.answers("AdminListGroupsForUser", json!({"Groups": [{"GroupName": "friends"}]}));
    let list = as_admin(&world, "GET", "/api/admin/people", None).await.json();
    let expected = json!({"items": [{"sub": "sub-bob", "username": "bob", "email": "bob@example.com", "name": null,
        "enabled": true, "status": "CONFIRMED", "groups": ["friends"], "created_at": "2026-03-07T00:00:00Z"}], "next": "e:more"});
    assert_eq!(list, expected);
    assert_eq!(pool.asked()[0].1.get("Filter"), None);
    // A search goes by address first, and by name where no address begins so; the cursor stays with what it came of.
    pool.answers("ListUsers", json!({"Users": []}));
    pool.answers("ListUsers", json!({"Users": [], "PaginationToken": "t"}));
    let list = as_admin(&world, "GET", "/api/admin/people?search=a%22b", None).await.json();
    assert_eq!(list["next"], "n:t");
    let asked = pool.asked();
    assert_eq!(
        (&asked[0].1["Filter"], &asked[1].1["Filter"]),
        (&json!("email ^= \"a\\\"b\""), &json!("name ^= \"a\\\"b\""))
    );
    pool.answers("ListUsers", json!({"Users": []}));
    as_admin(&world, "GET", "/api/admin/people?search=a&cursor=n:t", None).await;
    let asked = pool.asked();
    assert_eq!((&asked[0].1["Filter"], &asked[0].1["PaginationToken"]), (&json!("name ^= \"a\""), &json!("t")));
    let bad = as_admin(&world, "GET", "/api/admin/people?cursor=nonsense", None).await;
    assert_eq!((bad.status, &bad.json()["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("cursor")));
}

#[tokio::test]
async fn somebody_is_invited() {
    let (world, pool) = world().await;
    pool.answers("ListGroups", json!({"Groups": [{"GroupName": "friends"}]}));
    pool.answers("AdminCreateUser", json!({"User": user("grace", "FORCE_CHANGE_PASSWORD")}));
    pool.answers("AdminAddUserToGroup", json!({}));
    let body = json!({"email": "grace@example.com", "name": "Grace", "groups": ["friends"]});
    let made = as_admin(&world, "POST", "/api/admin/people", Some(&body)).await;
    assert_eq!((made.status, &made.json()["groups"]), (StatusCode::CREATED, &json!(["friends"])));
    let asked = pool.asked();
    assert_eq!(asked[1].1["DesiredDeliveryMediums"], json!(["EMAIL"]));
    assert!(asked[1].1.get("TemporaryPassword").is_none() && asked[1].1.get("MessageAction").is_none());

    pool.answers("ListGroups", json!({"Groups": []}));
    let unknown = as_admin(&world, "POST", "/api/admin/people", Some(&body)).await;
    assert_eq!((unknown.status, &unknown.json()["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("groups")));
    for email in ["", "grace", "grace@", "gr ace@example.com", "@example.com"] {
        let refused = as_admin(&world, "POST", "/api/admin/people", Some(&json!({"email": email}))).await;
        assert_eq!(
            (refused.status, &refused.json()["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("email")),
            "{email}"
        );
    }
    pool.refuses("AdminCreateUser", "UsernameExistsException", "x");
    let twice = as_admin(&world, "POST", "/api/admin/people", Some(&json!({"email": "a@b.example"}))).await;
    assert_eq!((twice.status, &twice.json()["reason"]), (StatusCode::CONFLICT, &json!("exists")));
    pool.refuses("AdminCreateUser", "UnsupportedUserStateException", "x");
    let again = as_admin(&world, "POST", "/api/admin/people/bob/resend", None).await;
    assert_eq!((again.status, &again.json()["reason"]), (StatusCode::CONFLICT, &json!("wrong_state")));
    pool.asked();
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    let (world, pool) = world().await;
    let mut own = user("ada", "CONFIRMED");
    own["UserAttributes"] = json!([{"Name": "sub", "Value": ADA}]);
    for (method, path) in [
        ("POST", "/api/admin/people/ada%40example.com/disable"),
        ("DELETE", "/api/admin/people/ada%40example.com"),
        ("DELETE", "/api/admin/people/ada%40example.com/groups/admins"),
    ] {
        pool.answers("AdminGetUser", own.clone()).answers("AdminListGroupsForUser", json!({"Groups": []}));
        let refused = as_admin(&world, method, path, None).await;
        assert_eq!(
            (refused.status, &refused.json()["reason"]),
            (StatusCode::CONFLICT, &json!("own_account")),
            "{path}"
        );
        assert_eq!(pool.asked()[0].1["Username"], "ada@example.com");
    }
    pool.answers("AdminGetUser", user("bob", "CONFIRMED")).answers("AdminListGroupsForUser", json!({"Groups": []}));
    pool.answers("AdminDisableUser", json!({}));
    assert_eq!(as_admin(&world, "POST", "/api/admin/people/bob/disable", None).await.status, StatusCode::NO_CONTENT);
    pool.answers("AdminRemoveUserFromGroup", json!({}));
    let left = as_admin(&world, "DELETE", "/api/admin/people/ada/groups/friends", None).await;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    pool.refuses("AdminEnableUser", "UserNotFoundException", "x");
    assert_eq!(as_admin(&world, "POST", "/api/admin/people/eve/enable", None).await.status, StatusCode::NOT_FOUND);
    pool.refuses("AdminEnableUser", "InternalErrorException", "x");
    let failed = as_admin(&world, "POST", "/api/admin/people/eve/enable", None).await;
    assert_eq!(failed.json()["reason"], "identity_unavailable");
    pool.asked();
}

#[tokio::test]
async fn groups_are_made_and_listed() {
    let (world, pool) = world().await;
    pool.answers("ListGroups", json!({"Groups": [{"GroupName": "a", "Description": "first"}], "NextToken": "n"}));
    pool.answers("ListGroups", json!({"Groups": [{"GroupName": "b"}]}));
    let list = as_admin(&world, "GET", "/api/admin/groups", None).await.json();
    assert_eq!(list, json!({"items": [{"name": "a", "description": "first"}, {"name": "b", "description": null}]}));
    pool.answers("CreateGroup", json!({"Group": {"GroupName": "c"}}));
    let made = as_admin(&world, "POST", "/api/admin/groups", Some(&json!({"name": "c"}))).await;
    assert_eq!((made.status, made.json()), (StatusCode::CREATED, json!({"name": "c", "description": null})));
    pool.asked();
    for name in ["", "a b", "a/b"] {
        let refused = as_admin(&world, "POST", "/api/admin/groups", Some(&json!({"name": name}))).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
}

#[tokio::test]
async fn the_pages_show_people_groups_and_failures() {
    let (world, pool) = world().await;
    pool.answers("ListUsers", json!({"Users": [user("grace", "FORCE_CHANGE_PASSWORD")], "PaginationToken": "more"}));
    // The page asks for both at the same time.
    pool.answers("ListGroups", json!({"Groups": [{"GroupName": "friends"}]}));
    pool.answers("AdminListGroupsForUser", json!({"Groups": []}));
    let page = as_admin(&world, "GET", "/admin?search=gr", None).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for part in [
        "grace@example.com",
        "Invited",
        "/api/admin/people/grace/resend",
        "/admin?search=gr&#38;cursor=e%3Amore",
        "usage?person=sub-grace",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let secret = "A holiday of mine";
    let id = world.failed(crate::world::BOB, secret, "This is a PDF.").await;
    let page = as_admin(&world, "GET", "/admin/failures", None).await;
    assert!(page.body.contains("This is a PDF.") && page.body.contains(&format!("/api/media/{id}/retry")));
    assert!(!page.body.contains(secret), "a title is its owner's alone");
}
