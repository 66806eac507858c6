"""Readers of aggregates are told nothing of few establishments by programs either."""

import pytest

SMALL = "/api/v1/territories/department/X1"


@pytest.fixture
def statistician(asking):
    return asking("statistician", None, "read")


def test_a_department_of_two_tells_a_statistician_nothing_but_its_size(asking, statistician):
    hidden, shown = statistician.get(SMALL).json(), asking("national_analyst").get(SMALL).json()
    assert hidden["establishments"] == shown["establishments"] == 2
    assert (hidden["level"], hidden["letters"], hidden["findings"], hidden["veiled"]) == (None, None, None, True)
    assert shown["level"] and shown["letters"] and shown["findings"] and shown["veiled"] is False


def test_the_level_of_few_is_not_explained_to_a_program_either(asking, statistician):
    refused = statistician.get(f"{SMALL}/level")
    assert (refused.status_code, refused["content-type"].partition(";")[0]) == (403, "application/problem+json")
    assert asking("national_analyst").get(f"{SMALL}/level").status_code == 200


def test_who_may_not_count_findings_is_not_told_that_they_are_few(asking):
    told = asking("funder", None, "read").get(SMALL).json()
    assert (told["findings"], told["veiled"]) == (None, False)
