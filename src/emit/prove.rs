//! What a file holds beyond what is known to be on disk, held against the lines that should stand there.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

use super::{
    Line,
    recover::{End, seq_of},
};

/// Bytes that are looked at for the last line that is safe. More than this is never unconfirmed.
const MOST: u64 = 64 << 20;

/// The part of a file that is to be proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unproven {
    /// Where it begins.
    pub(super) at: u64,
    /// The line that should stand there.
    pub(super) next: u64,
}

/// What came of holding it against its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All of it is as it should be, or it is not for us to say.
    Sound,
    /// As far as the lines went; the rest waits for those that follow.
    More(Unproven),
    /// From here on it is not; the last line before it.
    Unsound {
        /// Where the file is to end.
        at: u64,
        /// The last line then.
        last_seq: u64,
    },
}

/// What comes after the last line that is safe: nothing, where no such line is found and the file does not begin with the one
/// after it (then others wrote it).
pub(super) fn unproven(path: &Path, end: &End, safe: u64) -> io::Result<Option<Unproven>> {
    let whole = end.size - end.torn.len() as u64;
    let next = safe + 1;
    let file = File::open(path)?;
    let mut window = 64 * 1024;
    loop {
        let from = whole.saturating_sub(window);
        let mut bytes = vec![0; usize::try_from(whole - from).unwrap_or(0)];
        file.read_exact_at(&mut bytes, from)?;
        let mut line_end = bytes.len();
        while line_end > 0 {
            let start = memchr::memrchr(b'\n', &bytes[..line_end - 1]).map_or(0, |newline| newline + 1);
            if start == 0 && from > 0 {
                // its beginning is out of sight
                break;
            }
            if seq_of(&bytes[start..line_end]).is_some_and(|seq| seq <= safe) {
                let at = from + line_end as u64;
                return Ok((at < whole).then_some(Unproven { at, next }));
            }
            line_end = start;
        }
        if from == 0 {
            let ours = whole > 0 && end.first_seq.is_none_or(|first| first == next);
            return Ok(ours.then_some(Unproven { at: 0, next }));
        }
        if window >= MOST {
            return Ok(None);
        }
        window *= 4;
    }
}

/// Holds the lines against what stands in the file up to `end`, whose last line is `last_seq`. What is right is written once
/// more in its place: after a sync that failed the system takes bytes for safe that never reached the disk.
pub(super) fn prove(path: &Path, from: Unproven, end: u64, last_seq: u64, lines: &[Line]) -> io::Result<Verdict> {
    // not for appending: those writes go where they are told
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let Unproven { mut at, mut next } = from;
    if lines.first().is_none_or(|line| line.seq > next) {
        // what stands there was not made by this state
        return Ok(if lines.is_empty() { Verdict::More(from) } else { Verdict::Sound });
    }
    for line in lines.iter().filter(|line| line.seq >= from.next) {
        if line.seq > last_seq && !has_holes(&file, at, end)? {
            return Ok(Verdict::Sound);
        }
        let mut there = vec![0; line.bytes.len()];
        let is_there = at + line.bytes.len() as u64 <= end;
        if is_there {
            file.read_exact_at(&mut there, at)?;
        }
        if !is_there || there != line.bytes {
            return Ok(Verdict::Unsound { at, last_seq: next - 1 });
        }
        file.write_all_at(&line.bytes, at)?;
        at += line.bytes.len() as u64;
        next = line.seq + 1;
    }
    Ok(if at < end { Verdict::More(Unproven { at, next }) } else { Verdict::Sound })
}

/// Whether there are bytes that no record has, which is what a power cut leaves where data never came.
fn has_holes(file: &File, at: u64, end: u64) -> io::Result<bool> {
    let mut rest = vec![0; usize::try_from(end.saturating_sub(at)).unwrap_or(0)];
    file.read_exact_at(&mut rest, at)?;
    Ok(rest.contains(&0))
}

