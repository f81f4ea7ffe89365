//! What administrators do.

use crate::identity_support::WEB;
use crate::{PASSWORD, access_token, attribute, named, pool_with_ada, refused, sign_in};
use aws_sdk_cognitoidentityprovider::Client as Sdk;
use aws_sdk_cognitoidentityprovider::types::{
    ChallengeNameType, DeliveryMediumType, MessageActionType, UserStatusType,
};
use local::identity::{POOL_ID, PoolRules};

async fn invite(sdk: &Sdk, email: &str, action: Option<MessageActionType>) -> crate::Outcome<()> {
    let request = sdk.admin_create_user().user_pool_id(POOL_ID).username(email).set_message_action(action);
    let request =
        request.user_attributes(attribute("email", email)).desired_delivery_mediums(DeliveryMediumType::Email);
    request.send().await.map(drop).map_err(named)
}

#[tokio::test]
async fn an_invitation_lies_in_the_mailbox_and_can_be_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    invite(&sdk, "grace@example.com", None).await.unwrap();
    let first = pool.code_for("grace@example.com").await;
    invite(&sdk, "grace@example.com", Some(MessageActionType::Resend)).await.unwrap();
    let second = pool.code_for("grace@example.com").await;
    assert_ne!(first, second);
    assert_eq!(refused(sign_in(&sdk, "grace@example.com", &first).await), "NotAuthorizedException");
    let asked = sign_in(&sdk, "grace@example.com", &second).await.unwrap();
    assert_eq!(asked.challenge_name, Some(ChallengeNameType::NewPasswordRequired));
    assert_eq!(refused(invite(&sdk, "ada", Some(MessageActionType::Resend)).await), "UnsupportedUserStateException");
    let page = crate::identity_support::browser::Browser::new(&pool.url).get("/mailbox").await;
    assert!(page.body.contains(&second) && page.header("content-security-policy").contains("default-src 'none'"));
}

#[tokio::test]
async fn a_page_of_another_host_does_not_read_the_mailbox() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, _) = pool_with_ada(&dir, PoolRules::default()).await;
    let other = pool.url.replace("127.0.0.1", "localhost");
    for path in ["/mailbox", "/mailbox.json"] {
        let page = crate::identity_support::browser::Browser::new(&other).get(path).await;
        assert_eq!(page.status, 421, "{path}");
    }
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (_pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let result = sign_in(&sdk, "ada", PASSWORD).await.unwrap().authentication_result.unwrap();
    sdk.admin_disable_user().user_pool_id(POOL_ID).username("ada").send().await.unwrap();
    assert_eq!(sign_in(&sdk, "ada", PASSWORD).await.unwrap_err().1, "User is disabled.");
    assert_eq!(sign_in(&sdk, "ada", "wrong").await.unwrap_err().1, "Incorrect username or password.");
    let renew = sdk.get_tokens_from_refresh_token().client_id(WEB).refresh_token(result.refresh_token().unwrap());
    assert_eq!(refused(renew.send().await.map_err(named)), "NotAuthorizedException");
    let user = sdk.admin_get_user().user_pool_id(POOL_ID).username("ada").send().await.unwrap();
    assert!(!user.enabled);
    sdk.admin_enable_user().user_pool_id(POOL_ID).username("ada").send().await.unwrap();
    sign_in(&sdk, "ada", PASSWORD).await.unwrap();
    let unknown = sdk.admin_disable_user().user_pool_id(POOL_ID).username("eve").send().await.map_err(named);
    assert_eq!(refused(unknown), "UserNotFoundException");
}

#[tokio::test]
async fn whoever_is_deleted_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    let access = access_token(&sdk, "ada", PASSWORD).await;
    let delete = || sdk.admin_delete_user().user_pool_id(POOL_ID).username("ada").send();
    delete().await.unwrap();
    assert_eq!(refused(delete().await.map_err(named)), "UserNotFoundException");
    assert_eq!(refused(sign_in(&sdk, "ada", PASSWORD).await), "NotAuthorizedException");
    assert_eq!(refused(sdk.get_user().access_token(access).send().await.map_err(named)), "NotAuthorizedException");
    assert!(pool.identity.ensure_user("ada", "ada@example.com", PASSWORD).unwrap());
}

