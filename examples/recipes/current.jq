# The last state of each post that is still there, in the order of its last change. Read with `jq -c -n -f`.
reduce inputs as $record ({}; del(.[$record.id]) | .[$record.id] = $record)
| .[]
| select(.change != "deleted")
