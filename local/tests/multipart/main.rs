//! Multipart uploads by the AWS SDK, on our stand-in and on moto. Where moto is laxer than S3, the check says so and asks
//! our stand-in alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod checksums;
mod ending;
#[path = "../../../catalog/tests/conformance/moto_server.rs"]
mod moto;
mod parts;
mod presigned;
mod stores;

/// Runs each check of each module against a fresh bucket of each store.
macro_rules! conformance {
    ($($module:ident: [$($check:ident),+ $(,)?]),+ $(,)?) => {
        mod stagedoor {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $check() {
                    crate::$module::$check(&crate::stores::ours().await).await;
                })+
            })+
        }
        mod moto_s3 {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $check() {
                    crate::$module::$check(&crate::stores::moto().await).await;
                })+
            })+
        }
    };
}

conformance!(
    parts: [
        parts_are_listed_in_order_with_what_identifies_them,
        a_list_comes_in_pages,
        a_part_sent_again_takes_the_place_of_the_first,
        numbers_have_bounds,
        parts_are_copied_from_an_object,
        uploads_under_way_are_listed,
    ],
    ending: [
        parts_become_the_object_that_was_described,
        only_parts_that_are_there_are_taken,
        parts_come_in_order,
        all_parts_but_the_last_are_large,
        what_is_over_is_no_upload,
        an_upload_is_of_one_key,
        an_object_may_be_protected_from_replacement,
    ],
    checksums: [
        a_part_of_other_bytes_is_refused,
        parts_bring_the_uploads_algorithm,
        completion_names_each_parts_checksum,
        the_whole_objects_crc_is_checked,
        kinds_that_cannot_be_are_refused,
    ],
    presigned: [a_presigned_part_takes_the_signed_bytes_alone],
);
