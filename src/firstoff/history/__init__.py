"""The columnar history of measurements: Parquet made of packed test records, asked through Ibis.

It is a projection: everything in it can be made again from the records, so it is never backed up
and never a source of truth. ``intake`` is what it is made from, ``projection`` turns that into
tables, ``files`` keeps them so that a reader sees all of a build or nothing, ``building`` puts the
two together, ``questions`` are the expressions, ``engine`` runs them on DuckDB.
"""
