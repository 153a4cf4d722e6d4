import re
from dataclasses import replace

from cdktf import TerraformStack

from config import Naming
from modules.edge.error_pages import ErrorPages
from tests.synthesized import Synthesized, synthesize


def pages(naming: Naming) -> Synthesized:
    return synthesize(
        lambda stack: ErrorPages(stack, "error-pages", naming=naming, bucket="assets")
    )


def test_a_failing_application_is_answered_by_the_page_and_soon_asked_again(
    naming: Naming,
) -> None:
    def build(stack: TerraformStack) -> None:
        responses = ErrorPages(stack, "error-pages", naming=naming, bucket="assets").responses
        assert [response.error_code for response in responses] == [502, 503, 504]
        for response in responses:
            assert response.response_code == 503
            assert response.response_page_path == "/errors/unavailable.html"
            assert response.error_caching_min_ttl == 5

    synthesize(build)


def test_the_page_is_kept_in_the_bucket_where_the_path_pattern_finds_it(naming: Naming) -> None:
    stack = pages(naming)
    assert stack.has(
        "aws_s3_object",
        bucket="assets",
        key="errors/unavailable.html",
        content_type="text/html; charset=utf-8",
        cache_control="public, max-age=5",
    )
    assert ErrorPages.path_pattern == "/errors/*"


def test_the_page_shows_under_a_strict_content_security_policy(naming: Naming) -> None:
    stack = pages(naming)
    page = stack.one("aws_s3_object", key="errors/unavailable.html")["content"]
    assert not re.search(r"<style|<script|\sstyle=|https?://", page)
    uploaded = {each["key"] for each in stack.resources("aws_s3_object").values()}
    (style,) = re.findall(r'<link rel="stylesheet" href="/([^"]+)">', page)
    assert style in uploaded


def test_objects_have_no_more_tags_than_s3_allows(naming: Naming) -> None:
    many = replace(naming, tags={**naming.tags, "A": "1", "B": "2", "C": "3"})
    for page in pages(naming).resources("aws_s3_object").values():
        assert "override_provider" not in page
    for page in pages(many).resources("aws_s3_object").values():
        assert page["override_provider"] == {"default_tags": {"tags": {}}}
