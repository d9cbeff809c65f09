import pytest

from services.gateway.turning_away import is_whole

HEAD = b"POST /v1/holds HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        HEAD + b"Content-Length: 2\r\n\r\n{}",
        HEAD + b"CONTENT-LENGTH:\t2 \r\n\r\n{}",
        HEAD + b"Content-Length: 0\r\n\r\n",
        HEAD + b"Connection: keep-alive\r\nOrigin: https://example.org\r\n\r\n",
        HEAD + b"Content-Length: 4\r\n\r\n\r\n\r\n",
    ],
)
def test_one_plain_request_is_whole(data: bytes) -> None:
    assert is_whole(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD,
        HEAD + b"Content-Length: 2\r\n\r\n{",
        HEAD + b"Content-Length: 2\r\n\r\n{}{",
        HEAD + b"Content-Length: 2\r\n\r\n{}" + HEAD + b"\r\n",
        HEAD + b"\r\n" + HEAD + b"\r\n",
        HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length : 3\r\n\r\n{}",
        HEAD + b"Content-Length: +2\r\n\r\n{}",
        HEAD + b"Content-Length: 2, 2\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        HEAD + b"transfer-encoding : chunked\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Connection: Upgrade\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(data: bytes) -> None:
    assert not is_whole(data)
