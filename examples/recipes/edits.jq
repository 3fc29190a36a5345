# Who edited what, when and why. A record tells an edit that was there when the post was first seen, too.
select(.edit != null and .change != "deleted")
| [.id, .edit.date // .edit.date_raw // "", .edit.editor.name // "", .edit.count // "", .edit.reason // ""]
| @tsv
