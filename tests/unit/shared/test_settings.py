import pytest

from shared.settings import addresses


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("amqp://u:w@one:5672/v", ["amqp://u:w@one:5672/v"]),
        ("amqp://u:w@one:5672,two/v", ["amqp://u:w@one:5672/v", "amqp://u:w@two/v"]),
        ("amqps://u:w@one, two,/%2f", ["amqps://u:w@one/%2f", "amqps://u:w@two/%2f"]),
        ("amqp://one,two", ["amqp://one", "amqp://two"]),
        ("amqp://u:a%2Cb@one,two/v", ["amqp://u:a%2Cb@one/v", "amqp://u:a%2Cb@two/v"]),
        ("amqp://u:a,b@one/v", ["amqp://u:a,b@one/v"]),
        ("amqp://u@[::1]:1,[::2]:2/v", ["amqp://u@[::1]:1/v", "amqp://u@[::2]:2/v"]),
        (
            "postgresql://u:w@one:1,two:2/antrean?sslmode=verify-full",
            [
                "postgresql://u:w@one:1/antrean?sslmode=verify-full",
                "postgresql://u:w@two:2/antrean?sslmode=verify-full",
            ],
        ),
        ("postgresql:///antrean?host=/run,/tmp", ["postgresql:///antrean?host=/run,/tmp"]),
    ],
)
def test_a_url_may_name_several_hosts(url: str, found: list[str]) -> None:
    assert addresses(url) == found
