"""Tables as pandas and pyarrow write them: python test/golden/tables.py writes the files beside this one.

pip install pandas pyarrow. The values are formulas of the row, so that the test has them too.
"""

import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 40
rows = range(ROWS)
day = datetime.datetime(2024, 2, 28)

table = pa.table(
    {
        "whole": pa.array([i * i - 50 for i in rows], pa.int64()),
        "small": pa.array([i - 20 for i in rows], pa.int8()),
        "large": pa.array([4_000_000_000 + i for i in rows], pa.uint32()),
        "real": pa.array([None if i % 7 == 3 else i / 8 for i in rows], pa.float64()),
        "single": pa.array([i / 4 for i in rows], pa.float32()),
        "flag": pa.array([None if i == 5 else i % 3 == 0 for i in rows], pa.bool_()),
        "word": pa.array([None if i % 5 == 0 else f"wört {i % 3}" for i in rows], pa.string()),
        "key": pa.array([f"key-{i}" for i in rows], pa.string()),
        "moment": pa.array([day + datetime.timedelta(hours=i) for i in rows], pa.timestamp("us")),
        "day": pa.array([(day + datetime.timedelta(days=i)).date() for i in rows], pa.date32()),
    }
)

here = Path(__file__).parent
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    pq.write_table(
        table,
        here / f"table-{codec}.parquet",
        compression=codec,
        row_group_size=25,
        data_page_size=64,
        write_batch_size=10,
        data_page_version="2.0" if codec in ["zstd", "brotli"] else "1.0",
        store_schema=False,
        write_statistics=False,
    )

table.to_pandas().to_csv(here / "table.csv", index=False)
