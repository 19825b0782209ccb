//! Account numbers, in the spellings that people use.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of an account: eight digits, the last of them a check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountId(u32);

impl AccountId {
    /// Finds the first account number of a text.
    ///
    /// `AC-4417-2294`, `44172294`, `4417 2294` and `44.17.22.94` are all the same account. What
    /// has other than eight digits, starts with a zero or fails the check digit is none: dates,
    /// telephone and invoice numbers stand in tickets as well.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let text: Vec<char> = text.chars().map(plain).collect();
        let mut at = 0;
        while at < text.len() {
            if text[at].is_ascii_digit() {
                let (account, end) = read_number(&text, at);
                if account.is_some() {
                    return account;
                }
                at = end;
            } else {
                at += 1;
            }
        }
        None
    }

    fn checked(digits: &[u32]) -> Option<Self> {
        let fits = digits.len() == 8 && digits[0] != 0 && luhn(digits);
        fits.then(|| Self(digits.iter().fold(0, |number, digit| number * 10 + digit)))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AC-{:04}-{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// Reads the groups of digits from `start`, with one separator between two groups at the most.
///
/// Gives the account that the leading groups make, if they make one, and where the number ends.
fn read_number(text: &[char], start: usize) -> (Option<AccountId>, usize) {
    let mut digits = Vec::new();
    let mut account = None;
    let mut at = start;
    while at < text.len() {
        if let Some(digit) = text[at].to_digit(10) {
            digits.push(digit);
        } else if is_separator(text[at]) && text.get(at + 1).is_some_and(char::is_ascii_digit) {
            // "4417 2294 2 weeks ago": the account ends with a group, the number does not.
            account = account.or_else(|| AccountId::checked(&digits));
        } else {
            break;
        }
        at += 1;
    }
    (account.or_else(|| AccountId::checked(&digits)), at)
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '_' | '/')
}

/// The plain form of the digits, dashes and spaces that word processors and other scripts have.
fn plain(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '－' => '-',
        '\u{a0}' | '\u{2009}' | '\u{202f}' => ' ',
        _ => c,
    }
}

/// The check that bank cards have as well: it catches every single wrong digit.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, digit) {
            (0, digit) => digit,
            (_, digit @ 0..5) => digit * 2,
            (_, digit) => digit * 2 - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}
