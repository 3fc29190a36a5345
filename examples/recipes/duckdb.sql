-- Posts a day and source, by the last state of each post. DuckDB reads compressed files by their name.
SELECT source, left(date_published, 10) AS day, count(*) AS posts, count(edit) AS edited
FROM (
    SELECT DISTINCT ON (id) * FROM read_ndjson('records/*.jsonl*', columns = {
        id: 'VARCHAR', revision: 'BIGINT', change: 'VARCHAR', source: 'VARCHAR', date_published: 'VARCHAR', edit: 'JSON'
    })
    ORDER BY id, revision DESC
)
WHERE change <> 'deleted'
GROUP BY ALL
ORDER BY source, day;
