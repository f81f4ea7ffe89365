use aws_sdk_s3::types::Part;

use crate::stores::{PART, Store, code, sha256};

pub async fn parts_are_listed_in_order_with_what_identifies_them(s: &Store) {
    let upload = s.begin("in/film.mp4").await;
    let mut tags = Vec::new();
    for number in [10, 2, 1, 300] {
        let body = format!("part {number}");
        tags.push((number, upload.send(number, body.as_bytes()).await.e_tag.unwrap()));
    }
    tags.sort_unstable();
    let list = s.client.list_parts().bucket(&s.bucket).key("in/film.mp4").upload_id(&upload.id).send().await.unwrap();
    let listed: Vec<_> =
        list.parts().iter().map(|p| (p.part_number().unwrap(), p.e_tag().unwrap().to_owned())).collect();
    assert_eq!(listed, tags);
    assert_eq!(list.parts()[1].size(), Some(6));
    assert!(list.parts()[0].last_modified().is_some());
    assert_eq!(list.is_truncated(), Some(false));
    // moto's list has no checksums.
    let checksum = (!s.lax).then(|| sha256(b"part 10"));
    assert_eq!(list.parts()[2].checksum_sha256().map(str::to_owned), checksum);
}

pub async fn a_list_comes_in_pages(s: &Store) {
    let upload = s.begin("in/film.mp4").await;
    for number in [5, 7, 9] {
        upload.send(number, b"part").await;
    }
    let list = || s.client.list_parts().bucket(&s.bucket).key("in/film.mp4").upload_id(&upload.id);
    let first = list().max_parts(2).send().await.unwrap();
    let numbers: Vec<_> = first.parts().iter().filter_map(Part::part_number).collect();
    assert_eq!(numbers, [5, 7]);
    if s.lax {
        // moto takes a marker for a count of parts rather than a part's number.
        return;
    }
    assert_eq!((first.is_truncated(), first.next_part_number_marker()), (Some(true), Some("7")));
    let second = list().max_parts(2).part_number_marker("7").send().await.unwrap();
    let numbers: Vec<_> = second.parts().iter().filter_map(Part::part_number).collect();
    assert_eq!((numbers, second.is_truncated()), (vec![9], Some(false)));
}

pub async fn a_part_sent_again_takes_the_place_of_the_first(s: &Store) {
    let upload = s.begin("a").await;
    let first = upload.send(1, b"first").await;
    let second = upload.send(1, b"second").await;
    assert_eq!(upload.numbers().await, [1]);
    assert_eq!(upload.refused(vec![first]).await, "InvalidPart");
    upload.complete(vec![second]).send().await.unwrap();
    assert_eq!(s.bytes("a").await, b"second");
}

pub async fn numbers_have_bounds(s: &Store) {
    let upload = s.begin_plain("a").await;
    upload.send_plain(10_000, b"the last").await;
    let over = upload.part(10_001, b"x").send().await.unwrap_err();
    assert_eq!(code(&over), "InvalidArgument");
    let under = upload.part(0, b"x").send().await.unwrap_err();
    // moto says that there is no such upload.
    assert_eq!(code(&under), if s.lax { "NoSuchUpload" } else { "InvalidArgument" });
    assert_eq!(upload.numbers().await, [10_000]);
}

pub async fn parts_are_copied_from_an_object(s: &Store) {
    let body: Vec<u8> = (0..PART + 10).map(|n| u8::try_from(n % 251).unwrap()).collect();
    let put = s.client.put_object().bucket(&s.bucket).key("the film.mp4");
    let etag = put.body(body.clone().into()).send().await.unwrap().e_tag.unwrap();
    let upload = s.begin_plain("copy").await;
    let copy = |number, range: &str| {
        let copy = s.client.upload_part_copy().bucket(&s.bucket).key("copy").upload_id(&upload.id).part_number(number);
        copy.copy_source(format!("{}/the%20film.mp4", s.bucket)).copy_source_range(range)
    };
    let mut parts = vec![upload.send_plain(1, &vec![b'x'; PART]).await];
    for (number, range) in [(2, format!("bytes=3-{}", PART + 2)), (3, "bytes=0-2".to_owned())] {
        let copied = copy(number, &range).copy_source_if_match(&etag).send().await.unwrap();
        let etag = copied.copy_part_result().unwrap().e_tag().unwrap();
        parts.push(crate::stores::completed(number, etag).build());
    }
    let beyond = copy(4, &format!("bytes=0-{}", PART + 10)).send().await;
    let other = copy(4, "bytes=0-2").copy_source_if_match("\"00000000000000000000000000000000\"").send().await;
    if !s.lax {
        // moto takes what there is of a range, and looks at no condition.
        assert_eq!(code(&beyond.unwrap_err()), "InvalidRange");
        assert_eq!(code(&other.unwrap_err()), "PreconditionFailed");
    }
    upload.complete(parts).send().await.unwrap();
    let expected = [vec![b'x'; PART], body[3..PART + 3].to_vec(), body[0..3].to_vec()].concat();
    assert_eq!(s.bytes("copy").await, expected);
}

pub async fn uploads_under_way_are_listed(s: &Store) {
    let (b, a) = (s.begin("in/b").await, s.begin("in/a").await);
    let over = s.begin("in/c").await;
    s.client.abort_multipart_upload().bucket(&s.bucket).key("in/c").upload_id(&over.id).send().await.unwrap();
    let list = s.client.list_multipart_uploads().bucket(&s.bucket).prefix("in/").send().await.unwrap();
    let mut found: Vec<_> = list.uploads().iter().map(|u| (u.key().unwrap(), u.upload_id().unwrap())).collect();
    if s.lax {
        // moto lists them as they began.
        found.sort_unstable();
    }
    assert_eq!(found, [("in/a", &*a.id), ("in/b", &*b.id)]);
    let none = s.client.list_multipart_uploads().bucket(&s.bucket).prefix("out/").send().await.unwrap();
    assert!(none.uploads().is_empty());
}