#[tokio::test]
async fn groups_are_listed_both_ways_and_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    pool.identity.ensure_user("bob", "bob@example.com", PASSWORD).unwrap();
    for group in ["admins", "friends", "family"] {
        sdk.create_group().user_pool_id(POOL_ID).group_name(group).description("of ours").send().await.unwrap();
    }
    let member = |user: &str, group: &str| {
        sdk.admin_add_user_to_group().user_pool_id(POOL_ID).username(user).group_name(group).send()
    };
    for (user, group) in [("ada", "admins"), ("ada", "friends"), ("bob", "friends")] {
        member(user, group).await.unwrap();
    }
    let pages = sdk.list_groups().user_pool_id(POOL_ID).limit(2).into_paginator().items().send();
    let groups: Vec<_> = pages.try_collect().await.unwrap();
    let names: Vec<_> = groups.iter().map(|group| group.group_name().unwrap()).collect();
    assert_eq!((names, groups[0].description()), (vec!["admins", "family", "friends"], Some("of ours")));
    let users = sdk.list_users_in_group().user_pool_id(POOL_ID).group_name("friends").limit(1).into_paginator();
    let users: Vec<_> = users.items().send().try_collect().await.unwrap();
    assert_eq!(users.iter().map(|user| user.username().unwrap()).collect::<Vec<_>>(), ["ada", "bob"]);
    let leave = sdk.admin_remove_user_from_group().user_pool_id(POOL_ID).username("ada").group_name("friends");
    leave.send().await.unwrap();
    let of_ada = sdk.admin_list_groups_for_user().user_pool_id(POOL_ID).username("ada").send().await.unwrap();
    assert_eq!(of_ada.groups().iter().map(|group| group.group_name().unwrap()).collect::<Vec<_>>(), ["admins"]);
    let missing = sdk.list_users_in_group().user_pool_id(POOL_ID).group_name("none").send().await.map_err(named);
    assert_eq!(refused(missing), "ResourceNotFoundException");
}

#[tokio::test]
async fn users_are_found_by_a_filter() {
    let dir = tempfile::tempdir().unwrap();
    let (pool, sdk) = pool_with_ada(&dir, PoolRules::default()).await;
    for name in ["adam", "bob"] {
        pool.identity.ensure_user(name, &format!("{name}@example.com"), PASSWORD).unwrap();
    }
    invite(&sdk, "grace@example.com", None).await.unwrap();
    sdk.admin_disable_user().user_pool_id(POOL_ID).username("bob").send().await.unwrap();
    let by_sub = format!("sub = \"{}\"", pool.identity.subject_of("bob").unwrap());
    let cases = [
        ("email ^= \"ada\"", vec!["ada", "adam"]),
        ("\"email\" = \"ada@example.com\"", vec!["ada"]),
        ("status = \"Disabled\"", vec!["bob"]),
        (by_sub.as_str(), vec!["bob"]),
        ("cognito:user_status = \"force_change_password\"", vec!["grace@example.com"]),
        ("name = \"nobody\"", vec![]),
        ("", vec!["ada", "adam", "bob", "grace@example.com"]),
    ];
    for (filter, expected) in cases {
        let users = sdk.list_users().user_pool_id(POOL_ID).filter(filter).limit(1).into_paginator().items().send();
        let users: Vec<_> = users.try_collect().await.unwrap();
        assert_eq!(users.iter().map(|user| user.username().unwrap()).collect::<Vec<_>>(), expected, "{filter}");
    }
    let users = sdk.list_users().user_pool_id(POOL_ID).filter("invited = \"GRACE\"").send().await.map_err(named);
    assert_eq!(refused(users), "InvalidParameterException");
    let pending = sdk.list_users().user_pool_id(POOL_ID).filter("email = \"grace@example.com\"").send().await.unwrap();
    assert_eq!(pending.users()[0].user_status, Some(UserStatusType::ForceChangePassword));
}
