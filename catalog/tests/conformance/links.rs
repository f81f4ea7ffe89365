use catalog::{Link, LinkId, LinkRefusal, LinkTarget, NewLink, Opening};

use crate::media::id;
use crate::stores::{Pair, count};

fn link(secret: &str, view_limit: Option<u64>) -> NewLink {
    NewLink {
        id: LinkId::of(secret),
        target: LinkTarget::Media(id("m")),
        owner: "ada".to_owned(),
        expires_at: 1_000,
        view_limit,
        passphrase_hash: None,
    }
}

fn opened(opening: Opening) -> Link {
    match opening {
        Opening::Opened(link) => link,
        Opening::Refused(refusal) => panic!("{refusal:?}"),
    }
}

pub async fn a_link_opens_as_often_as_it_may(p: &Pair) {
    assert!(p.ours.add_link(&link("s", Some(2)), 5).await.unwrap());
    assert!(!p.ours.add_link(&link("s", None), 6).await.unwrap());
    assert_eq!(opened(p.ours.open_link(&LinkId::of("s"), 7).await.unwrap()).views, 1);
    assert_eq!(opened(p.theirs.open_link(&LinkId::of("s"), 8).await.unwrap()).views, 2);
    assert_eq!(p.ours.open_link(&LinkId::of("s"), 9).await.unwrap(), Opening::Refused(LinkRefusal::UsedUp));
    assert_eq!(p.ours.link(&LinkId::of("s")).await.unwrap().unwrap().views, 2);
    assert_eq!(p.ours.open_link(&LinkId::of("t"), 9).await.unwrap(), Opening::Refused(LinkRefusal::Missing));

    let target = LinkTarget::Collection("c".to_owned());
    let free = NewLink { target: target.clone(), passphrase_hash: Some("$h".to_owned()), ..link("free", None) };
    assert!(p.ours.add_link(&free, 5).await.unwrap());
    for views in 1..=3 {
        let link = opened(p.ours.open_link(&LinkId::of("free"), 9).await.unwrap());
        assert_eq!((link.views, &link.target, link.passphrase_hash.as_deref()), (views, &target, Some("$h")));
    }
    assert!(p.ours.add_link(&link("none", Some(0)), 5).await.unwrap());
    assert_eq!(p.ours.open_link(&LinkId::of("none"), 9).await.unwrap(), Opening::Refused(LinkRefusal::UsedUp));
}

pub async fn the_last_view_goes_to_one(p: &Pair) {
    for round in 0..4 {
        let secret = format!("s{round}");
        p.ours.add_link(&link(&secret, Some(3)), 1).await.unwrap();
        let answers = p
            .race(8, |_, store| {
                let id = LinkId::of(&secret);
                async move { matches!(store.open_link(&id, 2).await.unwrap(), Opening::Opened(_)) }
            })
            .await;
        assert_eq!(count(&answers, &true), 3);
        assert_eq!(p.ours.link(&LinkId::of(&secret)).await.unwrap().unwrap().views, 3);
    }
}

pub async fn a_link_ends_by_time_and_by_its_owner(p: &Pair) {
    p.ours.add_link(&link("s", None), 1).await.unwrap();
    let s = LinkId::of("s");
    opened(p.ours.open_link(&s, 999).await.unwrap());
    assert_eq!(p.ours.open_link(&s, 1_000).await.unwrap(), Opening::Refused(LinkRefusal::Expired));
    assert!(!p.ours.revoke_link(&s, "bob", 5).await.unwrap());
    assert!(!p.ours.revoke_link(&LinkId::of("t"), "ada", 5).await.unwrap());
    assert!(p.ours.revoke_link(&s, "ada", 5).await.unwrap());
    assert!(!p.ours.revoke_link(&s, "ada", 6).await.unwrap());
    assert_eq!(p.ours.open_link(&s, 7).await.unwrap(), Opening::Refused(LinkRefusal::Revoked));
    let row = p.ours.link(&s).await.unwrap().unwrap();
    assert_eq!((row.revoked_at, row.views, row.created_at), (Some(5), 1, 1));
}

pub async fn only_the_hash_is_kept(p: &Pair) {
    p.ours.add_link(&link("very secret", None), 1).await.unwrap();
    let row = p.ours.link(&LinkId::of("very secret")).await.unwrap().unwrap();
    assert!(!serde_json::to_string(&row).unwrap().contains("very secret"));
    // printf '%s' 'very secret' | sha256sum
    assert_eq!(row.id.as_str(), "546bb0a05a36cf112fbc47938f3d554e4d339a2ef033948e40a66ebe63a35a77");
}

pub async fn links_come_in_pages(p: &Pair) {
    for n in 0..5 {
        p.ours.add_link(&link(&format!("s{n}"), None), n).await.unwrap();
    }
    p.ours.add_link(&NewLink { owner: "bob".to_owned(), ..link("bobs", None) }, 9).await.unwrap();
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let page = p.ours.links_of("ada", cursor.as_deref(), 2).await.unwrap();
        ids.extend(page.items.into_iter().map(|l| l.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        assert!(ids.len() < 9, "{ids:?}");
    }
    assert_eq!(ids, ["s4", "s3", "s2", "s1", "s0"].map(LinkId::of));
}