#[cfg(test)]
mod tests {
    use super::{super::recover, *};

    fn line(seq: u64) -> Line {
        Line { seq, bytes: format!("{{\"seq\":{seq},\"text\":\"{}\"}}\n", "x".repeat(seq as usize * 11)).into_bytes() }
    }

    fn bytes(seqs: std::ops::RangeInclusive<u64>) -> Vec<u8> {
        seqs.flat_map(|seq| line(seq).bytes).collect()
    }

    /// A verdict in words: where it is unsound, the last line that stays.
    fn verdict(content: &[u8], safe: u64, lines: &[Line]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let end = recover::end_of(file.path()).unwrap();
        let Some(from) = unproven(file.path(), &end, safe).unwrap() else { return "nothing".to_owned() };
        let whole = end.size - end.torn.len() as u64;
        let verdict = prove(file.path(), from, whole, end.last_seq.unwrap_or(0).max(safe), lines).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), content, "only the same bytes are ever written");
        match verdict {
            Verdict::Sound => "sound".to_owned(),
            Verdict::More(rest) => format!("more from {}", rest.next),
            Verdict::Unsound { at, last_seq } => {
                assert_eq!(content[..at as usize], bytes(1..=last_seq)[..]);
                format!("up to {last_seq}")
            }
        }
    }

    #[test]
    fn what_is_not_confirmed_is_proven() {
        let after = |safe: u64| (safe + 1..=9).map(line).collect::<Vec<_>>();
        let all = bytes(1..=6);
        for safe in 1..=5 {
            assert_eq!(verdict(&all, safe, &after(safe)), "sound");
        }
        assert_eq!(verdict(&all, 0, &after(0)), "sound");
        assert_eq!(verdict(&all, 6, &after(6)), "nothing");
        assert_eq!(verdict(&all, 2, &after(2)[..2]), "more from 5");
        assert_eq!(verdict(&all, 2, &[]), "more from 3");
        // another state's lines are not for us to judge
        assert_eq!(verdict(&all, 0, &[line(7)]), "sound");
        assert_eq!(verdict(&bytes(4..=6), 0, &after(0)), "nothing");
        // what a power cut leaves: a hole in a line, over lines, at the end
        let hole = |from: usize, to: usize| {
            let mut bytes = all.clone();
            bytes[from..to].fill(0);
            bytes
        };
        let ends: Vec<usize> = (0..=6).map(|seq| bytes(1..=seq).len()).collect();
        assert_eq!(verdict(&hole(ends[2] + 3, ends[2] + 9), 1, &after(1)), "up to 2");
        assert_eq!(verdict(&hole(ends[2] + 3, ends[4] - 1), 2, &after(2)), "up to 2");
        assert_eq!(verdict(&hole(ends[5] + 3, ends[6] - 1), 5, &after(5)), "up to 5");
        assert_eq!(verdict(&hole(0, 5), 0, &after(0)), "up to 0");
        // what was swapped for something else of the same length
        let mut other = all.clone();
        other[ends[3] + 14] = b'y';
        assert_eq!(verdict(&other, 2, &after(2)), "up to 3");
        // what somebody appended stays
        assert_eq!(verdict(&[&all[..], b"# a note\n"].concat(), 6, &after(6)), "sound");
    }

    #[test]
    fn the_last_safe_line_is_found_however_far_back() {
        let long = |seq: u64| format!("{{\"seq\":{seq},\"text\":\"{}\"}}\n", "x".repeat(100_000));
        let content: String = (1..=9).map(long).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &content).unwrap();
        let end = recover::end_of(file.path()).unwrap();
        for safe in 0..9 {
            let at = (1..=safe).map(|seq| long(seq).len() as u64).sum();
            assert_eq!(unproven(file.path(), &end, safe).unwrap(), Some(Unproven { at, next: safe + 1 }));
        }
    }
}
