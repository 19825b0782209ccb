//! A short name for a text.

/// The fingerprint of a text: 16 hexadecimal digits that are the same on every machine and in every release.
///
/// It is FNV-1a with 64 bits, after Fowler, Noll and Vo (<http://www.isthe.com/chongo/tech/comp/fnv/>): it tells texts
/// apart that differ by chance, and is no protection against one that is made to collide.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let hash = text.bytes().fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_is_the_one_that_fnv_1a_is_published_with() {
        assert_eq!(fingerprint(""), "cbf29ce484222325");
        assert_eq!(fingerprint("a"), "af63dc4c8601ec8c");
        assert_eq!(fingerprint("foobar"), "85944171f73967e8");
    }
}
