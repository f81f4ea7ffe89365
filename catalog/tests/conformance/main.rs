//! One suite that every store behind [`catalog::Catalog`] has to pass, driven through the trait alone: SQLite, and
//! DynamoDB as moto plays it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod collections;
mod dynamodb_only;
mod licences;
mod links;
mod media;
mod media_shared;
mod moto;
mod moto_server;
mod once;
mod people;
mod progress;
mod stores;
mod uploads;
mod usage;
mod watch;
mod webhooks;

/// Runs each check of each module against a fresh pair of handles of each store.
macro_rules! conformance {
    ($($module:ident: [$($check:ident),+ $(,)?]),+ $(,)?) => {
        mod sqlite {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $check() {
                    crate::$module::$check(&crate::stores::sqlite().await).await;
                })+
            })+
        }
        mod dynamodb {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $check() {
                    crate::$module::$check(&crate::stores::dynamodb().await).await;
                })+
            })+
        }
    };
}

conformance!(
    media: [
        a_row_comes_back_as_it_was_written,
        a_second_insert_changes_nothing,
        an_unknown_id_is_no_error,
        every_step_forward_is_taken_once,
        nothing_moves_backward,
        later_renditions_are_added_once,
        an_upload_may_fail_before_it_is_processed,
        processing_may_be_taken_up_again,
        ready_keeps_every_field,
        failed_keeps_its_reason,
        what_failed_may_be_tried_again,
        pages_cover_every_row_once,
        pages_hold_rows_of_one_instant_apart,
        pages_stay_whole_while_rows_arrive,
        a_page_that_just_fits_is_the_last,
        a_foreign_cursor_finds_nothing_of_others,
        in_status_finds_the_oldest_first,
        both_handles_see_one_store,
        one_of_many_finishers_wins,
        text_survives_as_it_is,
    ],
    media_shared: [
        a_change_needs_the_rows_version,
        of_two_changes_at_once_one_is_made,
        a_processor_does_not_come_between,
        what_does_not_fit_is_refused_by_name,
        a_person_sees_what_is_theirs_shared_or_everyones,
        sharing_less_hides_it_again,
        filters_hold_together,
        searches_know_no_case,
        filtered_pages_cover_every_row_once,
        a_cursor_is_no_right,
        deleted_is_gone_from_lists_and_can_be_restored,
        what_cannot_be_restored_can_be_purged,
        processing_goes_on_behind_a_deletion,
    ],
    progress: [
        how_far_a_processor_is_comes_back,
        progress_only_goes_on,
        progress_is_said_while_processing_alone,
        progress_ends_with_its_processing,
        of_many_deliveries_the_furthest_stays,
    ],
    uploads: [
        an_upload_comes_back_as_it_began,
        an_expired_upload_is_none,
        an_upload_is_ended_once,
        expired_ones_are_told_oldest_first,
    ],
    people: [
        a_person_comes_back_as_written,
        of_two_changes_of_a_person_one_is_made,
        what_a_person_may_not_write,
        all_that_is_kept_is_exported_and_deleted,
    ],
    licences: [
        a_licence_goes_from_hand_to_hand,
        of_two_takers_one_gets_it,
        what_is_not_valid_is_not_assigned,
        licences_are_listed_newest_first,
    ],
    usage: [
        months_add_up,
        the_quota_holds_exactly,
        the_quota_holds_under_a_crowd,
        no_more_is_released_than_is_stored,
        additions_at_once_are_all_counted,
    ],
    collections: [
        a_collection_keeps_its_order,
        of_two_orders_one_is_kept,
        a_collection_is_seen_by_whom_it_is_shared_with,
        a_collection_goes_for_all,
        collections_come_in_pages,
    ],
    links: [
        a_link_opens_as_often_as_it_may,
        the_last_view_goes_to_one,
        a_link_ends_by_time_and_by_its_owner,
        only_the_hash_is_kept,
        links_come_in_pages,
    ],
    watch: [the_later_position_stays, positions_come_newest_first],
    webhooks: [
        a_webhook_is_changed_by_version,
        an_attempt_is_made_once,
        due_deliveries_come_longest_due_first,
        the_log_is_bounded,
        deliveries_go_with_their_webhook,
    ],
    once: [
        the_second_caller_is_told,
        an_answer_is_kept_for_a_day,
        a_dead_caller_does_not_bar_its_key,
        of_many_callers_one_begins,
        keys_are_a_persons_own,
    ],
);
