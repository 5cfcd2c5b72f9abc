"""Paths in object storage: what is read, what is copied, and what the errors say."""

import hashlib
import os
import pickle
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
import pytest

from evenhand.record.digest import sha256_of
from evenhand.record.errors import RecordError
from evenhand.record.local_copy import local_files, local_folder
from evenhand.record.manifest import load_manifest
from evenhand.record.remote import RemotePath, path_of
from scale.conftest import Bucket


def remote(bucket: Bucket, key: str, content: bytes | None = None) -> RemotePath:
    if content is not None:
        bucket.put(key, content)
    path = path_of(bucket.address(key))
    assert isinstance(path, RemotePath)
    return path


# --- addresses ---------------------------------------------------------------------------------------------


def test_an_address_is_read_back_from_its_text(bucket: Bucket) -> None:
    path = remote(bucket, "a") / "b" / "part-00000.parquet"
    assert path_of(str(path)) == path
    assert pickle.loads(pickle.dumps(path)) == path
    assert str(path) == bucket.address("a/b/part-00000.parquet")


@pytest.mark.parametrize("text", ["record", "/tmp/record", "file:///tmp/record", "C:record", "a//b"])
def test_what_is_local_is_a_path(text: str) -> None:
    assert isinstance(path_of(text), Path)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ftp://host/record", "ftp:// is not supported: name a folder"),
        ("s3://", "names no bucket"),
        ("s3://key:secret@bucket/record", "holds a password"),
        ("s3://bucket/record?endpoint=x", "Unexpected query parameter"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused(address: str, says: str) -> None:
    with pytest.raises(RecordError, match=says) as refused:
        path_of(address)
    assert "secret" not in str(refused.value)


# --- reading -----------------------------------------------------------------------------------------------


def test_an_object_is_read_hashed_and_listed(bucket: Bucket) -> None:
    content = os.urandom(9 << 20)
    path = remote(bucket, "read/x y/object", content)
    assert path.is_file()
    assert not path.is_dir()
    assert path.read_bytes() == content
    assert sha256_of(path) == hashlib.sha256(content).hexdigest()
    assert remote(bucket, "read").is_dir()
    assert remote(bucket, "read").sizes() == {"x y/object": len(content)}


def test_the_endpoint_may_come_from_the_environment(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    remote(bucket, "environment", b"events")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{bucket.endpoint}")
    path = path_of("s3://jail-records/environment?region=us-east-1")
    assert isinstance(path, RemotePath)
    assert path.read_bytes() == b"events"


# --- local copies ------------------------------------------------------------------------------------------


def test_a_copy_is_made_once_and_again_for_a_new_object(bucket: Bucket) -> None:
    path = remote(bucket, "copied/a.parquet", b"first")
    (copy,) = local_files([path])
    assert copy.read_bytes() == b"first"
    (copies,) = (folder for folder in copy.parents if folder.name.startswith("evenhand-"))
    assert copies.stat().st_mode & 0o077 == 0
    assert local_files([path]) == [copy]
    bucket.put("copied/a.parquet", b"second, longer")
    (again,) = local_files([path])
    assert again.read_bytes() == b"second, longer"


def test_a_local_file_is_not_copied(tmp_path: Path) -> None:
    assert local_files([tmp_path / "a", tmp_path / "b"]) == [tmp_path / "a", tmp_path / "b"]
    with local_folder(tmp_path) as folder:
        assert folder == tmp_path


def test_a_folder_is_copied_whole_and_removed(bucket: Bucket) -> None:
    for name in ("a", "b/c", "b/d/e"):
        bucket.put(f"folder/{name}", name.encode())
    with local_folder(remote(bucket, "folder")) as folder:
        found = {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}
    assert found == {"a": "a", "b/c": "b/c", "b/d/e": "b/d/e"}
    assert not folder.exists()


def test_no_object_name_leads_out_of_the_folder_of_copies(bucket: Bucket) -> None:
    # Arrow would not write such a name.
    client = boto3.client("s3", endpoint_url=f"http://{bucket.endpoint}", region_name="us-east-1")
    client.put_object(Bucket="jail-records", Key="escape/../../outside", Body=b"")
    with pytest.raises(RecordError, match="leads out of its folder"), local_folder(remote(bucket, "escape")):
        pass


# --- errors ------------------------------------------------------------------------------------------------


def test_what_is_missing_is_named(bucket: Bucket) -> None:
    address = bucket.address("missing/object")
    with pytest.raises(FileNotFoundError) as error:
        remote(bucket, "missing/object").read_bytes()
    assert error.value.filename == address
    with pytest.raises(RecordError, match=r"is no record: it has no manifest\.json"):
        load_manifest(remote(bucket, "missing"))
    with pytest.raises(RecordError, match="there is no bucket other"):
        load_manifest(path_of(bucket.address("record", bucket="other")))


@pytest.mark.trial
def test_a_storage_that_does_not_answer(bucket: Bucket) -> None:
    with pytest.raises(
        RecordError, match=r"The storage does not answer\. Check the network and the endpoint"
    ):
        load_manifest(path_of("s3://jail-records/record?endpoint_override=127.0.0.1:1&scheme=http"))


def test_access_that_is_denied(bucket: Bucket) -> None:
    def check_signatures_after(requests: str) -> None:
        url = f"http://{bucket.endpoint}/moto-api/reset-auth"
        urlopen(Request(url, requests.encode(), {"Content-Type": "text/plain"}, method="POST")).close()

    path = remote(bucket, "denied", b"")
    check_signatures_after("0")
    try:
        with pytest.raises(RecordError, match=r"Access is denied\. Give an account that may read it"):
            path.read_bytes()
    finally:
        check_signatures_after("inf")
