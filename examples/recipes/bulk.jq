# One document a post, replaced by each later revision; a deleted post is deleted there as well.
{_index: "forumsift", _id: .id, version: .revision, version_type: "external"} as $where
| if .change == "deleted" then {delete: $where} else {index: $where}, del(.schema, .seq, .change) end
