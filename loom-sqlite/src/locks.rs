//! Files that tell which owners live: each is locked by the store of its owner for as long as that is open.
//!
//! The system lets go of a lock when its process ends, however it ends. So a file that is there and that nobody locks is of
//! an owner that is gone. Where there is no file, or files cannot be locked, nothing is known of an owner.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// How the names of such files end.
const END: &str = ".lock";

/// The folder beside a journal that has such a file for each owner.
#[derive(Debug, Clone)]
pub(crate) struct Locks(PathBuf);

/// The file of an owner, locked for as long as this is there.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // A process that is being started has all files of this one for a moment, so closing it alone might come to nothing.
        let _ = self.0.unlock();
    }
}

impl Locks {
    /// The folder beside the journal in a file.
    pub(crate) fn beside(journal: &Path) -> Self {
        // Whoever opens the journal by another name is to find the same folder.
        let mut folder = fs::canonicalize(journal).unwrap_or_else(|_| journal.to_owned()).into_os_string();
        folder.push("-owners");
        Self(folder.into())
    }

    /// Makes and locks the file of an owner. There is none where that cannot be done, and when another store of the same
    /// owner has locked it.
    pub(crate) fn lock(&self, owner: &str) -> Option<Lock> {
        // It may be there already, and where it cannot be made no file can be either.
        let _ = fs::create_dir(&self.0);
        let locked = self.try_lock(owner);
        if locked.is_none() {
            self.tidy();
        }
        locked
    }

    fn try_lock(&self, owner: &str) -> Option<Lock> {
        let path = self.path(owner);
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path).ok()?;
        let is_locked = match file.try_lock() {
            // On some file systems every lock is given to everybody, and would say of those who live that they do not.
            Ok(()) => !self.is_gone(owner),
            Err(TryLockError::WouldBlock) => return None,
            Err(TryLockError::Error(_)) => false,
        };
        if is_locked {
            return Some(Lock(file));
        }
        let _ = fs::remove_file(path);
        None
    }

    /// Whether it is known that an owner is gone.
    pub(crate) fn is_gone(&self, owner: &str) -> bool {
        // Those who only look share the lock, so that none of them takes another one for the owner.
        File::open(self.path(owner)).is_ok_and(|file| file.try_lock_shared().is_ok())
    }

    /// All owners of which it is known that they are gone.
    pub(crate) fn gone(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(&self.0) else { return Vec::new() };
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        names.filter_map(|name| decode(&name)).filter(|owner| self.is_gone(owner)).collect()
    }

    /// Removes the file of an owner that is gone.
    pub(crate) fn remove(&self, owner: &str) {
        if self.is_gone(owner) {
            // One that stays says of an owner without a lease that it is gone, which does no harm.
            let _ = fs::remove_file(self.path(owner));
        }
    }

    /// Removes the folder, unless something is in it.
    pub(crate) fn tidy(&self) {
        let _ = fs::remove_dir(&self.0);
    }

    fn path(&self, owner: &str) -> PathBuf {
        self.0.join(encode(owner))
    }
}

/// The name of the file of an owner: what may mean something to a file system, and what it may not tell apart, is written as
/// numbers.
fn encode(owner: &str) -> String {
    let piece = |byte| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
        _ => format!("_{byte:02x}"),
    };
    let mut name: String = owner.bytes().map(piece).collect();
    // With an end, so that there is a name of an owner without one too, which else were that of the folder.
    name.push_str(END);
    name
}

/// The owner whose file has a name; none if no owner's has.
fn decode(name: &str) -> Option<String> {
    let mut pieces = name.strip_suffix(END)?.split('_');
    let mut owner = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (code, rest) = piece.split_at_checked(2)?;
        owner.push(u8::from_str_radix(code, 16).ok()?);
        owner.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(owner).ok().filter(|owner| encode(owner) == name)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn owners_of_any_name_have_files_of_their_own() {
        let owners = ["", ".", "..", "a/b", "a\\b", "A", "a", "_41", "4711-00ff", "ö", "a b", "\0", ".lock"];
        let names: Vec<String> = owners.iter().map(|owner| encode(owner)).collect();
        for (n, (owner, name)) in owners.iter().zip(&names).enumerate() {
            assert!(name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.')), "{name}");
            assert_eq!(decode(name).as_deref(), Some(*owner));
            assert!(!names[..n].contains(name), "{name}");
        }
    }

    #[test]
    fn a_file_that_no_owner_has_made_is_not_taken_for_one() {
        for name in [
            "a",
            "A.lock",
            ".DS_Store",
            "_.lock",
            "_4.lock",
            "_zz.lock",
            "_61.lock",
            "a.b.lock",
            "_ff.lock",
            "_+1.lock",
        ] {
            assert_eq!(decode(name), None, "{name}");
        }
    }
}
