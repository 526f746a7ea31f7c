"""What the project shows when something is not there or broken."""

from django.template.loader import render_to_string


def test_an_unknown_address_has_a_page(client, db, settings):
    settings.DEBUG = False

    response = client.get("/nothing/here/")

    assert response.status_code == 404
    assert b"There is nothing at this address." in response.content


def test_the_page_of_an_error_needs_nothing_else():
    assert "Workflows run in other processes" in render_to_string("500.html")
