"""The stories of test_sync.py once more, to a real Label Studio and through the same misbehaving proxy."""

import os
import socket
from collections.abc import Iterator

import pytest

from annotation.local import environment_folder, installed, serving
from tests.fake_studio import Books
from tests.test_sync import (  # noqa: F401  # collected here too, with the server below
    Server,
    project,
    studio,
    test_a_config_that_was_changed_by_hand_is_refused_by_name,
    test_a_lost_page_never_makes_a_short_list_look_whole,
    test_a_project_is_made_once_though_the_answer_was_lost,
    test_a_project_that_is_as_it_should_be_is_left_alone,
    test_a_project_that_was_deleted_is_said_to_be,
    test_a_push_that_was_killed_is_done_again,
    test_a_second_push_sends_nothing_and_the_order_is_kept,
    test_a_server_that_leaves_in_the_middle_is_given_up_and_the_rest_follows_later,
    test_a_thousand_tasks_through_a_line_that_fails_at_most_requests,
    test_a_token_that_is_wrong_and_a_server_that_is_none_are_told_apart,
    test_deleted_tasks_come_back_and_ids_given_out_again_do_no_harm,
    test_of_duplicates_those_without_judgements_go_and_all_judgements_count,
    test_one_fault_at_each_request_in_turn_leaves_every_task_there_once,
    test_others_may_push_too,
    test_progress_counts_judgements_by_annotator,
    test_pull_follows_edits_skips_and_deletions,
    test_the_same_config_is_the_same_project_and_another_is_another,
    test_the_servers_own_complaint_is_passed_on,
)

pytestmark = [
    pytest.mark.studio,
    pytest.mark.skipif(
        installed(environment_folder()) is None and not os.environ.get("CI"),
        reason="no label-studio here: make label-studio",
    ),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(tmp_path_factory.mktemp("studio"), port) as (url, token):
        yield Server(url, token, Books())
