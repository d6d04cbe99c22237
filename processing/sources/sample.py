"""A sample of a source: the rows of keys picked by a hash, the same on every engine and machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec
import pyarrow as pa
import pyarrow.dataset as ds

from processing.config_sources import SampleConfig
from processing.errors import ConfigError
from processing.sources.asked import Asked
from processing.sources.embedded import mark
from processing.sources.intake import take_in
from processing.sources.location import Location
from processing.sources.parse import parsed

RANGE = 1 << 64
FEWEST = 1  # of each group at least one key is picked


def picked(sample: SampleConfig, key: tuple[object, ...]) -> int:
    """A number from 0 to 2^64 that stands for a key: the start of a SHA-256 of seed and values.

    The definition is part of what a sample means, and so is never changed.
    """
    text = "\x1f".join(map(str, (sample.seed, *key)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def sampled(asked: Asked, whole: Location) -> Location:
    """The part of the source that millpond.toml asks for, as files. SourceError, ConfigError."""
    sample = asked.config.sample
    assert sample
    if unknown := sorted({*sample.by, *sample.within} - set(asked.columns)):
        raise ConfigError(
            f"Source {asked.name}: its sample names columns that it has not",
            found=", ".join(unknown),
            expected=", ".join(asked.columns),
            next_step=f"correct sample of [sources.{asked.name}] in millpond.toml",
        )
    question = msgspec.json.encode(sample, order="sorted").decode()
    marks = [mark(file) for file in whole.files]
    said = None if None in marks else repr((question, [str(f) for f in whole.files], marks))
    found = take_in(
        asked, lambda: said, lambda: _rows(asked, whole, sample), asked.name + ".sample"
    )
    return Location(whole.address, found.files, found.format)


def in_words(sample: SampleConfig) -> str:
    """What a reader must know of numbers that come from a sample."""
    size = f"{sample.share:.4g} of all" if sample.share else f"{sample.keys:,}"
    group = f" in each {', '.join(sample.within)}" if sample.within else ""
    by = f"{', '.join(sample.by)}{group}"
    return f"A sample: {size} {by}, picked by a hash with seed {sample.seed}."


def _rows(asked: Asked, whole: Location, sample: SampleConfig) -> pa.RecordBatchReader:
    names = list(dict.fromkeys((*sample.by, *sample.within)))
    keys = pa.Table.from_batches(_distinct(asked, whole, names)).group_by(names).aggregate([])
    wanted = keys.filter(pa.array(_chosen(sample, keys), pa.bool_()))
    first = _read(asked, whole)
    schema = pa.schema([first.schema.field(name) for name in asked.columns])
    return pa.RecordBatchReader.from_batches(schema, _joined(first, schema, wanted, names))


def _distinct(asked: Asked, whole: Location, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The keys of each batch, so that what is held is small where rows are many."""
    for batch in _read(asked, whole):
        table = pa.Table.from_batches([batch]).group_by(names).aggregate([])
        yield from table.to_batches()


def _joined(
    rows: pa.RecordBatchReader, schema: pa.Schema, wanted: pa.Table, names: list[str]
) -> Iterator[pa.RecordBatch]:
    """The rows of the wanted keys, in their order."""
    for batch in rows:
        keys = pa.Table.from_batches([batch.select(names)])
        places = keys.append_column("·at", pa.arange(0, len(keys)))
        found = places.join(wanted, names, join_type="inner")["·at"].combine_chunks()
        yield batch.select(schema.names).take(found.sort())


def _chosen(sample: SampleConfig, keys: pa.Table) -> list[bool]:
    """For each key whether it is picked: those with the lowest hashes of their group."""
    hashes = [picked(sample, key) for key in _tuples(keys, sample.by)]
    if sample.share is not None and not sample.within:
        limit = int(sample.share * RANGE)
        return [hash_ < limit for hash_ in hashes]
    places = _tuples(keys, sample.within) if sample.within else [()] * len(hashes)
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, hash_ in zip(places, hashes, strict=True):
        groups.setdefault(place, []).append(hash_)
    limits = {place: _limit(sample, sorted(found)) for place, found in groups.items()}
    return [hash_ <= limits[place] for place, hash_ in zip(places, hashes, strict=True)]


def _tuples(keys: pa.Table, names: tuple[str, ...]) -> list[tuple[object, ...]]:
    return list(zip(*(keys[name].to_pylist() for name in names), strict=True))


def _limit(sample: SampleConfig, hashes: list[int]) -> int:
    """The highest hash that is still picked in a group."""
    count = sample.keys or max(FEWEST, round((sample.share or 0) * len(hashes)))
    return hashes[min(count, len(hashes)) - 1]


def _read(asked: Asked, whole: Location) -> pa.RecordBatchReader:
    """All rows, batch by batch, in an order that stays."""
    if whole.format == "parquet":
        hive = ds.partitioning(flavor="hive") if whole.weeks else None
        files = [str(file) for file in whole.files]
        data = ds.dataset(files, format="parquet", partitioning=hive)
        asked.need_columns(data.schema.names)
        return data.scanner(columns=asked.columns, batch_readahead=4).to_reader()
    return pa.RecordBatchReader.from_batches(asked.schema, _texts(asked, whole))


def _texts(asked: Asked, whole: Location) -> Iterator[pa.RecordBatch]:
    for path in whole.files:
        with path.open("rb") as file:
            yield from parsed(asked, whole.format, file).cast(asked.schema)
