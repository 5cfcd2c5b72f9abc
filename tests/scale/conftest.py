"""An S3 server on this machine, and a bucket in it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from pyarrow.fs import FileSystem, LocalFileSystem, copy_files


class Bucket:
    """The bucket `jail-records` of a server on loopback."""

    def __init__(self, server: ThreadedMotoServer) -> None:
        host, port = server.get_host_and_port()
        self.endpoint = f"{host}:{port}"
        self.options = f"endpoint_override={self.endpoint}&scheme=http"
        self.files, _ = FileSystem.from_uri(f"s3://jail-records?{self.options}&allow_bucket_creation=true")
        self.files.create_dir("jail-records")

    def address(self, key: str, bucket: str = "jail-records") -> str:
        return f"s3://{bucket}/{key}?{self.options}"

    def put(self, key: str, content: bytes) -> None:
        with self.files.open_output_stream(f"jail-records/{key}") as stream:
            stream.write(content)

    def upload(self, folder: Path, key: str) -> str:
        """Copy a folder into the bucket; the address of the copy."""
        copy_files(str(folder), f"jail-records/{key}", LocalFileSystem(), self.files)
        return self.address(key)


@pytest.fixture(scope="session")
def bucket() -> Iterator[Bucket]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "jail")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret of the jail")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield Bucket(server)
    server.stop()
